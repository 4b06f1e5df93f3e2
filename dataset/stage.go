package dataset

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"govae/internal/atomicfile"
)

// staged is a file of a data set that is being made.
type staged struct {
	*bufio.Writer
	file *os.File
}

func createStaged(folder, name string) (*staged, error) {
	f, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	return &staged{bufio.NewWriterSize(f, 1<<16), f}, nil
}

// rewrite returns a writer over what was written, from its beginning.
func (s *staged) rewrite() (io.Writer, error) {
	return io.NewOffsetWriter(s.file, 0), s.Flush()
}

// Close also tells what went wrong in writing.
func (s *staged) Close() error { return errors.Join(s.Flush(), s.file.Close()) }

// joinFiles makes the file at path hold what those at paths hold, as far as they are
// there. It may be one of them.
func joinFiles(path string, paths []string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		for _, p := range paths {
			f, err := os.Open(p)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			_, err = io.Copy(w, f)
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

// moveFiles moves all but the manifest from the stage into a folder. The manifest is
// there before, so that no synthetic image is ever without its line.
func moveFiles(stage, folder string) error {
	return filepath.WalkDir(stage, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == stage || d.Name() == Manifest {
			return err
		}
		relative, err := filepath.Rel(stage, path)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, relative)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		return os.Rename(path, target)
	})
}
