package infile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Open opens a file, and nothing else: a named pipe would wait for who writes it, and a device or a
// socket may do anything. Errors are of the type [*fs.PathError].
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = Regular(path, info)
	}
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Regular returns an error unless path is that of a file: not of a folder, a named pipe, a socket
// or a device.
func Regular(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &fs.PathError{Op: "open", Path: path, Err: irregularError(info.Mode())}
}

// irregularError says what a path is that is no file.
type irregularError fs.FileMode

func (e irregularError) Error() string {
	kind := "a device"
	switch mode := fs.FileMode(e); {
	case mode.IsDir():
		kind = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return "is " + kind + ", where a file is needed"
}

// Read reads a whole file of at most so many bytes. Errors name it.
func Read(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = Regular(path, info)
	}
	if err != nil {
		return nil, Error(path, err)
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s: has %d bytes, more than the %d of such a file", path, info.Size(), most)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, Error(path, err)
	}
	return data, nil
}

// Real returns the whole path of a file or folder that is there, without links.
func Real(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	whole, err := filepath.Abs(path)
	if real, err := filepath.EvalSymlinks(whole); err == nil { // else the working directory is not what it is called
		return real, nil
	}
	return whole, err
}
