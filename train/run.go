package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"govae/dataset"
	"govae/images"
	"govae/internal/random"
	"govae/internal/safetensors"
	"govae/models"
)

// checkpointInterval is the longest time that a crash can cost.
const checkpointInterval = 5 * time.Minute

// Run trains m on the data and returns the metrics of every epoch. What is
// evaluated and kept is a running average of the weights over the steps, which is
// better than the weights of any one step. When Run returns without an error m holds
// those of the best validation ELBO if there are validation images, else those of
// the last epoch, with their LatentStats and Prior, in its Config the names of the classes
// of the data, and its Classifier where one was fitted: all that package export writes beside
// the weights.
//
// A conditional model may be trained on images of which few have a label: those of
// [dataset.Data].Unlabelled beside the others, or with [Options].LabelsPerClass. A classifier
// is fitted to all of them first, and the VAE is then trained with the classes that it tells.
//
// Cancelling the context stops the run after the present step; a checkpoint is
// written first if there is a directory, and the error is a [*StoppedError], which wraps the context's. If an
// epoch is complete, m, and a directory for [models.Load], then have what a run of the complete epochs leaves,
// unless there are several ranks. Other errors that a caller can act on are [*ComputeError],
// [*ExistsError], [*NoCheckpointError], [*DamagedError], [*LengthError], [*MemoryError], [*DivergedError], [*NoValidationError], [*SaveError],
// [*models.FittedScaleError], of a conditional model [*dataset.UnlabelledError] and
// [*dataset.FewImagesError], of several ranks [*cluster.RankError], and, of package lock, one that
// tells that another run writes the directory.
func Run(ctx context.Context, m *models.VAE, data *dataset.Data, o Options) ([]Metrics, error) {
	r, err := newRun(m, data, o)
	if err != nil {
		return nil, err
	}
	defer r.close()
	err = saving(r.run(r.held(ctx)))
	return r.metrics, err
}

// run is a training run.
type run struct {
	Options
	checkpoint
	*trainer
	train, validation, test *dataset.Images
	heldOut                 *images.Validation // those for validation, where they are of data.Train
	name                    string             // of the data
	metrics                 []Metrics
	labelling               *labelling        // nil if all labels are known and no classifier is asked for
	start                   *safetensors.File // of the running epoch, where there is no directory
	saved                   time.Time         // when the latest checkpoint was written
	pace                    pace              // while Epochs are to be chosen
	encoding                *models.Evaluator // evaluator, once it is needed
	unlock                  func()            // the model directory

	// Of several ranks:
	asked   context.Context // ends when the user asks this rank to stop
	stop    func()          // stops it when all agree
	counted bool            // all have agreed on the number of epochs
}

// stopped turns the error of a context that has ended outside of epochs into a [*StoppedError].
func (r *run) stopped(text string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &StoppedError{r.state.Epoch, r.Epochs, false, fmt.Errorf(text, err)}
	}
	return err
}

// close ends what the run has started.
func (r *run) close() {
	defer r.unlock()
	r.trainer.close()
}

func (r *run) run(ctx context.Context) error {
	if err := r.group.Agree(r.classify(ctx)); err != nil {
		return r.stopped("%w", err)
	}
	for (r.Epochs == 0 || r.state.Epoch < r.Epochs) && !r.outOfPatience() {
		if err := r.agree(r.keepStart()); err != nil {
			return err
		}
		err := r.epoch(ctx)
		diverged, ok := errors.AsType[*DivergedError](err)
		switch {
		case errors.Is(err, errAgain):
			err = r.restart()
		case ok:
			err = r.goBack(diverged)
		case err != nil && ctx.Err() != nil:
			return r.saveStopped(err)
		}
		if err != nil {
			return err
		}
	}
	state := slices.Clone(r.m.State) // which complete changes
	err := r.complete(ctx, r.train)
	if err != nil && ctx.Err() != nil {
		copy(r.m.State, state)
		r.finishStopped()
	}
	return r.stopped("stopped after the last epoch, before the model was finished: %w", err)
}

// saveStopped saves a run that err has stopped within an epoch, and returns a [*StoppedError].
func (r *run) saveStopped(err error) error {
	save := r.saveCheckpoint()
	if diverged, ok := errors.AsType[*DivergedError](save); ok { // found only now
		if save = r.goBack(diverged); save == nil {
			save = r.saveCheckpoint()
		}
	}
	if save = r.group.Agree(save); save != nil { // nobody leaves before it is written
		return save
	}
	r.finishStopped() // the checkpoint is complete
	return &StoppedError{r.state.Epoch, r.Epochs, true, err}
}

// outOfPatience reports whether Patience epochs have passed without a better one. It depends on the state
// alone.
func (r *run) outOfPatience() bool {
	if r.Patience == 0 {
		return false
	}
	growing := (r.Beta.settledAt() - 1) / r.batchesPerEpoch() // epochs in which beta grows to the end
	return r.state.Epoch-max(r.state.BestEpoch, growing) >= r.Patience
}

