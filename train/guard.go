package train

import (
	"fmt"
	"math"
	"path/filepath"

	"govae/internal/safetensors"
)

// The guard watches a run for losses and gradients that are not finite and for a loss that
// explodes. Then the run goes back to where the running epoch began, with half the learning
// rate. What it does depends on numbers that do not depend on threads and stand in every
// checkpoint, and never on when one was written, so that a run that is killed and resumed
// goes back as often, and to the same places, as one that is not.

const (
	maxHalvings = 3
	// A loss has exploded if its mean over the epoch so far, of at least settling batches
	// or a whole epoch, is above that of the very first batch by explosion times the
	// scale of a loss: the size of the first one and a nat per value of an image. What a
	// high learning rate does is far beyond (-1e18); what recovers within a few batches,
	// as losses do in the first steps of a run, is not.
	explosion = 10
	settling  = 32
	// Gradients are looked at every so many batches, at the end of each epoch and before
	// each checkpoint. None is missed: what is not finite, or too large for its square,
	// stays in the optimiser's moments.
	gradientInterval = 64
)

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checkLoss returns a [*DivergedError] if something is wrong with a batch of n images. It is called when
// the batch's terms are part of the state's sums, before the step by its gradient.
func (r *run) checkLoss(terms Terms, n int) error {
	diverged := func(what string) error { return &DivergedError{What: what, Untrained: r.state.Step == 1} }
	loss := r.loss(terms.total().over(n))
	if !finite(loss) || !finite(terms.ELBO()) || !finite(terms.Bound()) {
		return diverged("the loss is not finite")
	}
	if r.state.First == nil {
		first := loss // a variable of its own, as only this one is allocated
		r.state.First = &first
	}
	first, values := *r.state.First, float64(r.m.Config.Image.Len())
	mean := r.loss(r.state.Sums.total().over(r.state.Batch * r.Batch)) // as if the last batch were whole
	if r.state.Batch >= min(settling, r.batchesPerEpoch()) && !(mean <= first+explosion*(math.Abs(first)+values)) {
		return diverged(fmt.Sprintf("the loss has grown from %.4g to %.4g nats per image", first, mean))
	}
	if r.state.Batch%gradientInterval == 0 && !r.optimiser.finite() {
		return diverged(wrongGradient)
	}
	return nil
}

// batchesPerEpoch is the number of batches in an epoch.
func (r *run) batchesPerEpoch() int { return r.Passes * r.batchesPerPass() }

// loss is the part of the loss that every objective has.
func (r *run) loss(t Terms) float64 {
	return t.Reconstruction + r.Beta.At(r.state.Step)*t.KL
}

// checkFinite returns a [*DivergedError] unless everything that a checkpoint holds is finite.
func (r *run) checkFinite() error {
	for _, v := range [][]float32{r.optimiser.v, r.optimiser.m, r.optimiser.average, r.m.Theta, r.m.State} {
		if !allFinite(v) {
			return &DivergedError{What: wrongGradient}
		}
	}
	return nil
}

func allFinite(v []float32) bool {
	const exponent = 0x7f800000 // all ones in infinities and in what is not a number
	for _, x := range v {
		if math.Float32bits(x)&exponent == exponent {
			return false
		}
	}
	return true
}

const wrongGradient = "the gradient is not finite or too large"

// keepStart keeps the start of an epoch in memory for goBack, unless it is on the disk.
func (r *run) keepStart() (err error) {
	if r.Dir == "" && r.state.Batch == 0 && r.group.First() {
		if r.start, err = r.file(); err == nil {
			r.start.Hold()
		}
	}
	return err
}

// goBack restores the start of the running epoch and halves the learning rate. Where that cannot help, or
// has not helped often enough, it returns why, completed with the place in the run.
func (r *run) goBack(why *DivergedError) error {
	now := r.state
	why.Epoch, why.Step, why.Halvings = now.Epoch+1, now.Step, now.Halvings
	why.LR = r.optimiser.at(now.Step, now.Halvings)
	if now.Halvings == maxHalvings || why.Untrained {
		return why
	}
	r.pipeline.drop()
	var err error
	if r.group.First() {
		err = r.restore(now.Epoch)
	}
	if err = r.group.Agree(err); err == nil {
		err = r.share()
	}
	if err != nil {
		return fmt.Errorf("%w (and there is no going back: %w)", why, err)
	}
	r.state.Halvings = now.Halvings + 1
	r.Warn(fmt.Sprintf("%s in step %d: going back to the start of epoch %d with half the learning rate, %.4g (%d of %d times)",
		why.What, why.Step, why.Epoch, r.optimiser.at(now.Step, r.state.Halvings), r.state.Halvings, maxHalvings))
	return nil
}

// restore sets the state to the start of the running epoch.
func (r *run) restore(epoch int) error {
	f, path := r.start, "memory"
	if r.Dir != "" {
		name := PreviousCheckpointFile
		if r.begins {
			name = CheckpointFile
		}
		path = filepath.Join(r.Dir, name)
		var err error
		if f, err = safetensors.LoadSealed(path); err != nil {
			return err
		}
	}
	if err := r.fill(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r.checkpoint.kernelName = r.kernel.Name()
	if r.state.Epoch != epoch || r.state.Batch != 0 { // in format 2, of a long epoch
		return fmt.Errorf("%s is not of the start of epoch %d", path, epoch+1)
	}
	return nil
}
