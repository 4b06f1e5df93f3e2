package onnx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"govae/onnx/internal/pb"
)

// ErrExternal is the reason why [Unmarshal] refuses a model whose weights lie in
// another file: [ReadFile] can read it.
var ErrExternal = errors.New("keeps its data in another file")

// folder is where a model file lies. A tensor may keep its elements in another
// file there ("external data"), never elsewhere: os.Root refuses paths and links
// that lead out.
type folder struct {
	root  *os.Root
	bytes int64 // read so far: many tensors can name the same bytes
}

func openFolder(path string) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &folder{root: root}, nil
}

func (f *folder) Close() error { return f.root.Close() }

// read returns the size bytes that the entries of a tensor's external_data
// describe. A nil folder is that of a model that did not come from a file.
func (f *folder) read(entries []*pb.StringStringEntryProto, size int64) ([]byte, error) {
	var location string
	var offset int64
	for _, e := range entries {
		var err error
		switch e.Key {
		case "location":
			location = e.Value
		case "offset":
			offset, err = strconv.ParseInt(e.Value, 10, 64)
		case "length":
			var length int64
			if length, err = strconv.ParseInt(e.Value, 10, 64); err == nil && length != size {
				err = fmt.Errorf("the type and shape take %d bytes", size)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("external data has the %s %q: %w", e.Key, e.Value, err)
		}
	}
	if f == nil {
		return nil, fmt.Errorf("%w, %q: read the model from its file, or save it as one file", ErrExternal, location)
	}
	data, err := f.readAt(filepath.FromSlash(location), offset, size)
	if err != nil {
		return nil, fmt.Errorf("external data %q: %w", location, pathCause(err))
	}
	return data, nil
}

func (f *folder) readAt(location string, offset, size int64) ([]byte, error) {
	info, err := f.root.Stat(location)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // opening a pipe would block
		return nil, errors.New("is not a regular file")
	case offset < 0 || offset > info.Size() || size > info.Size()-offset:
		return nil, fmt.Errorf("has %d bytes, but %d from byte %d on are asked for", info.Size(), size, offset)
	case size > maxFile-f.bytes:
		return nil, errors.New("external data beyond 2 GiB is not supported")
	}
	f.bytes += size
	file, err := f.root.Open(location)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(file, offset, size), data)
	return data, err
}

// pathCause strips operation and path from an error of package os, as the
// messages here name the path themselves.
func pathCause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
