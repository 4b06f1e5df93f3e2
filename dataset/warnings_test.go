package dataset

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"
)

// still is a source of images that are there.
type still struct{ Data }

func (s still) Load(context.Context) (*Data, error) { return &s.Data, nil }

func TestWarnings(t *testing.T) {
	set := func(c int, pixels ...byte) *Images {
		return &Images{Shape: Shape{H: 2, W: 1, C: c}, Pixels: pixels}
	}
	for name, tt := range map[string]struct {
		train *Images
		scale float64
		want  []string
	}{
		"fine":           {set(1, 0, 1, 0, 200), 0, nil},
		"masks":          {set(1, 0, 1, 1, 0), 0, []string{"x: no pixel is above 1 of 255, so that the images are nearly black: masks that are stored as numbers need a scale of 255"}},
		"masks, scaled":  {set(1, 0, 1, 1, 0), 255, nil},
		"classes":        {set(1, 0, 3, 1, 0), 0, []string{"need a scale of 85"}},
		"four bits":      {set(1, 0, 15, 1, 0), 0, []string{"need a scale of 17"}},
		"16":             {set(1, 0, 16, 1, 0), 0, nil},
		"the same":       {set(1, 0, 200, 0, 200), 0, []string{"x: all 2 images are the same: is that what they should show?"}},
		"one":            {set(1, 0, 200), 0, nil},
		"black":          {set(1, 0, 0, 0, 0), 0, []string{"all 2 images are the same"}},
		"flat":           {set(1, 7, 7, 200, 200), 0, []string{"x: each of the 2 images is of one colour only: is that what they should show?"}},
		"flat colours":   {set(3, 7, 8, 9, 7, 8, 9, 70, 80, 90, 70, 80, 90), 0, []string{"of one colour"}},
		"colours":        {set(3, 7, 7, 7, 8, 8, 8, 70, 80, 90, 70, 80, 90), 0, nil},
		"same and dark":  {set(1, 0, 1, 0, 1), 0, []string{"the same", "scale of 255"}},
		"slightly wider": {set(1, 10, 20, 11, 20), 2.5, nil},
	} {
		d, err := finished{still{Data{Name: "x", Train: tt.train}}, tt.scale}.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Warnings) != len(tt.want) {
			t.Fatalf("%s: %v, want %q", name, d.Warnings, tt.want)
		}
		for i, want := range tt.want {
			wantError(t, d.Warnings[i], want)
		}
	}
}

func TestScale(t *testing.T) {
	shape := Shape{H: 1, W: 2, C: 1}
	source := func(scale float64) finished {
		return finished{still{Data{Name: "x", Train: &Images{Shape: shape, Pixels: []byte{0, 1, 2, 3}, Labels: []int{0, 1}, Names: []string{"a", "b"}},
			Test: &Images{Shape: shape, Pixels: []byte{1, 0}}, Validation: &Images{Shape: shape, Pixels: []byte{2, 2}}}}, scale}
	}
	s := source(85)
	d, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.Train.Pixels, []byte{0, 85, 170, 255}) || !bytes.Equal(d.Test.Pixels, []byte{85, 0}) || !bytes.Equal(d.Validation.Pixels, []byte{170, 170}) {
		t.Errorf("%v, %v and %v", d.Train.Pixels, d.Test.Pixels, d.Validation.Pixels)
	}
	if d.Train.Labels[1] != 1 || d.Train.Names[1] != "b" {
		t.Error("the labels or the names are lost")
	}
	if again, err := s.Load(t.Context()); err != nil || !bytes.Equal(again.Train.Pixels, d.Train.Pixels) {
		t.Errorf("loaded again they are %v (%v)", again.Train.Pixels, err)
	}
	_, err = source(100).Load(t.Context())
	wantError(t, err, "x: has a pixel of 3, which the scale 100 makes more than 255: want a scale of 85 at most")

	for _, scale := range []float64{-1, 256, math.NaN(), math.Inf(1)} {
		_, err := Open("digits", Options{Scale: scale})
		wantError(t, err, "dataset: a scale of")
		_, err = ReadFiles(t.Context(), []string{"x"}, Options{Scale: scale})
		wantError(t, err, "dataset: a scale of")
	}
}

// TestReadFilesScaled reads masks that are named one by one, and as a folder.
func TestReadFilesScaled(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{"a.png": gray(1, 2, 0), "b.png": gray(1, 2, 0)})
	a := filepath.Join(folder, "a.png")
	for _, path := range []string{a, folder} {
		s, err := ReadFiles(t.Context(), []string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dark := 0
		for _, w := range s.Warnings {
			if e, ok := errors.AsType[*DarkWarning](w); ok && e.Name == path && e.Max == 1 && e.Scale() == 255 {
				dark++
			}
		}
		if dark != 1 {
			t.Errorf("%s: warnings %v", path, s.Warnings)
		}
		if s, err = ReadFiles(t.Context(), []string{path}, Options{Scale: 255}); err != nil || !bytes.Equal(s.At(0), []byte{0, 255}) {
			t.Errorf("%s: scaled to %v (%v)", path, s.At(0), err)
		}
	}
	s, err := ReadSplit(t.Context(), folder, AllSplits, Options{})
	if err != nil || len(s.Warnings) != 2 {
		t.Errorf("a split warns %v (%v)", s.Warnings, err)
	}
}
