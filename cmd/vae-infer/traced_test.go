package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/images"
	"govae/infer"
)

// traced yields n images of c channels, 2 pixels high and 3 wide: image i is of class
// i modulo 3 and has i/255 and so on as its pixels. After them comes the error, if any.
func traced(n, c int, err error) iter.Seq2[tracedImage, error] {
	return func(yield func(tracedImage, error) bool) {
		for i := range n {
			m := tracedImage{infer.Image{Shape: images.Shape{H: 2, W: 3, C: c}}, origin{
				Number: i, Class: string("abc"[i%3]), Label: i % 3, Method: infer.Jitter, Noise: 0.5, Seed: 7,
				Data: "here", Sources: []string{fmt.Sprintf("train %d", i)}, ModelID: "0123",
			}}
			for p := range c * 6 {
				m.Pixels = append(m.Pixels, float32(i+p)/255)
			}
			if !yield(m, nil) {
				return
			}
		}
		if err != nil {
			yield(tracedImage{}, err)
		}
	}
}

// readManifest parses every line, and refuses fields that are not known.
func readManifest(t *testing.T, folder string) (lines []origin) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		d := json.NewDecoder(strings.NewReader(s.Text()))
		d.DisallowUnknownFields()
		var o origin
		if err := d.Decode(&o); err != nil {
			t.Fatalf("line %q: %v", s.Text(), err)
		}
		lines = append(lines, o)
	}
	return lines
}

// names lists what a folder holds, hidden files too.
func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteTraced(t *testing.T) {
	const n = 24
	for _, format := range []string{"png", "idx"} {
		for _, c := range []int{1, 3} {
			t.Run(fmt.Sprint(format, c), func(t *testing.T) {
				parent := t.TempDir()
				folder := filepath.Join(parent, "new", "set")
				if err := writeTraced(folder+"/", format, n, 2, traced(n, c, nil)); err != nil {
					t.Fatal(err)
				}
				if got := names(t, filepath.Dir(folder)); !slices.Equal(got, []string{"set"}) {
					t.Errorf("beside the folder there is %v", got)
				}
				source, err := dataset.Open(folder, dataset.Options{})
				if err != nil {
					t.Fatal(err)
				}
				data, err := source.Load(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if len(data.Classes) != 3 || data.Train.C != c || data.Train.Len()+data.Test.Len() != n {
					t.Fatalf("read again: classes %v, %d + %d images %v", data.Classes, data.Train.Len(), data.Test.Len(), data.Train.Shape)
				}
				for i, label := range data.Train.Labels {
					x := data.Train.At(i) // channels last, and its first value is the image's number
					if number := int(x[0]); number%3 != label || int(x[1]) != number+map[int]int{1: 1, 3: 6}[c] {
						t.Errorf("image %d has the label %d and the bytes %v", i, label, x)
					}
				}
				lines := readManifest(t, folder)
				if len(lines) != n {
					t.Fatalf("%d lines for %d images", len(lines), n)
				}
				for i, line := range lines {
					if _, err := os.Stat(filepath.Join(folder, line.File)); err != nil || line.Number != i || line.Sources[0] != fmt.Sprint("train ", i) || line.Label != i%3 {
						t.Errorf("line %d is %+v: %v", i, line, err)
					}
				}
			})
		}
	}
}

func TestWriteTracedFails(t *testing.T) {
	broken := errors.New("broken")
	for _, format := range []string{"png", "idx"} {
		for _, before := range []int{0, 5} {
			parent := t.TempDir()
			err := writeTraced(filepath.Join(parent, "set"), format, 10, 2, traced(before, 1, broken))
			if !errors.Is(err, broken) {
				t.Errorf("%s: error %v, want that of the images", format, err)
			}
			if left := names(t, parent); len(left) > 0 {
				t.Errorf("%s: a run that failed left %v", format, left)
			}
		}
	}
}

func TestWriteTracedInto(t *testing.T) {
	folder := t.TempDir()
	mine := filepath.Join(folder, "a", "mine.png")
	if err := errors.Join(os.Mkdir(filepath.Dir(mine), 0o755), os.WriteFile(mine, []byte("mine"), 0o644)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second run writes the same files
		if err := writeTraced(folder, "png", 6, 2, traced(6, 1, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(mine); err != nil || string(data) != "mine" {
		t.Errorf("a file that was there is %q, %v", data, err)
	}
	if lines := readManifest(t, folder); len(lines) != 12 || lines[6].File != lines[0].File {
		t.Errorf("%d lines in the manifest of two runs, want 12", len(lines))
	}
	if got := names(t, folder); !slices.Equal(got, []string{"a", "b", "c", manifestName}) {
		t.Errorf("the folder holds %v", got)
	}
	files, err := filepath.Glob(filepath.Join(folder, "?", "synthetic-*"))
	if err != nil || len(files) != 6 {
		t.Errorf("%d synthetic files, want 6", len(files))
	}
}
