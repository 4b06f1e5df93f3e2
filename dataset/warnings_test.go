package dataset

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
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
		"masks":          {set(1, 0, 1, 1, 0), 0, []string{"x: no pixel is above 1 of 255: masks that are stored as numbers need a scale of 255"}},
		"masks, scaled":  {set(1, 0, 1, 1, 0), 255, nil},
		"classes":        {set(1, 0, 3, 1, 0), 0, []string{"need a scale of 85"}},
		"four bits":      {set(1, 0, 15, 1, 0), 0, []string{"need a scale of 17"}},
		"dark":           {set(1, 0, 63, 1, 0), 0, []string{"x: no pixel is above 63 of 255: dark photographs need a scale of 4"}},
		"64":             {set(1, 0, 64, 1, 0), 0, nil},
		"the same":       {set(1, 0, 200, 0, 200), 0, []string{"x: all 2 images are the same: is that what they should show?"}},
		"one":            {set(1, 0, 200), 0, nil},
		"black":          {set(1, 0, 0, 0, 0), 0, []string{"all 2 images are the same"}},
		"flat":           {set(1, 7, 7, 200, 200), 0, []string{"x: each of the 2 images is of one colour only: is that what they should show?"}},
		"flat colours":   {set(3, 7, 8, 9, 7, 8, 9, 70, 80, 90, 70, 80, 90), 0, []string{"of one colour"}},
		"colours":        {set(3, 7, 7, 7, 8, 8, 8, 70, 80, 90, 70, 80, 90), 0, nil},
		"same and dark":  {set(1, 0, 1, 0, 1), 0, []string{"the same", "scale of 255"}},
		"slightly wider": {set(1, 10, 20, 11, 20), 2.5, nil},
	} {
		d, err := finished{still{Data{Name: "x", Train: tt.train}}, Options{Scale: tt.scale}}.Load(t.Context())
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
	load := func(scale float64) (*Data, error) {
		train := &Images{Shape: shape, Pixels: []byte{0, 1, 2, 3}, Labels: []int{0, 1}, Names: []string{"a", "b"}}
		return newData(t.Context(), "x", splits{train: train, test: &Images{Shape: shape, Pixels: []byte{1, 0}}}, nil, Options{Scale: scale})
	}
	d, err := load(85)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.Train.Pixels, []byte{0, 85, 170, 255}) || !bytes.Equal(d.Test.Pixels, []byte{85, 0}) {
		t.Errorf("%v and %v", d.Train.Pixels, d.Test.Pixels)
	}
	if d.Train.Labels[1] != 1 || d.Train.Names[1] != "b" {
		t.Error("the labels or the names are lost")
	}
	_, err = load(100)
	wantError(t, err, "x: has a pixel of 3, which the scale 100 makes more than 255: want a scale of 85 at most")

	for _, scale := range []float64{-1, 256, math.NaN(), math.Inf(1)} {
		_, err := Open("digits", Options{Scale: scale})
		wantError(t, err, "dataset: a scale of")
		_, err = ReadFiles(t.Context(), []string{"x"}, Options{Scale: scale})
		wantError(t, err, "dataset: a scale of")
	}
}

// TestScaleBeforeRounding reads what would be lost if values were rounded to bytes first: the
// steps of 12 bits in files of 16, thin lines of masks that are made smaller, and colours of
// classes that are stored as small numbers.
func TestScaleBeforeRounding(t *testing.T) {
	deep := image.NewGray16(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		deep.SetGray16(i%64, i/64, color.Gray16{Y: uint16(i)})
	}
	lines := image.NewGray(image.Rect(0, 0, 256, 256))
	for i := range lines.Pix {
		lines.Pix[i] = byte(i % 4 / 3) // one column of four
	}
	coloured := image.NewRGBA(image.Rect(0, 0, 2, 1))
	copy(coloured.Pix, []byte{1, 0, 0, 255, 0, 1, 1, 255})
	read := func(m image.Image, o Options) (*Data, error) {
		folder := writeFiles(t, map[string][]byte{"a.png": pngBytes(m), "b.png": pngBytes(m)})
		source, err := Open(folder, o)
		if err != nil {
			t.Fatal(err)
		}
		return source.Load(t.Context())
	}

	d, err := read(deep, Options{Scale: 16})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range d.Train.At(0) {
		if want := byte(math.Round(float64(i) * 16 / 257)); v != want {
			t.Fatalf("%d of 4095 is %d, want %d", i, v, want)
		}
	}
	d, err = read(deep, Options{})
	if err != nil || len(d.Warnings) != 1 {
		t.Fatalf("%v (%v)", d.Warnings, err)
	}
	wantError(t, d.Warnings[0], "no pixel is above 15 of 255: values of fewer than 16 bits in files of 16 need a scale of 16")
	_, err = read(deep, Options{Scale: 17, SkipBad: true})
	wantError(t, err, ".png: has a pixel of 15.93, which the scale 17 makes more than 255: want a scale of 16 at most")

	if d, err = read(lines, Options{Scale: 255, Shape: Shape{H: 64, W: 64}}); err != nil || d.Train.At(0)[2000] != 64 {
		t.Errorf("lines of a quarter of all pixels became %d (%v)", d.Train.At(0)[2000], err)
	}
	rim := image.NewRGBA(image.Rect(0, 0, 12, 8)) // bright columns, which are cropped
	for i := range 12 * 8 {
		rim.SetRGBA(i%12, i/12, color.RGBA{60, 20, uint8(i % 12), 255})
		if x := i % 12; x == 0 || x == 11 {
			rim.SetRGBA(x, i/12, color.RGBA{255, 255, 255, 255})
		}
	}
	if d, err = read(rim, Options{Scale: 4, Shape: Shape{H: 8, W: 8}}); err != nil || d.Train.C != 3 {
		t.Errorf("a bright rim: %d channels (%v)", d.Train.C, err)
	}
	if d, err = read(coloured, Options{Scale: 255}); err != nil || !bytes.Equal(d.Train.At(0), []byte{255, 0, 0, 0, 255, 255}) {
		t.Errorf("colours became %v (%v)", d.Train.At(0), err)
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
