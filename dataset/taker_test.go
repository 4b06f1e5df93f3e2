package dataset

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/images"
)

type taker struct {
	shape   Shape
	framing images.Framing
}

func (t taker) Shape() images.Shape     { return t.shape }
func (t taker) Framing() images.Framing { return t.framing }

// TestTaker: images from files and a picture in memory are the same to a model, prepared as it says.
func TestTaker(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 30, 12)) // half of it transparent
	for y := range 12 {
		for x := range 15 {
			p.Set(x, y, color.NRGBA{R: uint8(16 * x), G: uint8(20 * y), B: 90, A: 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, p); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.png")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, framing := range []images.Framing{
		{}, {Fit: images.Pad, Background: images.White}, {Fit: images.Stretch, Background: images.RGB{R: 1, G: 2, B: 3}, Scale: 0.5},
	} {
		to := taker{Shape{H: 10, W: 8, C: 3}, framing}
		s, err := ReadFiles(t.Context(), []string{path}, Options{}.For(to))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadPicture(t.Context(), file.Bytes(), to)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Pixels, s.Image(0).Pixels) || got.Shape != to.shape {
			t.Errorf("%+v: a picture in memory is another image than its file", framing)
		}
		want := make([]byte, to.shape.Len())
		if err := framing.Draw(want, to.shape, p); err != nil || !slices.Equal(want, s.At(0)) {
			t.Errorf("%+v: the image is not framed so (%v)", framing, err)
		}
	}
	own := Options{Fit: images.Stretch, Background: &images.Gray, Scale: 2}
	if o := own.For(taker{Shape{H: 1, W: 1, C: 1}, images.Framing{Fit: images.Pad, Scale: 3}}); o.Fit != own.Fit || o.Background != own.Background || o.Scale != own.Scale {
		t.Errorf("options that were given became %+v", o)
	}
}

func TestReadPictureRejects(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(file.Bytes())
	copy(huge[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0})
	to := taker{shape: Shape{H: 4, W: 4, C: 1}}
	for name, data := range map[string][]byte{"none": nil, "text": []byte("hello"), "cut off": file.Bytes()[:40], "huge": huge} {
		if _, err := ReadPicture(t.Context(), data, to); err == nil || !strings.HasPrefix(err.Error(), "dataset: the picture: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, of := range []taker{
		{shape: Shape{H: 4, W: 4, C: 2}}, {shape: Shape{H: 4, W: 4, C: 4}}, {shape: to.shape, framing: images.Framing{Fit: "fold"}},
		{shape: to.shape, framing: images.Framing{Scale: math.NaN()}},
	} {
		if m, err := ReadPicture(t.Context(), file.Bytes(), of); err == nil {
			t.Errorf("a model of %v and %+v has the picture as %v", of.shape, of.framing, m)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadPicture(ctx, file.Bytes(), to); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that has ended", err)
	}
}
