package latent_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

func TestMeasureActivity(t *testing.T) {
	got, err := latent.MeasureActivity(latent.Of([]float32{1, 5}, []float32{2, 5}, []float32{6, 5}), nil)
	if err != nil || len(got) != 2 || math.Abs(got[0]-7) > 1e-12 || got[1] != 0 {
		t.Errorf("activity %v (%v), want the variances 7 and 0", got, err)
	}
	told, err := latent.MeasureActivity(latent.Of([]float32{1, 5}, []float32{2, 5}, []float32{6, 5}), []float64{1, 0.1})
	if err != nil || math.Abs(told[0]-math.Log(8)/2) > 1e-12 || told[1] != 0 {
		t.Errorf("activity %v (%v), want log(8)/2 and 0 nats", told, err)
	}
	if _, err := latent.MeasureActivity(latent.Of([]float32{1}), nil); err == nil {
		t.Error("one image: no error")
	}
	if _, err := latent.MeasureActivity(latent.Of([]float32{1}, []float32{1, 2}), nil); err == nil || !strings.Contains(err.Error(), "latent point 1 has 2 values, want 1") {
		t.Errorf("points of two lengths: error %v", err)
	}
	if got, want := (latent.Activity{0.5, 2, 0, 2}).Order(), []int{1, 3, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}
