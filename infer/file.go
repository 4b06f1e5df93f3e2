package infer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readParsed reads a file of at most limit bytes by parse. Errors name the file and the
// command that writes such ones.
func readParsed[T any](path string, limit int64, parse func([]byte) (T, error), command string) (value T, err error) {
	data, err := readLimited(path, limit)
	if err == nil {
		value, err = parse(data)
	}
	if err != nil {
		return value, fmt.Errorf("%s: %w; write it with %s", path, err, command)
	}
	return value, nil
}

func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New(fileProblem(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, errors.New(fileProblem(err))
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("more than the %d bytes of such a file", limit)
	}
	return data, nil
}

// fileProblem says in few words why a file cannot be opened.
func fileProblem(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}
