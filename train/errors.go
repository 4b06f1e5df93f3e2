package train

import (
	"errors"
	"fmt"

	"govae/internal/atomicfile"
	"govae/models"
)

// ExistsError says that the directory of a new run already holds a run, or a file that is named like
// one of a run.
type ExistsError struct{ Dir, Name string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s holds a run already, of which %s would be lost: resume it, overwrite it, or give another directory", e.Dir, e.Name)
}

// StoppedError says that a run was stopped; it can be resumed if it has a directory.
type StoppedError struct {
	Done, Epochs int   // complete epochs, and those of the run, 0 until they are chosen
	Within       bool  // an epoch, and not before the first one or after the last
	Err          error // why, such as [context.Canceled]
}

func (e *StoppedError) Error() string {
	of := ""
	if !e.Within {
		return e.Err.Error()
	}
	if e.Epochs > 0 {
		of = fmt.Sprintf(" of %d", e.Epochs)
	}
	return fmt.Sprintf("stopped in epoch %d%s: %v", e.Done+1, of, e.Err)
}

func (e *StoppedError) Unwrap() error { return e.Err }

// NoCheckpointError says that a run cannot be resumed: its directory has files of a run, which would be
// lost, but no checkpoint.
type NoCheckpointError struct{ Dir, Name string }

func (e *NoCheckpointError) Error() string {
	return fmt.Sprintf("%s holds no checkpoint to go on from, and %s of a run, which would be lost: start another run from its weights, or overwrite it", e.Dir, e.Name)
}

// DamagedError says that a run cannot be resumed because neither its checkpoint nor the
// one before it can be read. It wraps what is wrong with the former.
type DamagedError struct{ Err error }

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v; its predecessor cannot be used either; start afresh", e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// DivergedError says that training failed in spite of a learning rate that was halved as
// often as is allowed. The model directory holds the latest state that was good.
type DivergedError struct {
	What        string // happened
	Epoch, Step int    // in which it happened; both count from 1
	Untrained   bool   // before any weight had changed
	Halvings    int    // of the learning rate
	LR          float64
}

func (e *DivergedError) Error() string {
	if e.Untrained {
		return fmt.Sprintf("%s in the first step, before the learning rate matters: the weights to start from, beta or sigma are too extreme", e.What)
	}
	return fmt.Sprintf("%s in step %d (epoch %d), with a learning rate of %.4g, %d times halved: start afresh with a smaller one, or with less extreme settings of beta and sigma",
		e.What, e.Step, e.Epoch, e.LR, e.Halvings)
}

// NoValidationError says that patience needs validation images, and that there are none.
type NoValidationError struct{}

func (e *NoValidationError) Error() string {
	return "there are no validation images, which are to end the run early: set some apart, or train all epochs"
}

// LengthError says that a run cannot be resumed for another number of epochs, as its
// schedules are for the one with which it was started.
type LengthError struct {
	Path    string // of the checkpoint
	Setting string // that follows the schedule: "lr"
	Was, Is int    // steps of the run; Was is 0 where it was started with a time
}

func (e *LengthError) Error() string {
	if e.Was == 0 {
		return fmt.Sprintf("%s: the run was started with a time, which chose the length of its schedule of %s: give a time again in place of a number of epochs, or start another run from its weights", e.Path, e.Setting)
	}
	return fmt.Sprintf("%s: the run was started with a schedule of %s over %d steps, not %d: keep the number of epochs, or start another run from its weights", e.Path, e.Setting, e.Was, e.Is)
}

// SaveError says that a file of the model directory could not be written: the disk may be
// full. It wraps what is wrong, with the name of the file.
type SaveError struct{ Err error }

func (e *SaveError) Error() string {
	return fmt.Sprintf("%v: the latest checkpoint is as it was; see to the disk and resume", e.Err)
}

func (e *SaveError) Unwrap() error { return e.Err }

// saving turns the error of a file that could not be written into a [SaveError].
func saving(err error) error {
	if errors.As(err, new(*atomicfile.Error)) {
		return &SaveError{err}
	}
	return err
}

// MemoryError says that a run would take more memory than there is.
type MemoryError struct {
	Config          models.Config
	Batch           int   // images
	Draws           int   // of each image, all of which are in memory at a time
	Need, Available int64 // bytes
}

func (e *MemoryError) Error() string {
	draws := ""
	if e.Draws > 1 {
		draws = fmt.Sprintf(", each drawn %d times,", e.Draws)
	}
	return fmt.Sprintf("training on batches of %d images of %v%s takes %.1f GB of memory, and %.1f GB are left: use smaller batches or images",
		e.Batch, e.Config.Image, draws, float64(e.Need)/1e9, float64(e.Available)/1e9)
}
