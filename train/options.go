package train

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"

	"govae/cluster"
	"govae/internal/memory"
	"govae/models"
)

// MaxImportance is the largest number of latent points by which an image is weighed.
const MaxImportance = 1 << 16

// Options are the settings of a run. The zero value trains for 30 epochs with
// the defaults below and writes nothing to disk.
type Options struct {
	// Dir is the model directory that the run writes; it is made if it is missing.
	// Empty keeps everything in memory.
	Dir string
	// Resume goes on with the run in Dir, or starts one if there is none. Force
	// starts afresh where Dir holds a run, which is otherwise an error.
	Resume, Force bool

	Epochs int // 0 means 30, or with Time what that allows
	// Passes is how often an epoch goes through the training images; 0 means once. More suit few
	// images, which are soon gone through: what an epoch ends with, evaluating and saving, takes
	// longer then than its steps, whose order and noise do not depend on where epochs end.
	Passes int
	Batch  int      // images per step; 0 means what suits the network ([models.Config.Training])
	LR     Schedule // the learning rate; nil means what suits the network and the optimiser
	Beta   Schedule // weight of the KL term (Higgins et al. 2017); nil means 1
	// Optimizer is [Adam] or [Muon]; empty means what suits the network. WeightDecay shrinks
	// weights in each step by this part of the learning rate; nil means what suits the
	// optimiser and the number of images: 0 for Adam.
	Optimizer   string
	WeightDecay Schedule
	// Clip, where it is not 0, is the largest norm of a gradient, all parameters together:
	// one that is longer is made as long as that.
	Clip float64
	// Time, where it is not 0, is how long the run may take, without the loading of its
	// data. The number of epochs is chosen for it, at least 1, from the rate of the first
	// steps; it is recorded in Dir, so that a run that is resumed with the same Time keeps
	// it; another Time is an error once an epoch is complete and a schedule ends with the run. Where
	// none does, the number changes at the end of an epoch if those took another time than the first
	// steps told. The result is that of a run with this number as Epochs, beside which Time is an
	// error.
	Time time.Duration
	// Compute is the arithmetic of steps, [Float32] or [BFloat16]; empty means Float32, in which
	// a classifier is fitted in any case.
	Compute string
	// FreeBits are what latent variables may tell at no cost; the zero value is none.
	FreeBits FreeBits
	// Importance is the number of latent points by which each image is weighed ([IWAE]); 0
	// means 1, the [ELBO].
	Importance int
	// Objective is what the run makes small; nil means what Beta, FreeBits and Importance
	// say. Its JSON form is part of the settings that a resumed run must keep.
	Objective Objective
	Seed      uint64 // of initialisation, order and noise

	// Augment are changes that are made to training images at random, anew in each epoch.
	Augment Augment
	// Binarize makes images black and white; empty leaves them gray.
	Binarize Binarize

	// LabelsPerClass, where it is not 0, keeps the labels of so many training images of each
	// class, which the seed chooses, and hides those of all others: a classifier tells them.
	// The model must be conditional on the class.
	LabelsPerClass int
	// Classifier fits a classifier also where all labels are known, so that the model has one.
	Classifier bool
	// ClassifierSteps is the number of steps in which a classifier is fitted; 0 means
	// [DefaultClassifierSteps].
	ClassifierSteps int

	// ValFraction is the share of the training images that is set apart for
	// validation; 0 means none but those that the data has of its own, beside which it is an
	// error. With validation images the weights of the best
	// validation ELBO are kept, otherwise those of the last epoch. Either way they are
	// averages over the steps ([Run]).
	ValFraction float64
	// Patience ends the run early, after that many epochs without a better validation ELBO. Epochs
	// in which Beta still grows do not count. 0 means never. It needs validation images. Like Epochs
	// it may change when a run is resumed.
	Patience int
	// TensorBoard writes [EventsFile] in Dir too. It may change when a run is resumed.
	TensorBoard bool
	// EpochPictures writes pictures of every epoch into [EpochsFolder] in Dir. It may change when
	// a run is resumed.
	EpochPictures bool
	// Threads is the number of cores; 0 means all. It does not change the result.
	Threads int

	// Cluster lets the ranks of an engine train the model together; nil means this process
	// alone. All ranks call [Run], with the same data and options: one that differs is an
	// error on all of them, which names it. The weights have the same bits for any number
	// of ranks. Rank 0 alone reads and writes Dir and calls what is to be called; only its
	// model has LatentStats, Prior and Validation in the end. A rank computes a part of each
	// batch, which four can share by default: whole chunks of 8 images for a Batch up to 32,
	// of 16 up to 64, else of 32.
	Cluster cluster.Engine

	// Note is stored in config.json beside the settings, for the reader of it: the
	// flags of a command, say.
	Note map[string]string

	// OnChoice is called with Time, when the number of epochs is known and where it changes, with
	// the time that one is expected to take. That is 0 where the number was recorded.
	OnChoice func(epochs int, each time.Duration)
	// OnClassifierStep is called after each step in which a classifier is fitted, OnClassifier
	// when there is one. Both may be nil.
	OnClassifierStep func(done, total int)
	OnClassifier     func(ClassifierFigures)
	// OnStep is called after every step, OnEpoch after every epoch, and Warn with a
	// line for the user when something is not as asked for. All may be nil. Until [Run] returns, the
	// model has the weights of the latest step, which are not the averaged ones that Metrics tell of.
	OnStep  func(Progress)
	OnEpoch func(Metrics)
	Warn    func(message string)

	available func() (bytes int64, known bool) // memory; nil asks the system
}

