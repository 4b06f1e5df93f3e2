package latent_test

import (
	"math"
	"slices"
	"testing"

	"govae/latent"
)

func length(z []float32) float64 {
	var sum float64
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

func angle(a, b []float32) float64 {
	var dot float64
	for k := range a {
		dot += float64(a[k]) * float64(b[k])
	}
	return math.Acos(max(-1, min(1, dot/length(a)/length(b))))
}

func TestLinear(t *testing.T) {
	if got := latent.Linear([]float32{0, 2}, []float32{4, -2}, 0.25); !slices.Equal(got, []float32{1, 1}) {
		t.Errorf("a quarter of the way is %v, want [1 1]", got)
	}
}

// TestSphericalTurnsEvenly checks what defines the path, also where the plane that it
// lies in is not determined: it ends in a and b, and angle and length grow evenly.
func TestSphericalTurnsEvenly(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []float32
	}{
		{"right angle", []float32{2, 0, 0}, []float32{0, 0, 2}},
		{"lengths differ", []float32{1, 1, 0}, []float32{-3, 5, 1}},
		{"same", []float32{1, 2}, []float32{1, 2}},
		{"parallel", []float32{1, 2}, []float32{3, 6}},
		{"nearly parallel", []float32{1, 2}, []float32{1, 2.00001}},
		{"opposite", []float32{1, 0, 0}, []float32{-2, 0, 0}},
		{"nearly opposite", []float32{1, 1}, []float32{-2, -2.00001}},
		{"large", []float32{1e20, 1e20}, []float32{-1e20, 1e20}},
	} {
		total := angle(tt.a, tt.b)
		for _, f := range []float64{0, 0.125, 0.5, 0.75, 1} {
			z := latent.Spherical(tt.a, tt.b, f)
			wantLength := (1-f)*length(tt.a) + f*length(tt.b)
			if math.Abs(length(z)/wantLength-1) > 1e-5 || math.Abs(angle(tt.a, z)-f*total) > 2e-3 || math.Abs(angle(z, tt.b)-(1-f)*total) > 2e-3 {
				t.Errorf("%s: at %g of the way is %v, of length %g and angle %g; want length %g and angle %g",
					tt.name, f, z, length(z), angle(tt.a, z), wantLength, f*total)
			}
		}
	}
}

func TestSphericalWithoutDirection(t *testing.T) {
	for _, tt := range []struct{ a, b, want []float32 }{
		{[]float32{0, 0}, []float32{2, 4}, []float32{1, 2}},
		{[]float32{2, 4}, []float32{0, 0}, []float32{1, 2}},
		{[]float32{0, 0}, []float32{0, 0}, []float32{0, 0}},
		{[]float32{2}, []float32{4}, []float32{3}}, // one dimension
	} {
		if got := latent.Spherical(tt.a, tt.b, 0.5); !slices.Equal(got, tt.want) {
			t.Errorf("half way from %v to %v is %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
	for _, f := range []float64{0, 0.3, 1} { // opposite in one dimension: through 0
		if z := latent.Spherical([]float32{1}, []float32{-1}, f); math.Abs(float64(z[0])-math.Cos(f*math.Pi)) > 1e-6 {
			t.Errorf("from 1 to -1 at %g is %v", f, z)
		}
	}
}
