// Package infile opens files, and says in few words why one cannot be read.
package infile

import (
	"errors"
	"io/fs"
	"os"
)

// Error returns an error that says why the file at path cannot be read, and wraps err, the
// operating system's: errors.Is(e, fs.ErrNotExist) holds as it does for err.
func Error(path string, err error) error { return &fileError{path, err} }

// Cause returns the operating system's error inside err, without the names of files, or err itself.
func Cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

type fileError struct {
	path string
	err  error
}

func (e *fileError) Error() string {
	if errors.Is(e.err, fs.ErrNotExist) {
		return e.path + ": no such file"
	}
	return e.path + ": " + Cause(e.err).Error()
}

func (e *fileError) Unwrap() error { return e.err }
