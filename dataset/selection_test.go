package dataset_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
)

func TestSelection(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"cat/a.png", "cat/b.png", "dog/a.png", "dog/b.png"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := dataset.ReadSplit(t.Context(), folder, dataset.AllSplits, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 4 || s.Name(2) != "dog/a.png" || s.Class(2) != "dog" {
		t.Errorf("%d images, the third %s of class %s", s.Len(), s.Name(2), s.Class(2))
	}
	for class, want := range map[string]int{"cat": 0, "dog": 1, "0": 0, "1": 1} {
		if got, err := s.Label(class); err != nil || got != want {
			t.Errorf("label of %s: %d, %v; want %d", class, got, err, want)
		}
	}
	for _, class := range []string{"2", "-1", "cow", ""} {
		if _, err := s.Label(class); err == nil || !strings.Contains(err.Error(), "its classes are cat, dog") {
			t.Errorf("label of %q: error %v", class, err)
		}
	}
	for second, want := range map[string]int{"": -1, "cat": 0, "0": 0} {
		if a, b, err := s.Sides("dog", second); err != nil || a != 1 || b != want {
			t.Errorf("sides dog and %q: %d and %d, %v", second, a, b, err)
		}
	}
	if _, _, err := s.Sides("dog", "1"); !errors.As(err, new(*dataset.OneClassError)) {
		t.Errorf("one class twice: error %v", err)
	}
	for _, sides := range [][2]string{{"cow", "dog"}, {"dog", "cow"}} {
		if _, _, err := s.Sides(sides[0], sides[1]); err == nil || !strings.Contains(err.Error(), `no class "cow"`) {
			t.Errorf("sides %v: error %v", sides, err)
		}
	}
	for want, sides := range map[string][3]string{
		`none of its 2 test images is of class "dog"; `: {"test", "dog", "cat"},
		`none of its 2 test images is of class "dog"`:   {"test", "cat", "dog"},
		`each of its 2 test images is of class "cat"`:   {"test", "cat", ""},
		`none of its 2 images is of class "dog"; `:      {"all", "dog", ""},
		`none of its 2 images is of class "dog"`:        {"", "dog", "cat"},
	} {
		cats, err := s.Choose([]int{0, 1})
		if err != nil {
			t.Fatal(err)
		}
		cats.Split = dataset.Split(sides[0])
		if _, _, err := cats.Sides(sides[1], sides[2]); !errors.As(err, new(*dataset.OneSidedError)) || !strings.Contains(err.Error(), want) {
			t.Errorf("sides %v: error %v", sides, err)
		}
	}
	if o := s.Origin(1, []int{2, 0}); o.Class != "dog" || o.Label != 1 || !slices.Equal(o.Sources, []string{"dog/a.png", "cat/a.png"}) {
		t.Errorf("origin %+v", o)
	}
	if names := s.BaseNames(); !slices.Equal(names, []string{"cat/a.png", "cat/b.png", "dog/a.png", "dog/b.png"}) {
		t.Errorf("base names %v", names)
	}
	two, err := s.Choose([]int{3, 0})
	if err != nil || two.Len() != 2 || !s.Grouped() || two.Grouped() || two.Name(0) != "dog/b.png" || two.Class(1) != "cat" {
		t.Errorf("chosen: %+v, %v", two, err)
	}
	for _, i := range []int{4, -1} {
		if _, err := s.Choose([]int{i}); err == nil {
			t.Errorf("image %d: no error", i)
		}
	}

	for split, want := range map[dataset.Split]string{dataset.TestSplit: "test 1", dataset.TrainSplit: "train 1", dataset.AllSplits: "image 1"} {
		s := dataset.Selection{Images: &dataset.Images{Shape: dataset.Shape{H: 1, W: 1, C: 1}, Pixels: []byte{1, 2}}, Split: split}
		if got := s.Name(1); got != want || s.Class(1) != "" {
			t.Errorf("image 1 of %s is called %q of class %q", split, got, s.Class(1))
		}
		if s, err = s.Choose([]int{1}); err != nil || s.Name(0) != want {
			t.Errorf("a chosen image is called %q, want %q (%v)", s.Name(0), want, err)
		}
	}
	if _, err := dataset.ReadSplit(t.Context(), folder, "half", dataset.Options{}); err == nil {
		t.Error("a split half: no error")
	}
}