// Progress tells how far a run is.
type Progress struct {
	Epoch  int   // the running one, from 1
	Epochs int   // of the whole run; 0 while they have not been chosen
	Images int   // of this epoch that have been trained on, in all its passes
	Total  int   // of these images in an epoch
	Train  Terms // mean over those images, without the shares of dimensions
}

// Position says which epoch runs, and of how many where that is known, as 3/30.
func (p Progress) Position() string {
	if p.Epochs == 0 {
		return strconv.Itoa(p.Epoch)
	}
	return fmt.Sprintf("%d/%d", p.Epoch, p.Epochs)
}

// timeText is Time as config.json has it.
func (o Options) timeText() string {
	if o.Time == 0 {
		return ""
	}
	return o.Time.String()
}

// withDefaults completes the options of a run, by default with settings that suit its network, and checks
// them.
func (o Options) withDefaults(by models.Training) (Options, error) {
	if o.Time == 0 {
		o.Epochs = cmp.Or(o.Epochs, 30)
	}
	o.Passes = cmp.Or(o.Passes, 1)
	o.Batch = cmp.Or(o.Batch, by.Batch)
	o.Beta = cmp.Or[Schedule](o.Beta, Constant(1))
	o, err := o.withCompute()
	if err != nil {
		return o, err
	}
	if o, err = o.withOptimiser(by.Rate, by.Optimizer); err != nil {
		return o, err
	}
	if o.available == nil {
		o.available = memory.Available
	}
	if o.OnChoice == nil {
		o.OnChoice = func(int, time.Duration) {}
	}
	if o.OnClassifierStep == nil {
		o.OnClassifierStep = func(int, int) {}
	}
	if o.OnClassifier == nil {
		o.OnClassifier = func(ClassifierFigures) {}
	}
	if o.OnStep == nil {
		o.OnStep = func(Progress) {}
	}
	if o.OnEpoch == nil {
		o.OnEpoch = func(Metrics) {}
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	return o, o.validate()
}

// validate finds mistakes in options that are complete.
func (o Options) validate() error {
	rate, _ := o.LR.(Course)
	if own, ok := o.Objective.(interface{ validate() error }); ok {
		if err := own.validate(); err != nil {
			return fmt.Errorf("the objective: %w", err)
		}
	}
	switch {
	case o.Time < 0:
		return fmt.Errorf("a time of %v: it must be positive", o.Time)
	case o.Time > 0 && o.Epochs != 0:
		return fmt.Errorf("a number of epochs and a time for them exclude each other")
	case o.Time == 0 && (o.Epochs < 1 || o.Epochs > math.MaxInt32):
		return fmt.Errorf("%d epochs: there must be from 1 to %d", o.Epochs, math.MaxInt32)
	case o.Passes < 1 || o.Passes > math.MaxInt32:
		return fmt.Errorf("an epoch of %d passes: there must be from 1 to %d", o.Passes, math.MaxInt32)
	case o.Batch < 1:
		return fmt.Errorf("a batch of %d images: there must be at least 1", o.Batch)
	case o.Time > 0 && (rate.RisesByLength() || dependsOnRunLength(o.Beta) || o.WeightDecay != nil && dependsOnRunLength(o.WeightDecay)):
		return fmt.Errorf("a schedule that wants the number of epochs from its first step on, which a time leaves open")
	case o.Beta.validate() != nil:
		return fmt.Errorf("beta %w", o.Beta.validate())
	case !(o.Clip >= 0) || math.IsInf(o.Clip, 0):
		return fmt.Errorf("gradients clipped to a norm of %g: it must be 0 or a positive number", o.Clip)
	case o.FreeBits.validate() != nil:
		return o.FreeBits.validate()
	case o.Importance < 0 || o.Importance > MaxImportance:
		return fmt.Errorf("%d latent points of an image: there must be from 1 to %d", o.Importance, MaxImportance)
	case o.Importance > 1 && o.FreeBits.Nats > 0:
		return fmt.Errorf("free bits and importance weighting exclude each other: there is no KL to set free")
	case o.Objective != nil && (o.Importance > 1 || o.FreeBits.Nats > 0):
		return fmt.Errorf("free bits and importance weighting belong to the objective that is given")
	case o.ValFraction != 0 && !(o.ValFraction > 0 && o.ValFraction < 1):
		return fmt.Errorf("a validation fraction of %g: it must be between 0 and 1", o.ValFraction)
	case o.LabelsPerClass < 0:
		return fmt.Errorf("labels of %d images of each class: there must be at least 1", o.LabelsPerClass)
	case o.ClassifierSteps < 0:
		return fmt.Errorf("a classifier that is fitted in %d steps: there must be at least 1", o.ClassifierSteps)
	case o.Patience < 0:
		return fmt.Errorf("a patience of %d epochs: there must be 0 or more", o.Patience)
	case o.Augment >= 1<<len(Augmentations()):
		return fmt.Errorf("the augmentation %#x is unknown: there are %d", uint(o.Augment), len(Augmentations()))
	case o.Threads < 0:
		return fmt.Errorf("%d threads: there must be at least 1", o.Threads)
	case o.Resume && o.Force:
		return fmt.Errorf("resume and force exclude each other")
	}
	return nil
}
