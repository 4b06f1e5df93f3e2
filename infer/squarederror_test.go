package infer_test

import (
	"slices"
	"testing"

	"govae/images"
	"govae/infer"
)

func TestSquaredErrors(t *testing.T) {
	made := infer.Images{Shape: images.Shape{H: 1, W: 2, C: 1}, Pixels: []float32{0, 1, 0.5, 0.5, 1, 1}}
	originals := infer.Images{Shape: images.Shape{H: 1, W: 2, C: 1}, Pixels: []float32{0, 1, 1, 0.5, 0, 0}}
	var errs []float64
	if _, err := infer.Collect(infer.SquaredErrors(&errs, made.All(), originals.All())); err != nil || !slices.Equal(errs, []float64{0, 0.125, 1}) {
		t.Errorf("errors %v, %v", errs, err)
	}
	for _, short := range []infer.Images{{Shape: images.Shape{H: 1, W: 2, C: 1}, Pixels: []float32{0, 1}}, {Shape: images.Shape{H: 1, W: 1, C: 1}, Pixels: []float32{0, 1}}} {
		errs = nil
		if _, err := infer.Collect(infer.SquaredErrors(&errs, made.All(), short.All())); err == nil {
			t.Errorf("no error for the originals %v", short)
		}
	}
}
