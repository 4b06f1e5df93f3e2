package dataset

import (
	"context"
	"fmt"
	"io"

	"govae/internal/infile"
)

// readFile opens a file and reads it until the context is cancelled; errors name
// the file.
func readFile[T any](ctx context.Context, path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := infile.Open(path)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, infile.Cause(err))
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
