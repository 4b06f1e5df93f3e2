package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// openRegular opens a file, and nothing else: a named pipe would wait for who writes it,
// and a device or a socket may do anything.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: &irregularError{info.Mode()}}
	}
	return os.Open(path)
}

// irregularError says that a path is no file with something in it.
type irregularError struct{ fs.FileMode }

func (e *irregularError) Error() string {
	kind := "a device"
	switch {
	case e.IsDir():
		kind = "a folder"
	case e.FileMode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case e.FileMode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fmt.Sprintf("is %s, where a file is needed", kind)
}

// cause returns the error of a file without its name.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// readFile opens a file and reads it until the context is cancelled; errors name
// the file.
func readFile[T any](ctx context.Context, path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := openRegular(path)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	result, err := read(cancelReader{ctx, f})
	switch {
	case ctx.Err() != nil:
		return none, ctx.Err()
	case err != nil:
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return result, nil
}

// cancelReader is a reader that fails once the context is cancelled.
type cancelReader struct {
	context.Context
	r io.Reader
}

func (c cancelReader) Read(p []byte) (int, error) {
	if err := c.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
