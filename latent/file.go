package latent

import (
	"fmt"

	"govae/internal/infile"
)

// FileError says that a file is missing or is not what it was given for.
type FileError struct {
	Want string // "mixture" or "attribute"
	Err  error  // which names the file
}

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// readParsed reads a file of at most limit bytes that holds what is wanted by parse. An
// error is a [*FileError].
func readParsed[T any](path, want string, limit int64, parse func([]byte) (T, error)) (value T, err error) {
	data, err := infile.Read(path, limit)
	if err == nil {
		if value, err = parse(data); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	if err != nil {
		return value, &FileError{want, err}
	}
	return value, nil
}
