package train

import (
	"errors"
	"fmt"
	"math"
	"time"

	"govae/contract"
	"govae/internal/printable"
)

// The shares of [Options.Time] after which the number of epochs is chosen: in the middle of
// an epoch, and at the end of one, when evaluating and saving have been seen too. An epoch
// that takes no more than a share of waitFor is waited for.
const (
	chooseWithin = 1. / 20
	chooseAfter  = 1. / 100
	waitFor      = 1. / 8
)

// missing is the share of [Options.Time] by which the end of a run may be off before the number of epochs
// changes.
const missing = 1. / 20

// errAgain is the error of [run.choose] where the course of the learning rate depends on the
// number of epochs: the steps until the choice were not those of a run of so many.
var errAgain = errors.New("train: the number of epochs is chosen, and the run begins again")

// Where they have not been seen yet, evaluating an image is taken to cost a third of a step's
// share, whose forward pass is followed by two products for each of its own; and encoding
// it, for the statistics of a finished run, half of that.
const (
	evaluating = 1. / 3
	encoding   = evaluating / 2
)

// pace is how fast a run goes.
type pace struct {
	now         func() time.Time
	before      time.Duration // the first epoch
	began, last time.Time
	steps       int
	images      int // of these steps, without the first, for which everything is cold
	training    time.Duration
	epochs      int
	between     time.Duration // the end of a step and that of its epoch, of these epochs
	chosen      bool          // the number of epochs, by this pace
}

// start begins or goes on to measure: an epoch begins.
func (p *pace) start() {
	p.last = p.now()
	if p.began.IsZero() {
		p.began = p.last
	}
}

// lap returns the time since the latest lap or start.
func (p *pace) lap() time.Duration {
	before := p.last
	p.last = p.now()
	return p.last.Sub(before)
}

// step counts a step of n images.
func (p *pace) step(n int) {
	if p.steps == 1 {
		p.images, p.training = 0, 0
	}
	p.steps++
	p.images += n
	p.training += p.lap()
}

// end counts the evaluating and saving of an epoch.
func (p *pace) end() {
	p.epochs++
	p.between += p.lap()
}

// estimate returns how long an epoch takes that trains on n images and evaluates others,
// and how long it takes to finish the run, for which so many images are encoded.
func (p *pace) estimate(n, others, encoded int) (epoch, finish time.Duration) {
	image := float64(p.training) / float64(p.images)
	between := image * float64(others) * evaluating
	if p.epochs > 0 {
		between = float64(p.between) / float64(p.epochs)
	}
	return max(1, time.Duration(image*float64(n)+between)), time.Duration(image * float64(encoded) * encoding)
}

// choose chooses the number of epochs, if it is open and the given share of the time has passed: that is
// [chooseWithin] or [chooseAfter], or 0 to choose in any case.
func (r *run) choose(share float64) error {
	open := r.Epochs == 0
	var err error
	if r.group.First() {
		err = r.chooseNow(share)
	}
	if r.group != nil && r.Time > 0 && (!r.counted || share == chooseAfter && !dependsOnRunLength(r.LR)) {
		if err = r.group.Agree(err); err == nil {
			err = r.agreeOnEpochs()
		}
	}
	if err == nil && open && r.Epochs > 0 && dependsOnRunLength(r.LR) {
		return errAgain
	}
	return err
}

// restart goes back to the start of the run when the number of epochs has become known.
func (r *run) restart() error {
	r.pipeline.drop()
	var err error
	if r.group.First() {
		err = r.restore(0)
		if err == nil && r.Dir != "" {
			err = r.checkpoint.save(r.Dir)
		}
		if err == nil && r.Dir != "" { // the number last: without it another is chosen
			err = r.saveConfig()
		}
	}
	if err = r.group.Agree(err); err != nil {
		return err
	}
	return r.share()
}

func (r *run) chooseNow(share float64) error {
	elapsed := r.pace.last.Sub(r.pace.began)
	if r.pace.chosen && share == chooseAfter && !dependsOnRunLength(r.LR) {
		return r.chooseAgain(elapsed)
	}
	if r.Epochs > 0 || r.pace.images == 0 || r.pace.steps < 2 && r.pace.epochs == 0 || elapsed < time.Duration(share*float64(r.Time)) {
		return nil
	}
	epoch, finish := r.pace.estimate(r.imagesIn(r.batchesPerEpoch()), r.others(), r.train.Len())
	if share == chooseWithin && epoch < time.Duration(waitFor*float64(r.Time)) {
		return nil
	}
	least := r.state.Epoch
	if r.state.Batch > 0 {
		least++
	}
	lost := r.pace.before
	if dependsOnRunLength(r.LR) { // the run begins again
		least, lost = 1, lost+elapsed
	}
	r.Epochs, r.pace.chosen = max(least, epochsIn(r.Time-lost-finish, epoch)), true
	if r.pace.before > r.Time/2 {
		r.Warn(fmt.Sprintf("fitting the classifier took %v of the %v for all of the run: more time gives a better model", printable.Duration(r.pace.before), r.Time))
	}
	if epoch > r.Time {
		r.Warn(fmt.Sprintf("an epoch takes about %v, longer than the %v for all of the run: the present one is completed all the same", printable.Duration(epoch), r.Time))
	}
	r.setRunLength()
	if dependsOnRunLength(r.LR) { // what begins again saves it
		r.OnChoice(r.Epochs, epoch)
		return nil
	}
	return r.keepChoice(epoch)
}

// chooseAgain changes the number of epochs at the end of an epoch, if the run would miss its time by more
// than an epoch and more than a share of it. Its steps must not depend on the number.
func (r *run) chooseAgain(elapsed time.Duration) error {
	epoch, finish := r.pace.estimate(r.imagesIn(r.batchesPerEpoch()), r.others(), r.train.Len())
	left := r.Time - r.pace.before - elapsed - finish
	spare := left - time.Duration(r.Epochs-r.state.Epoch)*epoch
	if max(spare, -spare) <= max(epoch, time.Duration(missing*float64(r.Time))) {
		return nil
	}
	n := r.state.Epoch + max(0, epochsIn(left, epoch))
	if n == r.Epochs {
		return nil
	}
	r.Epochs = n
	return r.keepChoice(epoch)
}

// epochsIn is how many epochs fit into a time, no more than [Options.Epochs] may be.
func epochsIn(time, epoch time.Duration) int { return int(min(time/epoch, math.MaxInt32/2)) }

// keepChoice records the number of epochs and tells it.
func (r *run) keepChoice(epoch time.Duration) error {
	if r.Dir != "" {
		if err := r.saveConfig(); err != nil {
			return err
		}
	}
	r.OnChoice(r.Epochs, epoch)
	return nil
}

// others is the number of images that an epoch evaluates, with those that calibrate needs; encoding an
// image counts as half of one.
func (r *run) others() int {
	n := r.test.Len()
	if r.validation != nil {
		n += r.validation.Len()
	}
	if r.m.FitsScale() {
		n += min(scaleImages, r.train.Len())
	}
	if contract.HasPrior(r.m.Vector()) {
		n += min(axesImages, r.train.Len()) / 2
	}
	return n
}
