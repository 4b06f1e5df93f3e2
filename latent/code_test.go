package latent_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

// TestDraws: draws have the code's mean and variance, and are the same in any number.
func TestDraws(t *testing.T) {
	code := latent.Code{Mean: []float32{1, -2}, LogVar: []float32{0, float32(2 * math.Log(3))}}
	codes := func(yield func(latent.Code, error) bool) {
		for i := 0; i < 2 && yield(code, nil); i++ {
		}
	}
	const k = 5000
	var sum, squares [2]float64
	all, err := latent.Collect(latent.Draws(codes, k, 1))
	if err != nil || len(all) != 2*k {
		t.Fatalf("%d draws, want %d (%v)", len(all), 2*k, err)
	}
	for _, z := range all {
		for j, v := range z {
			sum[j] += float64(v) / (2 * k)
			squares[j] += float64(v) * float64(v) / (2 * k)
		}
	}
	for j, want := range []struct{ mean, deviation float64 }{{1, 1}, {-2, 3}} {
		if d := math.Sqrt(squares[j] - sum[j]*sum[j]); math.Abs(sum[j]-want.mean) > 0.1 || math.Abs(d-want.deviation) > 0.1 {
			t.Errorf("dimension %d: mean %.2f and deviation %.2f, want %g and %g", j, sum[j], d, want.mean, want.deviation)
		}
	}
	few, err := latent.Collect(latent.Draws(codes, 3, 1))
	if want := slices.Concat(all[:3], all[k:k+3]); err != nil || !reflect.DeepEqual(few, want) {
		t.Errorf("3 draws of each code are %v (%v), of %d the first are %v", few, err, k, want)
	}
	code.LogVar = nil
	for _, err := range latent.Draws(codes, 1, 1) {
		if err == nil || !strings.Contains(err.Error(), "log variances") {
			t.Errorf("means alone: error %v", err)
		}
	}
}
