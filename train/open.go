package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"govae/internal/atomicfile"
	"govae/internal/lock"
	"govae/models"
)

// open prepares the model directory and, to resume, loads its checkpoint.
func (r *run) open() error {
	if r.Dir != "" {
		if err := r.openDir(); err != nil {
			return err
		}
	}
	r.m.LatentStats, r.m.Prior, r.m.Validation, r.m.Classifier = nil, nil, nil, nil // those of other parameters
	if r.Dir == "" {
		return nil
	}
	if err := r.saveConfig(); err != nil {
		return err
	}
	if r.Time > 0 && r.Epochs > 0 {
		r.setRunLength()
		r.OnChoice(r.Epochs, 0)
	}
	r.saved = time.Now()
	if err := r.saveMetrics(); err != nil || r.state.Step > 0 {
		return err
	}
	return r.checkpoint.save(r.Dir) // to go back to, and to resume from
}

// openDir locks the directory, and resumes or removes the older run in it.
func (r *run) openDir() error {
	if err := r.lockDir(); err != nil {
		return err
	}
	if r.Resume && Resumable(r.Dir) {
		return r.resume()
	}
	return r.startAfresh()
}

// lockDir makes the model directory this run's alone, and refuses one with files that would be lost.
func (r *run) lockDir() error {
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return directoryError(r.Dir, err)
	}
	release, err := lock.Take(r.Dir)
	if _, unwritable := errors.AsType[*fs.PathError](err); unwritable {
		return directoryError(r.Dir, err)
	}
	if err != nil {
		return err
	}
	r.unlock = release
	for _, name := range files { // of a run that was killed
		atomicfile.Clean(filepath.Join(r.Dir, name))
	}
	atomicfile.CleanAll(filepath.Join(r.Dir, EpochsFolder), IsEpochPicture)
	return r.refuse()
}

// startAfresh removes an older run.
func (r *run) startAfresh() error {
	if r.Resume {
		r.Warn(fmt.Sprintf("%s holds no run to go on with: starting afresh, with %s", r.Dir, r.name))
	}
	return removeRun(r.Dir)
}

// resume loads the checkpoint, and from other files what the checkpoint does not hold.
func (r *run) resume() error {
	err := r.load(r.Dir, r.Warn)
	if err != nil {
		return err
	}
	if r.Time > 0 {
		if r.Epochs, err = chosenEpochs(r.Dir, r.timeText()); err != nil {
			return err
		}
		if r.Epochs == 0 && r.state.Epoch > 0 && dependsOnRunLength(r.LR) { // another number would be another course
			return fmt.Errorf("%s has %d epochs already, of a learning rate whose course spans the time that was given: give the same time, or start another run from its weights", r.Dir, r.state.Epoch)
		}
	} else if r.state.Epoch > r.Epochs {
		return fmt.Errorf("%s has %d epochs already, %d were asked for: the number can only grow", r.Dir, r.state.Epoch, r.Epochs)
	}
	if r.older {
		r.Warn("the run was started by an older version, which added up gradients in another order: the result will differ in its last bits")
	}
	if name := r.kernel.Name(); r.checkpoint.kernelName != name {
		r.Warn(fmt.Sprintf("the run was started with the %s kernel and goes on with %s: the result will differ in its last bits", r.checkpoint.kernelName, name))
		r.checkpoint.kernelName = name
	}
	r.metrics = readMetrics(r.Dir, r.state.Epoch)
	if r.state.BestEpoch > 0 && r.kept == nil { // in format 2
		best, err := models.Load(r.Dir)
		if err != nil {
			return fmt.Errorf("the weights of the best epoch: %w", err)
		}
		r.kept, r.keptState = best.Theta, best.State
	}
	return nil
}
