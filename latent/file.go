package latent

import (
	"fmt"
	"io"
	"os"

	"govae/internal/fileerr"
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
	data, err := readLimited(path, limit)
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

// readLimited reads a file of at most limit bytes. Errors name the file.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileerr.New(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, fileerr.New(path, err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%s: more than the %d bytes of such a file", path, limit)
	}
	return data, nil
}
