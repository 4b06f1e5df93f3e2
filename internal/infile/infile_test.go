package infile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestError(t *testing.T) {
	_, err := os.Open(filepath.Join(t.TempDir(), "a"))
	missing := Error("a", err)
	if missing.Error() != "a: no such file" || !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("error %v", missing)
	}
	if err := Error("b", &fs.PathError{Op: "read", Path: "/x/b", Err: errors.New("is a directory")}); err.Error() != "b: is a directory" {
		t.Errorf("error %v", err)
	}
	if err := Error("c", errors.New("broken")); err.Error() != "c: broken" {
		t.Errorf("error %v", err)
	}
}