// epoch trains from where the state is to the end of the running epoch,
// evaluates, and saves.
func (r *run) epoch(ctx context.Context) error {
	plan := r.plan()
	next := plan(r.state.Batch)
	r.prepare(next)
	r.pace.start()
	for r.state.Batch < r.batchesPerEpoch() {
		save, err := r.stopOrSave(ctx)
		if err != nil {
			return err
		}
		if save {
			if err := r.agree(r.saveCheckpoint()); err != nil {
				return err
			}
		}
		n := len(next.images)
		next = plan(r.state.Batch + 1)
		if err := r.trainBatch(next); err != nil {
			return err
		}
		r.pace.step(n)
		if err := r.choose(chooseWithin); err != nil {
			return err
		}
		done := r.imagesIn(r.state.Batch)
		r.OnStep(Progress{Epoch: r.state.Epoch + 1, Epochs: r.Epochs, Images: done, Total: r.imagesIn(r.batchesPerEpoch()), Train: r.state.Sums.total().over(done)})
	}
	if err := r.checkFinite(); err != nil {
		return err
	}
	metrics, err := r.evaluateEpoch(ctx)
	if err = r.agree(err); err != nil {
		return err
	}
	if r.Epochs == 0 && dependsOnRunLength(r.LR) { // it cannot go on without
		r.pace.end()
		if r.pace.images == 0 { // the steps were those of an earlier call: these have been measured by none
			return errAgain
		}
		return r.choose(0)
	}
	r.metrics = append(r.metrics, metrics)
	r.state.Epoch++
	r.state.Batch, r.state.Sums, r.state.Seconds, r.state.Waiting = 0, Terms{}, 0, 0
	if err := r.agree(r.save()); err != nil {
		return err
	}
	r.pace.end()
	if err := r.choose(chooseAfter); err != nil {
		return err
	}
	r.OnEpoch(metrics)
	return nil
}

// planned is a batch to come: its training images, and the number of the pass through them, which
// determines their noise. It has no images after the last batch of an epoch.
type planned struct {
	images []int
	pass   int
}

// plan returns a function that gives the batches of the running epoch by their numbers.
func (r *run) plan() func(b int) planned {
	var order []int
	of := -1 // which pass
	return func(b int) planned {
		if b >= r.batchesPerEpoch() {
			return planned{}
		}
		pass := r.state.Epoch*r.Passes + b/r.batchesPerPass()
		if pass != of {
			of, order = pass, make([]int, r.train.Len()) // a new slice, as the pipeline may still read the last one
			dataset.Order(order, r.Seed, pass)
		}
		first := b % r.batchesPerPass() * r.Batch
		return planned{order[first:min(first+r.Batch, len(order))], pass}
	}
}

// batchesPerPass is the number of batches in one pass through the training images.
func (r *run) batchesPerPass() int { return (r.train.Len() + r.Batch - 1) / r.Batch }

// imagesIn returns the number of images in an epoch's first batches.
func (r *run) imagesIn(batches int) int {
	return batches/r.batchesPerPass()*r.train.Len() + min(batches%r.batchesPerPass()*r.Batch, r.train.Len())
}

// prepare begins to load a batch, if there is one.
func (r *run) prepare(next planned) {
	if next.images != nil {
		r.pipeline.prepare(r.train, next.images, r.Seed, random.TrainNoise, next.pass)
	}
}

// trainBatch trains on the batch that is prepared, and prepares the next one meanwhile.
func (r *run) trainBatch(next planned) error {
	start := time.Now()
	batch := r.pipeline.take()
	r.state.Waiting += time.Since(start).Seconds()
	r.prepare(next)
	terms := r.terms(batch, r.state.Step+1, r.grad)
	if err := r.group.Err(); err != nil {
		return err
	}
	r.state.Step++
	r.state.Batch++
	r.state.Sums.add(terms)
	if err := r.checkLoss(terms, batch.Total); err != nil {
		return err
	}
	r.optimiser.step(r.steps, r.m.Theta, r.grad, r.state.Step, r.state.Halvings)
	r.state.Seconds += time.Since(start).Seconds()
	return nil
}

// save writes the files of an epoch beside its weights. The checkpoint comes last: a run that is killed
// before repeats the epoch, with the same result.
func (r *run) save() error {
	if r.Dir == "" {
		return nil
	}
	if err := r.saveMetrics(); err != nil {
		return err
	}
	return r.saveCheckpoint()
}

// saveMetrics writes the figures of all epochs.
func (r *run) saveMetrics() error {
	if err := writeMetrics(r.Dir, r.metrics); err != nil || !r.TensorBoard {
		return err
	}
	return writeEvents(r.Dir, r.metrics)
}

func (r *run) saveCheckpoint() error {
	if err := r.checkFinite(); err != nil { // which all ranks see, and a run that keeps all in memory
		return err
	}
	r.saved = time.Now()
	if r.Dir == "" {
		return nil
	}
	return r.checkpoint.save(r.Dir)
}

// saveConfig writes config.json.
func (r *run) saveConfig() error {
	training, err := json.Marshal(struct {
		settings
		record
	}{r.settings, record{Epochs: r.Epochs, Time: r.timeText(), Note: r.Note}})
	if err != nil {
		return err
	}
	s := models.Saved{Model: r.m.Config, Training: training, LatentStats: r.m.LatentStats, Validation: r.heldOut}
	if s.LatentStats != nil {
		s.StatsOf = r.m.ID()
	}
	return s.Save(r.Dir)
}
