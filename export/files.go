package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"govae/internal/atomicfile"
	"govae/internal/infile"
)

// writeFiles writes each content to its path, and makes missing folders. No file is replaced before
// all are complete, as files of two models would be no pair. After an error no new file or folder is
// left.
func writeFiles(paths []string, contents [][]byte) (err error) {
	var made []string
	defer func() {
		if err != nil {
			for _, path := range slices.Backward(made) {
				os.Remove(path) // but for folders in which somebody has put something meanwhile
			}
		}
	}()
	for i, path := range paths {
		if slices.ContainsFunc(paths[:i], func(other string) bool { return atomicfile.Same(other, path) }) {
			return fmt.Errorf("%s: two files cannot have one path", path)
		}
		folders, err := makeFolder(filepath.Dir(path))
		made = append(made, folders...)
		if err != nil {
			return fmt.Errorf("%w: the folder cannot be made; give another path", infile.Error(filepath.Dir(path), err))
		}
		if _, missing := os.Lstat(path); missing != nil {
			made = append(made, path)
		}
	}
	return atomicfile.WriteAll(paths, contents)
}

// makeFolder makes a folder and those above it, and returns those that it has made.
func makeFolder(dir string) (made []string, err error) {
	if _, err := os.Stat(dir); err == nil {
		return nil, nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if made, err = makeFolder(parent); err != nil {
			return made, err
		}
	}
	switch err := os.Mkdir(dir, 0o755); {
	case errors.Is(err, fs.ErrExist): // by another program
		return made, nil
	case err != nil:
		return made, err
	}
	return append(made, dir), nil
}
