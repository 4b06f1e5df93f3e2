package train

import (
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"govae/cluster"
	"govae/dataset"
	"govae/internal/kernel"
	"govae/models"
)

// newRun sets up a run and its directory; all ranks have the same error.
func newRun(m *models.VAE, data *dataset.Data, o Options) (*run, error) {
	group := cluster.New(o.Cluster)
	if !group.First() {
		o = o.alone()
	}
	r, err := prepareRun(m, data, o, group)
	if err := group.Agree(err); err != nil {
		if r != nil {
			r.close()
		}
		return nil, err
	}
	if group != nil {
		err = r.same()
	}
	if err == nil {
		err = saving(group.Agree(r.open()))
	}
	if err == nil {
		err = r.share()
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// prepareRun checks what a run needs and builds it. It does not touch the run's directory yet.
func prepareRun(m *models.VAE, data *dataset.Data, o Options, group *cluster.Group) (*run, error) {
	o, err := o.withDefaults(m.Config.Training())
	if err != nil {
		return nil, err
	}
	if err := suit(m, data); err != nil {
		return nil, err
	}
	if err := o.Binarize.check(m.Config); err != nil {
		return nil, err
	}
	if group != nil && o.Objective != nil {
		return nil, errors.New("an objective of a program's own is not for several ranks: train in one process")
	}
	r := &run{Options: o, name: data.Name, train: data.Train, validation: data.Validation, test: data.Test, pace: pace{now: time.Now}, unlock: func() {}}
	if o.ValFraction > 0 {
		if data.Validation != nil {
			return nil, fmt.Errorf("%s has %d validation images of its own: leave the validation fraction out", data.Name, data.Validation.Len())
		}
		if r.train, r.validation, err = dataset.SplitValidation(data.Train, o.ValFraction, o.Seed); err != nil {
			return nil, err
		}
		r.heldOut = dataset.Validation(data.Train, o.ValFraction, o.Seed)
	}
	if o.Patience > 0 && r.validation == nil {
		return nil, &NoValidationError{}
	}
	if err := r.prepareLabels(data, m); err != nil {
		return nil, err
	}
	if n := r.train.Len(); r.Batch > n {
		o.Warn(fmt.Sprintf("a batch of %d is more than the %d training images: using %d", r.Batch, n, n))
		r.Batch = n
	}
	if r.WeightDecay == nil {
		r.WeightDecay = decay(o.Optimizer, r.LR.peak(), r.batchesPerPass())
	}
	debug.FreeOSMemory() // what reading the data has left behind, before as much again is taken for training
	if err := r.checkMemory(m); err != nil {
		return nil, err
	}
	k, err := kernel.New(o.Threads)
	if err != nil {
		return nil, err
	}
	k.Tree = kernel.TreeOf(r.Batch)
	r.completeSchedules()
	steps, err := r.stepKernel(k)
	if err == nil {
		r.trainer, err = newTrainer(m, k, steps, r.Batch, newObjective(r.Options))
	}
	if err != nil {
		k.Close()
		return nil, err
	}
	r.pipeline.augment, r.pipeline.binarize = o.Augment, o.Binarize
	r.trainer.join(group)
	r.checkpoint = checkpoint{
		settings:   r.settingsOf(m, data),
		kernelName: k.Name(),
		m:          m,
		optimiser:  newOptimiser(m.Params(), len(m.Theta), r.Options),
	}
	return r, nil
}

// completeSchedules completes the schedules with what depends on the length of the run.
func (r *run) completeSchedules() {
	n := r.batchesPerEpoch()
	l := runLength{epoch: n, steps: r.Epochs * n}
	r.LR, r.Beta, r.WeightDecay = r.LR.forRun(l), r.Beta.forRun(l), r.WeightDecay.forRun(l)
}

// setRunLength gives the learning rate's course the length of the run when its number of epochs was
// chosen. In the settings it stays open, as when the run began.
func (r *run) setRunLength() {
	r.optimiser.rate = r.LR.forRun(runLength{steps: r.Epochs * r.batchesPerEpoch()})
}

// settingsOf are the settings of the run, whose options are complete.
func (r *run) settingsOf(m *models.VAE, data *dataset.Data) settings {
	unless1 := func(n int) int { // as if it were left out
		if n == 1 {
			return 0
		}
		return n
	}
	return settings{
		Model: m.Config, Batch: r.Batch, LR: r.LR, Beta: r.Beta, Seed: r.Seed, ValFraction: r.ValFraction, Passes: unless1(r.Passes),
		Data: data.Fingerprint(), Objective: r.Objective, Augment: r.Augment, Optimizer: r.Optimizer, WeightDecay: r.WeightDecay,
		Clip: r.Clip, FreeBits: r.FreeBits, Importance: unless1(r.Importance), Binarize: r.Binarize,
		LabelsPerClass: r.LabelsPerClass, Classifier: r.Classifier, ClassifierSteps: r.ClassifierSteps, Compute: r.Compute,
	}
}

// suit returns an error unless m can be trained on the data. Names of classes and the framing of pictures,
// where the model has none, become those of the data.
func suit(m *models.VAE, data *dataset.Data) error {
	if err := data.Validate(); err != nil {
		return err
	}
	if data.Train.Shape != m.Config.Image {
		return fmt.Errorf("%s has images of %v, the model is for %v", data.Name, data.Train.Shape, m.Config.Image)
	}
	if m.Config.Conditional {
		if err := data.CheckLabels(); err != nil {
			return err
		}
	}
	if m.Config.Labels != nil && data.Classes != nil && !slices.Equal(m.Config.Labels, data.Classes) {
		return fmt.Errorf("%s has the classes %.200q, the model is for %.200q", data.Name, data.Classes, m.Config.Labels)
	}
	if m.Config.Labels == nil {
		m.Config.Labels = data.Classes
	}
	m.Config.Fit = cmp.Or(m.Config.Fit, data.Framing.Fit)
	m.Config.Background = cmp.Or(m.Config.Background, data.Framing.Background)
	m.Config.PixelScale = cmp.Or(m.Config.PixelScale, data.Framing.Scale)
	return nil
}
