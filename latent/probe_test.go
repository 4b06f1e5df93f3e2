package latent

import (
	"math"
	"testing"

	"govae/internal/random"
)

// TestProbe learns three classes around corners of a triangle, which both ways tell apart,
// and two rings, which only the nearest point does. A dimension that says nothing, and
// one that is constant, do no harm.
func TestProbe(t *testing.T) {
	noise := random.New(1, random.Probe, 0, 0)
	draw := func(x, y float64) []float32 {
		e := make([]float32, 3)
		noise.Normal(e)
		return []float32{float32(x) + 0.1*e[0], float32(y) + 0.1*e[1], e[2] * 0.01, 7}
	}
	for _, tt := range []struct {
		name            string
		point           func(i int) (z []float32, label int)
		nearest, linear float64 // at least, and at most for the rings
	}{
		{"triangle", func(i int) ([]float32, int) {
			sin, cos := math.Sincos(float64(i%3) * 2 * math.Pi / 3)
			return draw(cos, sin), 10 * (i % 3)
		}, 1, 1},
		{"rings", func(i int) ([]float32, int) {
			sin, cos := math.Sincos(float64(i))
			r := 1 + float64(i%2)
			return draw(r*cos, r*sin), i % 2
		}, 0.97, 0.65},
	} {
		var points [][]float32
		var labels []int
		for i := range 400 {
			z, label := tt.point(i)
			points, labels = append(points, z), append(labels, label)
		}
		p, err := LearnProbe(points, labels, nil)
		if err != nil {
			t.Fatal(err)
		}
		nearest, linear := 0.0, 0.0
		for i := range 300 {
			z, label := tt.point(1000 + i)
			if p.Nearest(z) == label {
				nearest += 1. / 300
			}
			if p.Linear(z) == label {
				linear += 1. / 300
			}
		}
		if nearest < tt.nearest-1e-9 || (linear < tt.linear-1e-9) != (tt.name == "rings") {
			t.Errorf("%s: nearest %.3f, linear %.3f", tt.name, nearest, linear)
		}
	}
}

func TestProbeErrors(t *testing.T) {
	nan := float32(math.NaN())
	for name, tt := range map[string]struct {
		points [][]float32
		labels []int
	}{
		"none":       {nil, nil},
		"labels":     {[][]float32{{1}}, []int{1, 2}},
		"length":     {[][]float32{{1}, {1, 2}}, []int{1, 2}},
		"not finite": {[][]float32{{1}, {nan}}, []int{1, 2}},
	} {
		if _, err := LearnProbe(tt.points, tt.labels, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if p, err := LearnProbe([][]float32{{1, 2}}, []int{5}, nil); err != nil || p.Nearest([]float32{9, 9}) != 5 || p.Linear([]float32{9, 9}) != 5 {
		t.Errorf("one point: %v", err)
	}
}
