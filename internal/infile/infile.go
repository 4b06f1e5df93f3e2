// Package infile opens files, and says in few words why one cannot be read.
package infile

import (
	"errors"
	"io/fs"
)

// Error returns an error that says why the file at path cannot be read, and wraps err, the
// operating system's: errors.Is(e, fs.ErrNotExist) holds as it does for err.
func Error(path string, err error) error { return &fileError{path, err} }

type fileError struct {
	path string
	err  error
}

func (e *fileError) Error() string {
	if errors.Is(e.err, fs.ErrNotExist) {
		return e.path + ": no such file"
	}
	if cause, ok := errors.AsType[*fs.PathError](e.err); ok {
		return e.path + ": " + cause.Err.Error()
	}
	return e.path + ": " + e.err.Error()
}

func (e *fileError) Unwrap() error { return e.err }
