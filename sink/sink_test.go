package sink

import (
	"errors"
	"image/png"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio"

	"govae/images"
	"govae/internal/idx"
	"govae/picture"
)

// source yields the images of a batch.
func source(shape images.Shape, pixels []float32) Source {
	return func(first int) iter.Seq2[images.Image, error] {
		return images.Batch{Shape: shape, Pixels: pixels[first*shape.Len():]}.All()
	}
}

func ramp(n int) []float32 {
	p := make([]float32, n)
	for i := range p {
		p[i] = float32(i) / float32(n)
	}
	return p
}

func TestNPYReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	pixels := ramp(7 * 3 * 4 * 5)
	o := Options{N: 7, Shape: images.Shape{H: 4, W: 5, C: 3}}
	if err := Write(path, o, source(o.Shape, pixels)); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{7, 3, 4, 5}; !slices.Equal(r.Header.Descr.Shape, want) || r.Header.Descr.Type != "<f4" || r.Header.Descr.Fortran {
		t.Errorf("header %+v, want <f4 %v in C order", r.Header.Descr, want)
	}
	var got []float32
	if err := r.Read(&got); err != nil || !slices.Equal(got, pixels) {
		t.Errorf("values differ (%v)", err)
	}
}

func TestIDXReadsBack(t *testing.T) {
	for c, want := range map[int][]int{1: {7, 4, 5}, 3: {7, 4, 5, 3}} {
		path := filepath.Join(t.TempDir(), "x.idx")
		pixels := ramp(7 * c * 4 * 5)
		o := Options{N: 7, Shape: images.Shape{H: 4, W: 5, C: c}}
		if err := Write(path, o, source(o.Shape, pixels)); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		dims, data, err := idx.Read(f)
		if err != nil || !slices.Equal(dims, want) {
			t.Fatalf("dimensions %v (%v), want %v", dims, err, want)
		}
		for i, got := range data { // [n, H, W, C] of [n, C, H, W]
			image, pixel, channel := i/(c*20), i/c%20, i%c
			if want := uint8(pixels[image*c*20+channel*20+pixel]*255 + 0.5); got != want {
				t.Fatalf("%d channels, byte %d is %d, want %d", c, i, got, want)
			}
		}
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	o := Options{N: 7, Shape: images.Shape{H: 2, W: 3, C: 1}}
	if err := Write(dir, o, source(o.Shape, ramp(42))); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "0000.png 0001.png 0002.png 0003.png 0004.png 0005.png 0006.png" {
		t.Errorf("files %s", got)
	}
	f, err := os.Open(filepath.Join(dir, "0006.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	r, _, _, _ := img.At(2, 1).RGBA()
	if b := img.Bounds(); b.Dx() != 3 || b.Dy() != 2 || r>>8 != 249 { // 41/42 of 255
		t.Errorf("image of %v ends with level %d, want 3x2 and 249", b, r>>8)
	}

	err = Write(dir, o, source(o.Shape, ramp(42)))
	if exists, ok := errors.AsType[*ExistsError](err); !ok || exists.Name != "0000.png" {
		t.Errorf("a folder with images: error %v, want an ExistsError", err)
	}
	o.Force = true
	if err := Write(dir, o, source(o.Shape, ramp(42))); err != nil {
		t.Errorf("with force: %v", err)
	}
}

func TestPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "X.PNG")
	drawn := 0
	o := Options{N: 7, Shape: images.Shape{H: 2, W: 3, C: 1}, Draw: func(_ string, m picture.Images) error { drawn = m.Len(); return nil }}
	if err := Write(path, o, source(o.Shape, ramp(42))); err != nil || drawn != 7 {
		t.Errorf("Draw got %d images, error %v; want 7", drawn, err)
	}
	o.Draw = nil
	if err := Write(path, o, source(o.Shape, ramp(42))); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() < 100 {
		t.Errorf("no picture: %v", err)
	}
}

func TestFailureLeavesOldFile(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	o := Options{N: 2, Shape: images.Shape{H: 2, W: 3, C: 1}}
	half := func(int) iter.Seq2[images.Image, error] {
		return func(yield func(images.Image, error) bool) {
			_ = yield(images.Image{Shape: o.Shape, Pixels: ramp(6)}, nil) && yield(images.Image{}, broken)
		}
	}
	for _, name := range []string{"x.npy", "x.idx", "x.png"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, o, half); !errors.Is(err, broken) {
			t.Errorf("%s: error %v, want %v", name, err, broken)
		}
		if got, _ := os.ReadFile(path); string(got) != "old" {
			t.Errorf("%s: the old file is gone", name)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("%d files, want 3", len(entries))
	}
}

// TestArrayThroughLink replaces the file that a link leads to.
func TestArrayThroughLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	link, file := filepath.Join(dir, "x.idx"), filepath.Join(dir, "elsewhere", "real.idx")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err) // Windows wants a privilege
	}
	o := Options{N: 1, Shape: images.Shape{H: 2, W: 3, C: 1}}
	one := source(o.Shape, ramp(6))
	for range 2 { // there is no file at first
		if err := Write(link, Options{N: 1, Shape: images.Shape{H: 2, W: 3, C: 1}}, one); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%v is not where the link leads (%v)", info, err)
		}
		if _, err := os.Readlink(link); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("%d files, want the array alone", len(left))
	}
}

