package dataset

import (
	"bytes"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"govae/images"

	"github.com/google/go-cmp/cmp"
)

// halves is a source of n images of the shape, black on the left and of value v on
// the right, as an IDX file.
func halves(t *testing.T, n int, s Shape, v byte) string {
	t.Helper()
	pixels := make([]byte, n*s.Len())
	for i := range pixels {
		if i/s.C%s.W >= s.W/2 {
			pixels[i] = v
		}
	}
	path := filepath.Join(t.TempDir(), "halves.idx")
	if err := os.WriteFile(path, idxFileOf([]int{n, s.H, s.W, s.C}, pixels), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestShape(t *testing.T) {
	for name, tt := range map[string]struct {
		source  Shape
		options Options
		want    Shape
	}{
		"as it is":       {Shape{H: 8, W: 12, C: 1}, Options{}, Shape{H: 8, W: 12, C: 1}},
		"the same":       {Shape{H: 8, W: 12, C: 3}, Options{Shape: Shape{H: 8, W: 12, C: 3}}, Shape{H: 8, W: 12, C: 3}},
		"smaller":        {Shape{H: 8, W: 12, C: 1}, Options{Shape: Shape{H: 4, W: 6, C: 1}}, Shape{H: 4, W: 6, C: 1}},
		"larger":         {Shape{H: 8, W: 12, C: 3}, Options{Shape: Shape{H: 20, W: 30, C: 3}}, Shape{H: 20, W: 30, C: 3}},
		"to gray":        {Shape{H: 8, W: 12, C: 3}, Options{Shape: Shape{C: 1}}, Shape{H: 8, W: 12, C: 1}},
		"to colour":      {Shape{H: 8, W: 12, C: 1}, Options{Shape: Shape{H: 8, W: 12, C: 3}}, Shape{H: 8, W: 12, C: 3}},
		"both at a time": {Shape{H: 8, W: 12, C: 3}, Options{Shape: Shape{H: 4, W: 4, C: 1}}, Shape{H: 4, W: 4, C: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := load(t, halves(t, 5, tt.source, 200), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if d.Train.Shape != tt.want || d.Test.Shape != tt.want || d.Train.Len() != 4 || d.Test.Len() != 1 {
				t.Fatalf("%d images of %v and %d of %v, want 4 and 1 of %v", d.Train.Len(), d.Train.Shape, d.Test.Len(), d.Test.Shape, tt.want)
			}
			for i, v := range d.Train.At(3) { // far from the edge the halves keep their values
				switch x := i / tt.want.C % tt.want.W; {
				case x == 0 && v > 5, x == tt.want.W-1 && (v < 195 || v > 205):
					t.Errorf("value %d is %d", i, v)
				}
			}
		})
	}
}

// TestShapeRefused: shapes that images cannot have, and no files at all.
func TestShapeRefused(t *testing.T) {
	file := halves(t, 5, Shape{H: 8, W: 12, C: 1}, 9)
	for _, s := range []Shape{{C: 2}, {C: 4}, {C: -1}, {H: -1}, {W: -8, H: -8}, {H: 1 << 40, W: 1 << 40}, {W: 1 << 40}} {
		o := Options{Shape: s}
		for _, spec := range []string{file, "digits"} {
			_, err := Open(spec, o)
			wantError(t, err, "is not that of images")
		}
		_, err := ReadFiles(t.Context(), []string{file}, o)
		wantError(t, err, "is not that of images")
	}
	_, err := ReadFiles(t.Context(), nil, Options{})
	wantError(t, err, "no files to read")
}

// TestResizeFolder reads a folder of images that share neither size nor colours.
func TestResizeFolder(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"a.png": gray(9, 5, 7), "b.png": colour(color.White, color.White), "c.png": gray(4, 4, 0),
	})
	d, err := load(t, folder, Options{Shape: Shape{H: 4, W: 4, C: 1}})
	if err != nil {
		t.Fatal(err)
	}
	all := images.Join(d.Train, d.Test)
	if all.Len() != 3 || all.Shape != (Shape{H: 4, W: 4, C: 1}) {
		t.Fatalf("%d images of %v", all.Len(), all.Shape)
	}
	for i, name := range all.Names {
		switch x := all.At(i); {
		case name == "b.png" && x[5] != 255, name == "c.png" && x[5] != 5:
			t.Errorf("%s: pixels %v", name, x)
		}
	}
	_, err = Open(folder, Options{Shape: Shape{H: 5000, W: 5000, C: 1}})
	wantError(t, err, "at most 4194304 pixels")
	if d, err := load(t, folder, Options{}); err != nil || d.Train.Shape != (Shape{H: 8, W: 8, C: 1}) {
		t.Errorf("without a shape: %v (%v)", d, err)
	}
}

func TestIDXFile(t *testing.T) {
	idx := func(dims []int, data ...byte) []byte { return idxFileOf(dims, data) }
	images, labels := idx([]int{3, 1, 2}, 1, 2, 3, 4, 5, 6), idx([]int{3}, 2, 0, 1)
	for name, tt := range map[string]struct {
		images, labels string
		want           []int
	}{
		"like MNIST's":      {"x-images-idx3-ubyte", "x-labels-idx1-ubyte", []int{2, 0, 1}},
		"labels compressed": {"x-images-idx3-ubyte", "x-labels-idx1-ubyte.gz", []int{2, 0, 1}}, // by name alone
		"with dots":         {"x-images.idx3-ubyte", "x-labels.idx1-ubyte", []int{2, 0, 1}},
		"short":             {"x.idx", "x.labels.idx", []int{2, 0, 1}},
		"images in it":      {"images.idx", "labels.idx", []int{2, 0, 1}},
		"other labels":      {"x.idx", "y.labels.idx", nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := writeFiles(t, map[string][]byte{tt.images: images, tt.labels: labels})
			s, err := ReadFiles(t.Context(), []string{filepath.Join(folder, tt.images)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, s.Labels); diff != "" || len(s.Classes) != len(tt.want) || !bytes.Equal(s.Pixels, []byte{1, 2, 3, 4, 5, 6}) {
				t.Errorf("labels (-want +got):\n%s; classes %v, pixels %v", diff, s.Classes, s.Pixels)
			}
		})
	}
	folder := writeFiles(t, map[string][]byte{"x.idx": images, "x.labels.idx": idx([]int{2}, 0, 1)})
	_, err := load(t, filepath.Join(folder, "x.idx"), Options{})
	wantError(t, err, "x.labels.idx: 2 labels for the 3 images of x.idx")
}

// TestReadFilesWhole names folders and arrays beside images.
func TestReadFilesWhole(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"one.png": gray(1, 2, 50), "classes/dog/a.png": gray(1, 2, 10), "classes/cat/b.png": gray(1, 2, 20),
		"x.npy": npyBytes("|u1", "(2, 1, 2)", 1, 2, 3, 4), "tall.png": gray(2, 2, 0),
		"splits/train/a.png": gray(1, 2, 60), "splits/test/b.png": gray(1, 2, 70),
	})
	in := func(name string) string { return filepath.Join(folder, filepath.FromSlash(name)) }
	s, err := ReadFiles(t.Context(), []string{in("classes")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{20, 21, 10, 11}, Labels: []int{0, 1}, Names: []string{in("classes/cat/b.png"), in("classes/dog/a.png")}}
	if diff := cmp.Diff(want, s.Images) + cmp.Diff([]string{"cat", "dog"}, s.Classes); diff != "" {
		t.Errorf("class folders (-want +got):\n%s", diff)
	}
	s, err = ReadFiles(t.Context(), []string{in("one.png"), in("classes"), in("one.png"), in("x.npy"), in("splits")}, Options{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	want = &Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{50, 51, 20, 21, 10, 11, 50, 51, 1, 2, 3, 4, 60, 61, 70, 71}, Names: []string{
		in("one.png"), in("classes/cat/b.png"), in("classes/dog/a.png"), in("one.png"), in("x.npy") + "[0]", in("x.npy") + "[1]", in("splits/train/a.png"), in("splits/test/b.png")}}
	if diff := cmp.Diff(want, s.Images); diff != "" || s.Classes != nil {
		t.Errorf("mixed (-want +got):\n%s, classes %v", diff, s.Classes)
	}
	s, err = ReadFiles(t.Context(), []string{in("x.npy"), in("tall.png")}, Options{})
	if err != nil || s.Shape != (Shape{H: 1, W: 2, C: 1}) || s.Len() != 3 {
		t.Errorf("a large image after small ones: %+v (%v)", s, err)
	}
	_, err = ReadFiles(t.Context(), []string{in("none")}, Options{})
	wantError(t, err, "none: no such file")
}
