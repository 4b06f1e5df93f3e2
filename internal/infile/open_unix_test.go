//go:build unix

package infile

import (
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
