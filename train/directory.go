package train

import (
	"fmt"
	"os"
	"path/filepath"

	"govae/models"
)

// CheckDir returns the error with which [Run] would refuse the model directory of o, if it
// would, and makes nothing: for those who want to know it before they load data.
func CheckDir(o Options) error {
	if err := o.refuse(); err != nil {
		return err
	}
	for dir := o.Dir; dir != ""; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return directoryError(o.Dir, fmt.Errorf("%s is a file", dir))
		}
		if err == nil || dir == filepath.Dir(dir) {
			break
		}
	}
	return nil
}

// refuse returns an error if the directory holds files of a run, or with their names, that are not
// to be lost, and that the run would not go on with.
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
