package latent_test

import (
	"math"
	"strings"
	"testing"

	"govae/latent"
)

// TestFitPrincipal finds a flat ellipse again that lies askew in three dimensions.
func TestFitPrincipal(t *testing.T) {
	const s = math.Sqrt2 / 2
	long, short := []float64{s, 0, -s}, []float64{0, 1, 0}
	var points [][]float32
	for i := range 12 {
		x, y := 4*math.Cos(float64(i)*math.Pi/6), 2*math.Sin(float64(i)*math.Pi/6)
		z := make([]float32, 3)
		for k := range z {
			z[k] = float32(float64(k) + x*long[k] + y*short[k])
		}
		points = append(points, z)
	}
	p, err := latent.FitPrincipal(points, nil)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(p.Share[0]-0.8) > 1e-6 || math.Abs(p.Share[1]-0.2) > 1e-6 {
		t.Errorf("shares %v, want 16/20 and 4/20", p.Share)
	}
	for i, z := range points {
		x, y := p.Project(z)
		wantX, wantY := 4*math.Cos(float64(i)*math.Pi/6), 2*math.Sin(float64(i)*math.Pi/6)
		if math.Abs(math.Abs(x)-math.Abs(wantX)) > 1e-5 || math.Abs(y-wantY) > 1e-5 {
			t.Errorf("point %d is at (%g, %g), want (±%g, %g)", i, x, y, wantX, wantY)
		}
	}
}

// TestFitPrincipalInNoise finds the dimensions that tell most, however widely the others are
// spread, and an orthonormal basis.
func TestFitPrincipalInNoise(t *testing.T) {
	var points [][]float32
	for i := range 8 {
		sign := func(bit int) float32 { return float32(2*(i>>bit&1) - 1) }
		points = append(points, []float32{5 * sign(0), sign(1) + sign(2), sign(2)})
	}
	p, err := latent.FitPrincipal(points, []float64{10, 0.1, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	dot := func(a, b []float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
	if math.Abs(dot(p.Axes[0], p.Axes[0])-1) > 1e-12 || math.Abs(dot(p.Axes[1], p.Axes[1])-1) > 1e-12 || math.Abs(dot(p.Axes[0], p.Axes[1])) > 1e-12 {
		t.Errorf("axes %v are not orthonormal", p.Axes)
	}
	if math.Abs(p.Axes[0][0]) > 1e-6 || math.Abs(p.Axes[1][0]) > 1e-6 || p.Share[0]+p.Share[1] < 0.99 {
		t.Errorf("axes %v, shares %v: the noisy dimension is among them", p.Axes, p.Share)
	}
}

func TestFitPrincipalOfOddPoints(t *testing.T) {
	nan := float32(math.NaN())
	for _, tt := range []struct {
		points [][]float32
		want   string
	}{
		{nil, "3 points or more, and there are"},
		{[][]float32{{1, 2}, {3, 4}}, "3 points or more, and there are"},
		{[][]float32{{1}, {2}, {3}, {4}}, "points of 2 dimensions or more, and these have 1"},
		{[][]float32{{1, 2}, {2, 3}, {3}}, "latent point 2 has 1 values, want 2"},
		{[][]float32{{1, 2}, {nan, 2}, {3, 3}}, "point 1 is not finite"},
	} {
		if _, err := latent.FitPrincipal(tt.points, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: error %v, want %q", tt.points, err, tt.want)
		}
	}
	same := [][]float32{{1, 2}, {1, 2}, {1, 2}} // no spread at all
	p, err := latent.FitPrincipal(same, nil)
	if x, y := p.Project(same[0]); err != nil || p.Share != [2]float64{} || math.Abs(x)+math.Abs(y) > 1e-12 {
		t.Errorf("equal points: (%g, %g), shares %v, error %v", x, y, p.Share, err)
	}
}
