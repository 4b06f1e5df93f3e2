package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	if err := run(t.Context(), dir, 1); err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string]int{"samples.png": 3, "reconstructions.png": 2} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		p, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		if b := p.Bounds(); b.Dx() != 10*side || b.Dy() != rows*side {
			t.Errorf("%s: %v, want %d rows of 10 images", name, b, rows)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("%d files (%v), want the pictures alone", len(files), err)
	}
}
