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
	if o.occupied() {
		return &ExistsError{o.Dir}
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

// occupied reports whether the directory holds a run with which nothing is to be done.
func (o Options) occupied() bool {
	return !o.Force && !o.Resume && o.Dir != "" && (Resumable(o.Dir) || holds(o.Dir, models.ConfigFile))
}

func directoryError(dir string, err error) error {
	return fmt.Errorf("the model directory %s cannot be made or written (%w): give another", dir, err)
}
