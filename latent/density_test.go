package latent

import (
	"math"
	"testing"
)

// TestDensity: a mixture weighs its components by their weights, one by class by the label's.
func TestDensity(t *testing.T) {
	m := &Mixture{Latent: 1, Weights: []float64{0.5, 0.5}, Means: [][]float64{{0}, {3}}, Covariances: [][][]float64{{{1}}, {{4}}}}
	normal := func(x, mean, sigma float64) float64 {
		return math.Exp(-(x-mean)*(x-mean)/(2*sigma*sigma)) / (sigma * math.Sqrt(2*math.Pi))
	}
	const x = 1.25
	a, b := normal(x, 0, 1), normal(x, 3, 2)
	for _, tt := range []struct {
		byClass bool
		label   []float32
		want    float64
	}{
		{false, nil, (a + b) / 2},
		{true, []float32{1, 0}, a},
		{true, []float32{0, 1}, b},
		{true, []float32{0.25, 0.75}, a/4 + 3*b/4},
	} {
		m.ByClass = tt.byClass
		d, err := m.Density()
		if err != nil {
			t.Fatal(err)
		}
		if got := math.Exp(d.Log([]float32{x}, tt.label)); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%+v: %g, want %g", tt, got, tt.want)
		}
		for _, of := range []struct {
			dims, classes int
			ok            bool
		}{{1, 2, true}, {1, 0, !tt.byClass}, {1, 3, !tt.byClass}, {2, 2, false}} {
			if err := d.Check(of.dims, of.classes); (err == nil) != of.ok {
				t.Errorf("%+v, by class %v: error %v", of, tt.byClass, err)
			}
		}
	}
	m.Covariances[0][0][0] = -1
	if _, err := m.Density(); err == nil {
		t.Error("a negative variance is no error")
	}
}
