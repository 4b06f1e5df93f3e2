package main

import (
	"errors"
	"fmt"

	"govae/dataset"
)

// dataAdvice adds to an error of package dataset the flag that helps.
func dataAdvice(err error) error {
	if download, ok := errors.AsType[*dataset.DownloadError](err); ok {
		return fmt.Errorf("%w, and pass --data FOLDER", download)
	}
	return err
}
