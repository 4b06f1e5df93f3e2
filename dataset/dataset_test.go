package dataset

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// numbered returns n images of the shape, image i filled with byte i and labelled i.
func numbered(n int, s Shape) *Images {
	m := &Images{Shape: s, Labels: make([]int, n)}
	for i := range n {
		m.Labels[i] = i
		m.Pixels = append(m.Pixels, slices.Repeat([]byte{byte(i)}, s.Len())...)
	}
	return m
}

// wantError fails the test unless err is one line that contains all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range append(parts, "") {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with %q", err, part)
		}
	}
}

func load(t *testing.T, spec string, o Options) (*Data, error) {
	t.Helper()
	s, err := Open(spec, o)
	if err != nil {
		t.Fatal(err)
	}
	return s.Load(context.Background())
}

func TestFingerprint(t *testing.T) {
	base := func() *Data {
		return &Data{Train: numbered(4, Shape{H: 2, W: 3, C: 1}), Test: numbered(1, Shape{H: 2, W: 3, C: 1})}
	}
	want := base().Fingerprint()
	if len(want) != 64 || base().Fingerprint() != want {
		t.Fatalf("fingerprint %q does not repeat or is no SHA-256", want)
	}
	for name, change := range map[string]func(d *Data){
		"pixel":      func(d *Data) { d.Train.Pixels[23]++ },
		"label":      func(d *Data) { d.Train.Labels[3]++ },
		"no labels":  func(d *Data) { d.Train.Labels = nil },
		"shape":      func(d *Data) { d.Train.Shape = Shape{H: 3, W: 2, C: 1} },
		"test pixel": func(d *Data) { d.Test.Pixels[0]++ },
		"fewer":      func(d *Data) { d.Train = d.Train.Head(3) },
	} {
		d := base()
		if change(d); d.Fingerprint() == want {
			t.Errorf("%s: the fingerprint stays the same", name)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	_, err := Open("cats", Options{})
	wantError(t, err, "cats: no such", "digits", "mnist", "folder", ".npy")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("a missing source is not fs.ErrNotExist")
	}
	_, err = Open("digits", Options{Limit: -1})
	wantError(t, err, "-1")

	one := filepath.Join(t.TempDir(), "one.PNG")
	writePNG(t, one, 2, 2)
	_, err = Open(one, Options{})
	wantError(t, err, one, "is one image", "folder")

	empty := t.TempDir()
	_, err = load(t, empty, Options{})
	wantError(t, err, empty, "no images", ".png")

	files := writeFiles(t, map[string][]byte{"a.npy": []byte("hello, world"), "b.txt": nil, "c.mat": nil, "plain": nil})
	array := filepath.Join(files, "a.npy")
	_, err = load(t, array, Options{})
	wantError(t, err, array, "no .npy file")
	for _, name := range []string{"b.txt", "c.mat", "plain"} {
		path := filepath.Join(files, name)
		_, err = Open(path, Options{})
		wantError(t, err, path, "ending", ".npy", ".idx", "folder")
	}
}

// TestWhole wants all images in the order of the source.
func TestWhole(t *testing.T) {
	one := numbered(5, Shape{H: 1, W: 1, C: 1})
	d, err := newData(t.Context(), "x", splits{train: one}, nil, Options{Whole: true})
	if err != nil || d.Test != nil {
		t.Fatalf("data %+v, error %v; want no test images", d, err)
	}
	if diff := cmp.Diff(one, d.All()); diff != "" {
		t.Errorf("one split (-want +got):\n%s", diff)
	}
	d, err = newData(t.Context(), "x", splits{train: one, test: numbered(2, Shape{H: 1, W: 1, C: 1})}, nil, Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.All().Labels; !slices.Equal(got, []int{0, 1, 2, 3, 4, 0, 1}) {
		t.Errorf("two splits have labels %v", got)
	}
	if d, err := newData(t.Context(), "x", splits{train: numbered(1, Shape{H: 1, W: 1, C: 1})}, nil, Options{Whole: true}); err != nil || d.All().Len() != 1 {
		t.Errorf("a single image: error %v", err)
	}
}

func TestNewDataHoldsOutThenLimits(t *testing.T) {
	d, err := newData(t.Context(), "x", splits{train: numbered(30, Shape{H: 1, W: 1, C: 1})}, nil, Options{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 5 || d.Test.Len() != 3 {
		t.Errorf("%d training and %d test images, want 5 and 3", d.Train.Len(), d.Test.Len())
	}
	all, err := newData(t.Context(), "x", splits{train: numbered(30, Shape{H: 1, W: 1, C: 1})}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(all.Test, d.Test); d != "" {
		t.Errorf("the limit changes the held-out images:\n%s", d)
	}
	if d := cmp.Diff(all.Train.Head(5), d.Train); d != "" {
		t.Errorf("the limit does not take the first images:\n%s", d)
	}

	three := splits{numbered(10, Shape{H: 1, W: 1, C: 1}), numbered(2, Shape{H: 1, W: 1, C: 1}), numbered(5, Shape{H: 1, W: 1, C: 1})}
	if larger, err := newData(t.Context(), "x", three, nil, Options{Shape: Shape{H: 2, W: 2}}); err != nil || larger.Report.Images != 17 || larger.Validation.H != 2 {
		t.Errorf("three splits: %+v, error %v", larger, err)
	}
	_, err = newData(t.Context(), "x", splits{train: numbered(1, Shape{H: 1, W: 1, C: 1})}, nil, Options{})
	wantError(t, err, "x: ", "at least 2")
	_, err = newData(t.Context(), "x", splits{train: numbered(1, Shape{H: 1, W: 1, C: 1}), test: numbered(1, Shape{H: 1, W: 2, C: 1})}, nil, Options{})
	wantError(t, err, "x: ", "1x1x1", "1x2x1")
}

func TestCancel(t *testing.T) {
	folder := t.TempDir()
	writePNG(t, filepath.Join(folder, "a.png"), 2, 2)
	writePNG(t, filepath.Join(folder, "b.png"), 2, 2)
	npy := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(npy, npyBytes("|u1", "(2, 1, 1)", 1, 2), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, spec := range []string{"digits", folder, npy} {
		s, err := Open(spec, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(ctx); err != context.Canceled {
			t.Errorf("%s: error %v, want %v", spec, err, context.Canceled)
		}
	}
}

// TestCopies finds images for testing and validation that training sees too.
func TestCopies(t *testing.T) {
	set := func(names []string, pixels ...byte) *Images {
		return &Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: pixels, Names: names}
	}
	d := &Data{Train: set([]string{"a", "b"}, 1, 2, 3, 4), Test: set([]string{"c", "d", "e"}, 3, 4, 4, 3, 1, 2), Validation: set(nil, 1, 2)}
	if got, want := d.Copies(), []Copy{{"c", "b"}, {"e", "a"}, {}}; !slices.Equal(got, want) {
		t.Errorf("copies %v, want %v", got, want)
	}
	if got := (&Data{Train: d.Test, Test: d.Test}).Copies(); len(got) != 0 {
		t.Errorf("a set that is its own test set has %d copies, want 0", len(got))
	}
}
