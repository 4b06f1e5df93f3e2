package dataset_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/images"
	"govae/internal/lock"
)

// synthetic yields n images of c channels, 2 pixels high and 3 wide: image i is of class
// i modulo 3 and has i/255 and so on as its pixels. After them comes the error, if any.
func synthetic(n, c int, err error) iter.Seq2[dataset.Synthetic, error] {
	return func(yield func(dataset.Synthetic, error) bool) {
		for i := range n {
			m := dataset.Synthetic{nil, dataset.Origin{
				Class: string("abc"[i%3]), Label: i % 3, Method: "jitter", Noise: 0.5, Seed: 7,
				Data: "here", Sources: []string{fmt.Sprintf("train %d", i)}, ModelID: "0123",
			}}
			x := images.Image{Shape: images.Shape{H: 2, W: 3, C: c}}
			for p := range c * 6 {
				x.Pixels = append(x.Pixels, float32(i+p)/255)
			}
			m.Picture = x.Picture()
			if !yield(m, nil) {
				return
			}
		}
		if err != nil {
			yield(dataset.Synthetic{}, err)
		}
	}
}

// readManifest parses every line, and refuses fields that are not known.
func readManifest(t *testing.T, folder string) (lines []dataset.Origin) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, dataset.Manifest))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		d := json.NewDecoder(strings.NewReader(s.Text()))
		d.DisallowUnknownFields()
		var o dataset.Origin
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

func TestWrite(t *testing.T) {
	const n = 24
	for _, format := range []dataset.Format{dataset.ClassFolders, dataset.IDXFiles} {
		for _, c := range []int{1, 3} {
			t.Run(fmt.Sprint(format, c), func(t *testing.T) {
				parent := t.TempDir()
				folder := filepath.Join(parent, "new", "set")
				if err := dataset.Write(folder+"/", synthetic(n, c, nil), dataset.WriteOptions{Format: format}); err != nil {
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

func TestWriteFails(t *testing.T) {
	broken := errors.New("broken")
	for _, format := range []dataset.Format{dataset.ClassFolders, dataset.IDXFiles} {
		for _, before := range []int{0, 5} {
			parent := t.TempDir()
			err := dataset.Write(filepath.Join(parent, "set"), synthetic(before, 1, broken), dataset.WriteOptions{Format: format})
			if !errors.Is(err, broken) {
				t.Errorf("%s: error %v, want that of the images", format, err)
			}
			if left := names(t, parent); len(left) > 0 {
				t.Errorf("%s: a run that failed left %v", format, left)
			}
		}
	}
}

// TestOneWriterAtATime: whether or not the folder is there, a second one is refused.
func TestOneWriterAtATime(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	for range 2 {
		err := dataset.Write(folder, func(yield func(dataset.Synthetic, error) bool) {
			err := dataset.Write(folder, synthetic(1, 1, nil), dataset.WriteOptions{Into: true})
			if held, ok := errors.AsType[*lock.HeldError](err); !ok || held.Path != folder {
				t.Errorf("the second writer: error %v, want a HeldError of %s", err, folder)
			}
			synthetic(4, 1, nil)(yield)
		}, dataset.WriteOptions{Into: true})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, filepath.Dir(folder)); !slices.Equal(got, []string{"new"}) {
		t.Errorf("beside the folder is left %v", got)
	}
}

func TestWriteInto(t *testing.T) {
	folder := t.TempDir()
	mine := filepath.Join(folder, "a", "mine.png")
	if err := errors.Join(os.Mkdir(filepath.Dir(mine), 0o755), os.WriteFile(mine, []byte("mine"), 0o644)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second run writes the same files
		if err := dataset.Write(folder, synthetic(6, 1, nil), dataset.WriteOptions{Into: true}); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(mine); err != nil || string(data) != "mine" {
		t.Errorf("a file that was there is %q, %v", data, err)
	}
	if lines := readManifest(t, folder); len(lines) != 12 || lines[6].File != lines[0].File {
		t.Errorf("%d lines in the manifest of two runs, want 12", len(lines))
	}
	if got := names(t, folder); !slices.Equal(got, []string{"a", "b", "c", dataset.Manifest}) {
		t.Errorf("the folder holds %v", got)
	}
	files, err := filepath.Glob(filepath.Join(folder, "?", "synthetic-*"))
	if err != nil || len(files) != 6 {
		t.Errorf("%d synthetic files, want 6", len(files))
	}
}

// TestWriteIntoIDX: images of other channels, and files under other names, do not stay
// beside the new labels.
func TestWriteIntoIDX(t *testing.T) {
	folder := t.TempDir()
	others := []string{"train-images-idx3-ubyte.gz", "train-images.idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte", "notes"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for c, name := range map[int]string{1: "train-images-idx3-ubyte", 3: "train-images-idx4-ubyte"} {
		if err := dataset.Write(folder, synthetic(6, c, nil), dataset.WriteOptions{Format: dataset.IDXFiles, Into: true}); err != nil {
			t.Fatal(err)
		}
		want := []string{dataset.Manifest, "notes", "t10k-images-idx3-ubyte", name, "train-labels-idx1-ubyte"}
		if got := names(t, folder); !slices.Equal(got, want) {
			t.Errorf("%d channels: the folder holds %v, want %v", c, got, want)
		}
	}
}

// TestWriteRefuses what cannot be a data set, and leaves nothing behind.
func TestWriteRefuses(t *testing.T) {
	gray, colour := image.NewGray(image.Rect(0, 0, 2, 2)), image.NewRGBA(image.Rect(0, 0, 2, 2))
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		format dataset.Format
		images []dataset.Synthetic
		want   string
	}{
		{"tiff", nil, `format "tiff"`},
		{dataset.IDXFiles, nil, "no images"},
		{dataset.ClassFolders, nil, "no images"},
		{dataset.IDXFiles, []dataset.Synthetic{{gray, dataset.Origin{}}, {colour, dataset.Origin{}}}, "image 1 is 2x2x3"},
		{dataset.IDXFiles, []dataset.Synthetic{{gray, dataset.Origin{Label: 256}}}, "label 256"},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: "../a"}}}, `class "../a"`},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{}}}, `class ""`},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: "train"}}, {gray, dataset.Origin{Class: "test"}}}, "read as splits"},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: "cat"}}, {gray, dataset.Origin{Class: "unlabelled"}}}, "read as splits"},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: ".a"}}}, `class ".a"`},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: "/"}}}, `class "/"`},
		{dataset.ClassFolders, []dataset.Synthetic{{gray, dataset.Origin{Class: "Desktop.ini"}}}, `class "Desktop.ini"`}, // which is not read
	} {
		parent := t.TempDir()
		all := func(yield func(dataset.Synthetic, error) bool) {
			for _, m := range tt.images {
				if !yield(m, nil) {
					return
				}
			}
		}
		err := dataset.Write(filepath.Join(parent, "set"), all, dataset.WriteOptions{Format: tt.format})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %s", err, tt.want)
		}
		if left := names(t, parent); len(left) > 0 {
			t.Errorf("%s: %v is left", tt.want, left)
		}
	}
	err := dataset.Write(full, synthetic(1, 1, nil), dataset.WriteOptions{})
	if held, ok := errors.AsType[*dataset.NotEmptyError](err); !ok || held.Name != "x" {
		t.Errorf("a folder that holds x: error %v", err)
	}
}
