//go:build unix

package infile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOpen opens files alone, and reads none that is too large.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{
		file: "", dir: dir + ": is a folder, where a file is needed", pipe: pipe + ": is a named pipe, where",
		"/dev/null": "/dev/null: is a device, where", filepath.Join(dir, "none"): "none: no such file",
	} {
		f, err := Open(path)
		if err == nil {
			f.Close()
		} else {
			err = Error(path, err)
		}
		data, readErr := Read(path, 4)
		for _, err := range []error{err, readErr} {
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", path, err, want)
			}
		}
		if want == "" && string(data) != "text" {
			t.Errorf("read %q", data)
		}
	}
	if _, err := Read(file, 3); err == nil || err.Error() != file+": has 4 bytes, more than the 3 of such a file" {
		t.Errorf("error %v", err)
	}
}

// TestReal: a folder is the same by way of a link, and one that is not there is none.
func TestReal(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	want, err := Real(filepath.Join(dir, "a"))
	if got, err2 := Real(filepath.Join(dir, "b")); err != nil || err2 != nil || got != want {
		t.Errorf("%q (%v), want %q (%v)", got, err2, want, err)
	}
	t.Chdir(filepath.Join(dir, "b"))
	if got, err := Real("."); err != nil || got != want {
		t.Errorf("%q (%v), want %q", got, err, want)
	}
	if _, err := Real("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one of a file that is not there", err)
	}
}
