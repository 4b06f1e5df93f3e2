package main

import (
	"errors"
	"fmt"

	"govae/dataset"
)

// dataAdvice adds to an error of package dataset the flag that helps.
func dataAdvice(err error) error {
	if size, ok := errors.AsType[*dataset.SizeError](err); ok {
		return fmt.Errorf("%w as the model takes it: give such images, or convert them with --resize", size)
	}
	if split, ok := errors.AsType[*dataset.SplitError](err); ok {
		return fmt.Errorf("%w, or take all images with --split all", split)
	}
	if download, ok := errors.AsType[*dataset.DownloadError](err); ok {
		return fmt.Errorf("%w, and pass --data FOLDER", download)
	}
	return err
}
