package onnxruntime

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"govae/internal/infile"
)

// Limits in bytes on what a damaged or hostile archive can cost.
const (
	maxArchive  = 1 << 30   // the archive itself
	maxUnpacked = 2 << 30   // all that is unpacked on the way to the library
	maxLibrary  = 256 << 20 // the library
)

// unpackLibrary finds the library for this system in an archive, which may be the
// library itself, and returns the path of the file, in dir unless it is archive,
// and the library's version if it tells. An archive can hold one library for each
// processor: the first that [examine] accepts is taken. Of the archive's
// paths only the last part is looked at, and none is written to.
func unpackLibrary(ctx context.Context, archive, dir string) (file, version string, err error) {
	kind, err := archiveKind(archive)
	if err != nil {
		return "", "", err
	}
	if kind == bareFile {
		version, err = examine(archive, filepath.Base(archive))
		return archive, version, err
	}
	file = filepath.Join(dir, "library")
	var refused error
	unpacked := int64(0)
	for m, err := range members(archive, kind) {
		if err != nil {
			return "", "", fmt.Errorf("not a whole archive (%w)", err)
		}
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
		name := path.Base(m.name)
		if ok, _ := path.Match(libraryPattern(runtime.GOOS), name); !ok {
			continue
		}
		n, err := m.save(file)
		if unpacked += n; err == nil && unpacked > maxUnpacked {
			err = errTooMuch
		}
		if err != nil {
			return "", "", fmt.Errorf("%q in it: %w", m.name, err)
		}
		if version, err = examine(file, name); err == nil {
			return file, version, nil
		}
		if refused == nil {
			refused = fmt.Errorf("%q in it is %w", m.name, err)
		}
	}
	if refused != nil {
		return "", "", refused
	}
	return "", "", fmt.Errorf("holds no %s", libraryPattern(runtime.GOOS))
}

// The kinds of file that a library may come in.
const (
	bareFile = iota
	zipFile  // wheels and NuGet packages too
	tgzFile
)

// archiveKind tells a file's kind by its first bytes.
func archiveKind(name string) (int, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, infile.Cause(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, errors.New("not a file")
	case info.Size() > maxArchive:
		return 0, fmt.Errorf("%d bytes, more than the %d allowed", info.Size(), maxArchive)
	}
	head, err := bufio.NewReader(f).Peek(4)
	switch {
	case err != nil:
		return 0, fmt.Errorf("neither a library nor an archive: it has %d bytes", info.Size())
	case bytes.Equal(head, []byte("PK\x03\x04")):
		return zipFile, nil
	case bytes.Equal(head[:2], []byte{0x1f, 0x8b}):
		return tgzFile, nil
	}
	return bareFile, nil
}

// member is a regular file in an archive. It can be opened until the next member
// is asked for.
type member struct {
	name string // with slashes
	size int64  // as the archive says
	open func() (io.ReadCloser, error)
}

// members goes through the regular files of an archive: no folder, link or device.
func members(name string, kind int) iter.Seq2[member, error] {
	if kind == zipFile {
		return zipMembers(name)
	}
	return tgzMembers(name)
}

func zipMembers(name string) iter.Seq2[member, error] {
	return func(yield func(member, error) bool) {
		z, err := zip.OpenReader(name)
		if err != nil {
			yield(member{}, err)
			return
		}
		defer z.Close()
		for _, f := range z.File {
			if f.Mode().IsRegular() && !yield(member{f.Name, int64(min(f.UncompressedSize64, maxUnpacked)), f.Open}, nil) {
				return
			}
		}
	}
}

func tgzMembers(name string) iter.Seq2[member, error] {
	return func(yield func(member, error) bool) {
		f, err := os.Open(name)
		if err != nil {
			yield(member{}, err)
			return
		}
		defer f.Close()
		unzipped, err := gzip.NewReader(f)
		if err != nil {
			yield(member{}, err)
			return
		}
		archive := tar.NewReader(&limited{unzipped, maxUnpacked})
		for {
			header, err := archive.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(member{}, err)
				return
			}
			open := func() (io.ReadCloser, error) { return io.NopCloser(archive), nil }
			if header.Typeflag == tar.TypeReg && !yield(member{header.Name, header.Size, open}, nil) {
				return
			}
		}
	}
}

// save writes the member to a file, no more than a library may have, and returns
// the number of bytes.
func (m member) save(file string) (int64, error) {
	if m.size > maxLibrary {
		return 0, fmt.Errorf("%d bytes, more than the %d allowed", m.size, maxLibrary)
	}
	r, err := m.open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return saveFile(file, &limited{r, maxLibrary})
}

// saveFile writes what r gives to a file and returns the number of bytes.
func saveFile(file string, r io.Reader) (int64, error) {
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, r)
	return n, errors.Join(err, f.Close())
}

var errTooMuch = errors.New("more data than allowed")

// limited is a reader that fails after n bytes, where [io.LimitedReader] would
// pretend that the data ends.
type limited struct {
	r io.Reader
	n int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.n <= 0 {
		return 0, errTooMuch
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.n)])
	l.n -= int64(n)
	return n, err
}
