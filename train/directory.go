package train

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"govae/internal/infile"
	"govae/models"
)

// CheckDir returns the error with which [Run] would refuse the model directory of o, or nil. It leaves
// nothing there, and so can be called before data is loaded.
func CheckDir(o Options) error {
	if err := o.refuse(); err != nil {
		return err
	}
	if o.Dir == "" {
		return nil
	}
	for dir := filepath.Clean(o.Dir); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return directoryError(o.Dir, fmt.Errorf("%s is a file", dir))
		case err == nil:
			return writable(o.Dir, dir)
		case dir == filepath.Dir(dir):
			return nil
		}
	}
}

// writable returns an error unless files can be made in the existing folder that is the model directory
// or will hold it.
func writable(dir, folder string) error {
	f, err := os.CreateTemp(folder, ".vae-train-*.tmp")
	if err != nil {
		return directoryError(dir, infile.Cause(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// refuse returns an error if the directory holds files of a run, or files of such names, that would be lost
// because the run does not resume from them.
func (o Options) refuse() error {
	if o.Force || o.Dir == "" || o.Resume && Resumable(o.Dir) {
		return nil
	}
	for _, name := range append(files[:len(files):len(files)], EpochsFolder) {
		started := name == models.ConfigFile || name == MetricsFile || name == EventsFile // before the first checkpoint
		switch {
		case !holds(o.Dir, name) || o.Resume && started:
		case o.Resume:
			return &NoCheckpointError{o.Dir, name}
		default:
			return &ExistsError{o.Dir, name}
		}
	}
	return nil
}

func directoryError(dir string, err error) error {
	return fmt.Errorf("the model directory %s cannot be made or written (%w): give another", dir, err)
}