func TestOneJobAtATime(t *testing.T) {
	for _, name := range []string{"x.npy", "x.idx", "folder"} {
		path := filepath.Join(t.TempDir(), name)
		o := Options{N: 1, Shape: images.Shape{H: 2, W: 3, C: 1}, Job: map[string]string{}}
		one := source(o.Shape, ramp(6))
		during := func(first int) iter.Seq2[images.Image, error] {
			if err := Write(path, o, one); err == nil || !strings.Contains(err.Error(), "another job is writing it") {
				t.Errorf("%s: a second job got the error %v", name, err)
			}
			return one(first)
		}
		if err := Write(path, o, during); err != nil {
			t.Error(err)
		}
		o.Force = true
		if err := Write(path, o, one); err != nil {
			t.Errorf("after the first job: %v", err)
		}
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "d.png"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path string
		n    int
		want string
	}{
		{"", 1, "empty name"}, {"x.jpg", 1, ".jpg is not known"}, {"x.png", 1 << 30, "too many"}, {file, 1, "in the way"}, {file + "/", 1, "in the way"},
		{filepath.Join(dir, "d.png"), 1, "is a folder"}, {dir, 1, ""}, {filepath.Join(dir, "d.png") + "/", 1, ""}, {"v1.5/", 1, ""}, {"v1.5", 1, "v1.5/"}, {filepath.Join(dir, "new"), 1, ""}, {"x.npy", 1 << 40, ""}, {"x.IDX", 1 << 20, ""}, {"x.idx", 1 << 32, "are more than an .idx"},
	} {
		err := Check(tt.path, Options{N: tt.n, Shape: images.Shape{H: 28, W: 28, C: 1}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("Check(%q, %d images) = %v, want %q", tt.path, tt.n, err, tt.want)
		}
	}
}

// TestPromises: a source that does not give what was promised leaves no file behind.
func TestPromises(t *testing.T) {
	o := Options{N: 3, Shape: images.Shape{H: 2, W: 2, C: 1}}
	for want, n := range map[string]int{"2 images instead of the 3": 2, "more images than the 3": 4} {
		for _, name := range []string{"x.png", "x.gif", "x.npy", "x.idx", "folder"} {
			path := filepath.Join(t.TempDir(), name)
			if err := Write(path, o, source(o.Shape, ramp(n*4))); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s from %d images: error %v, want %q", name, n, err, want)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.*")); len(left) != 0 {
				t.Errorf("%s from %d images leaves %v", name, n, left)
			}
		}
	}
	turned := images.Shape{H: 1, W: 4, C: 1}
	if err := Write(filepath.Join(t.TempDir(), "x.npy"), o, source(turned, ramp(12))); err == nil || !strings.Contains(err.Error(), "image 0 is 1x4x1") {
		t.Errorf("images of another shape: error %v", err)
	}
	short := func(int) iter.Seq2[images.Image, error] {
		return func(yield func(images.Image, error) bool) {
			for range o.N {
				if !yield(images.Image{Shape: o.Shape, Pixels: ramp(3)}, nil) {
					return
				}
			}
		}
	}
	if err := Write(filepath.Join(t.TempDir(), "x.npy"), o, short); err == nil || !strings.Contains(err.Error(), "image 0 is 2x2x1 and has 3 values") {
		t.Errorf("images of too few values: error %v", err)
	}
}

// TestNothingToWrite: numbers and shapes that are those of no images are errors.
func TestNothingToWrite(t *testing.T) {
	shape := images.Shape{H: 2, W: 2, C: 1}
	for _, o := range []Options{{}, {Shape: shape}, {N: -1, Shape: shape}, {N: 1}, {N: 1, Shape: images.Vector(3)},
		{N: 1, Shape: images.Shape{H: 2, W: 2, C: 2}}, {N: 1, Shape: images.Shape{H: -2, W: -2, C: 1}}} {
		for _, name := range []string{"x.png", "x.gif", "x.npy", "x.idx", "folder"} {
			if err := Write(filepath.Join(t.TempDir(), name), o, source(o.Shape, nil)); err == nil {
				t.Errorf("%s of %d images %v: no error", name, o.N, o.Shape)
			}
		}
	}
}
