package main

import (
	"testing"
	"time"

	"govae/anomaly"
	"govae/dataset"
	"govae/export"
	"govae/images"
	"govae/infer"
	"govae/models"
	"govae/train"
)

// TestStopsAtOnce judges a stream whose image 7 alone is white, with a model of black
// images. It must end when that has come, not after hundreds.
func TestStopsAtOnce(t *testing.T) {
	const odd, far = 7, 64
	pair := blackPair(t)
	black := images.Image{Shape: pair.Decoder.Shape(), Pixels: make([]float32, pair.Decoder.Shape().Len())}
	asked := 0
	stream := func(yield func(images.Image, error) bool) {
		for i := 0; ; i++ {
			asked++
			time.Sleep(10 * time.Millisecond) // as a camera
			m := black
			if i > odd { // a busy machine may be late with its verdict
				time.Sleep(100 * time.Millisecond)
			}
			if i == odd {
				m.Pixels = make([]float32, m.Len())
				for j := range m.Pixels {
					m.Pixels[j] = 1
				}
			}
			if !yield(m, nil) {
				return
			}
		}
	}
	normal := func(yield func(images.Image, error) bool) {
		for range 100 {
			if !yield(black, nil) {
				return
			}
		}
	}
	detector, err := pair.FitDetector(t.Context(), normal, anomaly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := firstOdd(pair.Judge(t.Context(), detector, stream))
	if err != nil || verdict.Index != odd {
		t.Errorf("image %d (%v), want %d", verdict.Index, err, odd)
	}
	if asked > odd+far {
		t.Errorf("asked for %d images", asked)
	}
}

// blackPair trains a model of black images.
func blackPair(t *testing.T) *infer.Pair {
	shape := images.Shape{H: 8, W: 8, C: 1}
	set := &images.Set{Shape: shape, Pixels: make([]byte, 256*shape.Len())}
	vae, err := models.New(models.Config{Arch: "mlp", Image: shape, Hidden: []int{16}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	data := &dataset.Data{Name: "black", Train: set, Test: set.Head(1)}
	if _, err := train.Run(t.Context(), vae, data, train.Options{Epochs: 50, Batch: 16, LR: train.Constant(1e-2)}); err != nil {
		t.Fatal(err)
	}
	decoder, err := export.Decoder(vae, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := export.Encoder(vae, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := infer.NewPair(decoder, encoder, infer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	return pair
}
