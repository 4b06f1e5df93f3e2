package infer_test

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/contract"
	"govae/images"
	"govae/infer"
)

func TestNoImages(t *testing.T) {
	images, err := infer.Collect(infer.Images{}.All())
	if err != nil || images.Len() != 0 {
		t.Errorf("%d images, error %v; want none", images.Len(), err)
	}
}

// TestFromPicture goes from a picture to the model's numbers, and back.
func TestFromPicture(t *testing.T) {
	gray, rgb := openEncoder(t, encoderModel(t, size{2, 1, 1, 2}), 1), openEncoder(t, encoderModel(t, size{2, 3, 1, 2}), 1)
	colours := image.NewNRGBA(image.Rect(7, -2, 9, -1)) // a part of a larger picture
	colours.Set(7, -2, color.NRGBA{255, 51, 0, 255})
	colours.Set(8, -2, color.NRGBA{255, 255, 255, 0}) // transparent
	for _, tt := range []struct {
		session *infer.Encoder
		want    []float32
	}{
		{gray, []float32{106. / 255, 0}}, // 0.299 red + 0.587 green
		{rgb, []float32{1, 0, 0.2, 0, 0, 0}},
	} {
		m, err := tt.session.FromPicture(colours)
		if err != nil || m.C != tt.session.Shape().C || m.H != 1 || m.W != 2 || !slices.Equal(m.Pixels, tt.want) {
			t.Fatalf("%+v (%v), want %v", m, err, tt.want)
		}
		again, err := tt.session.FromPicture(m.Picture())
		if err != nil || !slices.Equal(again.Pixels, m.Pixels) {
			t.Errorf("%v became %v (%v)", m.Pixels, again.Pixels, err)
		}
	}
	if _, err := gray.FromPicture(image.NewGray(image.Rect(0, 0, 0, 2))); err == nil || !strings.Contains(err.Error(), "shows nothing") {
		t.Errorf("a picture without pixels: error %v", err)
	}
}

// TestFromPictureOfAnySize prepares pictures as the file says that those of training were.
func TestFromPictureOfAnySize(t *testing.T) {
	columns := image.NewNRGBA(image.Rect(0, 0, 4, 1)) // transparent, white, white, transparent
	columns.Set(1, 0, color.White)
	columns.Set(2, 0, color.White)
	for _, tt := range []struct {
		fit, background string
		want            []float32
	}{
		{"", "", []float32{1, 1}},                   // the middle
		{"crop", "#000000", []float32{1, 1}},        //
		{"stretch", "#000000", []float32{0.5, 0.5}}, // about
		{"stretch", "#ffffff", []float32{1, 1}},     //
	} {
		model := encoderModel(t, size{2, 1, 1, 2})
		if tt.fit != "" {
			model = encoderModel(t, size{2, 1, 1, 2}, metadata(contract.KeyFit, tt.fit), metadata(contract.KeyBackground, tt.background))
		}
		m, err := openEncoder(t, model, 1).FromPicture(columns)
		if err != nil || len(m.Pixels) != 2 || math.Abs(float64(m.Pixels[0]-tt.want[0])) > 0.1 || math.Abs(float64(m.Pixels[1]-tt.want[1])) > 0.1 {
			t.Errorf("%s %s: %v (%v), want %v", tt.fit, tt.background, m.Pixels, err, tt.want)
		}
	}
}

// TestImagesOfAnotherShape gives as many values in another order of sizes.
func TestImagesOfAnotherShape(t *testing.T) {
	ctx := t.Context()
	encoder, decoder := openEncoder(t, encoderModel(t, small), 1), openDecoder(t, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), 1)
	turned := infer.Images{Shape: images.Shape{H: small.w, W: small.h, C: small.c}, Pixels: make([]float32, small.pixels())}
	for name, err := range map[string]error{
		"EncodeAll":   last(encoder.EncodeAll(ctx, turned.All())),
		"Scores":      last(pair(t, encoder, decoder).Scores(ctx, turned.All(), infer.ScoreOptions{})),
		"Reconstruct": last(openAutoencoder(t, autoencoderModel(t, small), 1).Reconstruct(ctx, turned.All())),
	} {
		if err == nil || !strings.Contains(err.Error(), "an image of 1x4x5 in a stream, want 1x5x4") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// last returns the error that ends a stream.
func last[T any](stream func(yield func(T, error) bool)) (last error) {
	for _, err := range stream {
		last = err
	}
	return last
}
