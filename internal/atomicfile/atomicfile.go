// Package atomicfile replaces files so that a reader sees the whole old file
// or the whole new one, whatever fails in between.
package atomicfile

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"govae/internal/infile"
)

// Error says that a file could not be written. What was there before is still there.
type Error struct {
	Path string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("write %s: %v", e.Path, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Write makes the file at path hold what write writes. The data goes to a
// temporary file in the same folder, is synced, and is renamed over path; on an
// error path is untouched and the temporary file is gone. The error is an [*Error].
//
// A symbolic link stays, and the file that it leads to is replaced; a file keeps its
// permissions. What is no file, such as a terminal, a pipe or anything in /dev, is
// written to as it is.
func Write(path string, write func(io.Writer) error) error {
	return named(path, replace(path, write, func(string) error { return nil }))
}

// Rotate is [Write], but what path held, if anything, becomes the file at previous, in
// the same folder. That happens only after the new data is complete and synced, so that an
// error changes neither file; and there is a whole file at path all the time, where the
// file system has hard links.
func Rotate(path, previous string, write func(io.Writer) error) error {
	return named(path, replace(path, write, func(target string) error {
		if target == "" {
			return nil
		}
		if err := os.Remove(previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		err := os.Link(target, previous)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // some file systems have no links
			err = os.Rename(target, previous)
		}
		if errors.Is(err, fs.ErrNotExist) { // nothing to keep
			return nil
		}
		return infile.Cause(err)
	}))
}

// WriteAll is [WriteBytes] of several files. None is replaced before all are complete and synced.
func WriteAll(paths []string, contents [][]byte) error {
	if len(paths) == 0 {
		return nil
	}
	return named(paths[0], replace(paths[0], from(contents[0]), func(string) error { return WriteAll(paths[1:], contents[1:]) }))
}

// named is an error about the file at path, unless it is one about a file already.
func named(path string, err error) error {
	if err == nil || errors.As(err, new(*Error)) {
		return err
	}
	return &Error{path, err}
}

// replace is [Write]; before is called with the file that is about to be replaced, or, where path is none,
// with "" before it is written to.
func replace(path string, write func(io.Writer) error, before func(target string) error) (err error) {
	info, missing := os.Stat(path)
	switch {
	case missing == nil && info.IsDir():
		return errors.New("is a folder")
	case IsStdout(path):
		if err := before(""); err != nil {
			return err
		}
		return fill(os.Stdout, write) // opened again, a file behind it would be written from its start
	case missing == nil && (!info.Mode().IsRegular() || strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")):
		if err := before(""); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return infile.Cause(err)
		}
		return errors.Join(fill(f, write), infile.Cause(f.Close()))
	}
	target := Target(path)
	f, err := os.OpenFile(Aside(target), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return infile.Cause(err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f, write); err != nil {
		return err
	}
	if missing == nil {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return infile.Cause(err)
		}
	}
	if err := f.Sync(); err != nil {
		return infile.Cause(err)
	}
	if err := f.Close(); err != nil {
		return infile.Cause(err)
	}
	if err := before(target); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return infile.Cause(err)
	}
	SyncDir(filepath.Dir(target))
	return nil
}

// temporary is the name of a temporary file: that of its target and a random number.
const temporary = ".%s.%08x.tmp"

// Stage makes an empty folder beside path, in which what is to lie there can be written before it
// is moved, and removes those that programs which were killed have left. Nobody else may be
// writing path, for which [lock.Take] is there. The caller moves the folder or removes it.
func Stage(path string) (string, error) {
	target := filepath.Clean(path)
	older, _ := os.ReadDir(filepath.Dir(target))
	for _, e := range older {
		if of, ok := belongsTo(e.Name()); ok && of == filepath.Base(target) && e.IsDir() {
			os.RemoveAll(filepath.Join(filepath.Dir(target), e.Name()))
		}
	}
	stage := Aside(target)
	return stage, os.Mkdir(stage, 0o755)
}

// Aside returns a new name beside path, for what is moved away from there: [Stage] removes it if
// nobody else does.
func Aside(path string) string {
	return filepath.Join(filepath.Dir(path), fmt.Sprintf(temporary, filepath.Base(path), rand.Uint32()))
}

// Clean removes the temporary files that programs which were killed have left of the
// file at path. Nobody may be writing it. What cannot be removed stays.
func Clean(path string) {
	target := Target(path)
	CleanAll(filepath.Dir(target), func(name string) bool { return name == filepath.Base(target) })
}

// CleanAll is [Clean] for all files of a folder whose names are of that kind.
func CleanAll(folder string, of func(name string) bool) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		name, ok := belongsTo(e.Name())
		if ok && of(name) && e.Type().IsRegular() {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// belongsTo returns the name of the file that one of this name is a temporary of, if it is one.
func belongsTo(name string) (of string, ok bool) {
	rest, dotted := strings.CutPrefix(name, ".")
	rest, ends := strings.CutSuffix(rest, ".tmp")
	of, number := strings.TrimSuffix(rest, filepath.Ext(rest)), strings.TrimPrefix(filepath.Ext(rest), ".")
	_, err := hex.DecodeString(number)
	return of, dotted && ends && len(number) == 8 && err == nil
}

// fill writes to f, buffered. Errors of f do not name it.
func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		if e, ok := errors.AsType[*os.PathError](err); ok && e.Path == f.Name() {
			return e.Err // a full disk, met while the buffer was written out
		}
		return err
	}
	return infile.Cause(w.Flush())
}

// IsStdout reports whether path is a name of the standard output.
func IsStdout(path string) bool {
	return path == "/dev/stdout" || path == "/dev/fd/1" || path == "/proc/self/fd/1"
}

// Target returns the file that path leads to, by symbolic links or itself. It need not
// be there.
func Target(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	if to, err := os.Readlink(path); err == nil { // a link to what is not there yet
		if filepath.IsAbs(to) {
			return to
		}
		return filepath.Join(filepath.Dir(path), to)
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(folder, filepath.Base(path))
	}
	return path
}

// Same reports whether two paths lead to one file or folder, there or not.
func Same(a, b string) bool {
	x, err := os.Stat(a)
	if y, err2 := os.Stat(b); err == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	abs := func(path string) string {
		if absolute, err := filepath.Abs(Target(path)); err == nil {
			return absolute
		}
		return path
	}
	return abs(a) == abs(b)
}

// Replace puts a file that is complete and synced in the place of the one at path,
// which must be in the same folder and whose mode it gets. The error is an [*Error].
func Replace(complete, path string) error {
	if info, err := os.Stat(path); err == nil {
		if err := os.Chmod(complete, info.Mode().Perm()); err != nil {
			return named(path, infile.Cause(err))
		}
	}
	if err := os.Rename(complete, path); err != nil {
		return named(path, infile.Cause(err))
	}
	SyncDir(filepath.Dir(path))
	return nil
}

// WriteBytes is [Write] for data that is already in memory.
func WriteBytes(path string, data []byte) error {
	return Write(path, from(data))
}

// from writes data.
func from(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// SyncDir makes renames in a folder durable. Not every system can sync a folder
// (Windows cannot), and the files themselves are safe either way, so failures are
// ignored.
func SyncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
