package picture

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"govae/images"
)

// TestRefusals: what does not fit is an error of the functions that return one, which
// leave no file behind.
func TestRefusals(t *testing.T) {
	two, one := []float64{0, 1}, []float64{0}
	labels := RowLabels{Rows: []string{"a"}, Columns: two}
	manifold := func(m Images, grid int, lo, hi float64) func(string) error {
		return func(p string) error { return Manifold(p, m, [2]int{0, 1}, grid, lo, hi) }
	}
	bad := map[string]Images{
		"none":         {},
		"a vector":     {Shape: images.Vector(4), Pixels: make([]float32, 4)},
		"two channels": ramp(4, 2, 2, 2),
		"cut":          {Shape: images.Shape{H: 2, W: 2, C: 1}, Pixels: make([]float32, 15)},
	}
	set := images.Set{Shape: images.Shape{H: 2, W: 2, C: 1}, Pixels: make([]byte, 8)}
	draws := map[string]func(path string) error{
		"rows of too few":        func(p string) error { return Rows(p, ramp(1, 2, 2, 1), labels) },
		"no columns":             func(p string) error { return Rows(p, ramp(1, 2, 2, 1), RowLabels{Rows: labels.Rows}) },
		"manifold of too few":    manifold(ramp(3, 2, 2, 1), 2, 0, 1),
		"grid below 0":           manifold(ramp(4, 2, 2, 1), -2, 0, 1),
		"falling range":          manifold(ramp(4, 2, 2, 1), 2, 1, 0),
		"NaN range":              manifold(ramp(4, 2, 2, 1), 2, math.NaN(), 0),
		"infinite range":         manifold(ramp(4, 2, 2, 1), 2, 0, math.Inf(1)),
		"no points":              func(p string) error { return Scatter(p, ScatterPlot{}) },
		"points of one number":   func(p string) error { return Scatter(p, ScatterPlot{X: two, Y: one}) },
		"too few labels":         func(p string) error { return Scatter(p, ScatterPlot{X: two, Y: two, Labels: []int{1}}) },
		"label below 0":          func(p string) error { return Scatter(p, ScatterPlot{X: two, Y: two, Labels: []int{0, -1}}) },
		"legs of one":            func(p string) error { return Legs(1)(p, ramp(4, 2, 2, 1)) },
		"legs cut":               func(p string) error { return Legs(3)(p, ramp(4, 2, 2, 1)) },
		"less than a leg":        func(p string) error { return Legs(3)(p, ramp(1, 2, 2, 1)) },
		"three of two":           func(p string) error { return Below(&set)(p, ramp(3, 2, 2, 1)) },
		"another shape":          func(p string) error { return Below(&set)(p, ramp(2, 2, 2, 3)) },
		"below nothing":          func(p string) error { return Below(new(images.Set))(p, ramp(2, 2, 2, 1)) },
		"curve without epochs":   func(p string) error { return Loss(p, Curve{ELBO: two, Reconstruction: two, KL: two}) },
		"curve of other lengths": func(p string) error { return Loss(p, Curve{Epoch: []int{1}, ELBO: one, Reconstruction: two, KL: one}) },
	}
	for name, m := range bad {
		draws["GIF of "+name] = func(p string) error { return GIF(p, m) }
		draws["rows of "+name] = func(p string) error { return Rows(p, m, labels) }
		draws["manifold of "+name] = manifold(m, 1, 0, 1)
		draws["legs of "+name] = func(p string) error { return Legs(2)(p, m) }
		draws["below: "+name] = func(p string) error { return Below(&set)(p, m) }
	}
	for name, draw := range draws {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "p.png")
			if draw(path) == nil {
				t.Error("no error")
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("there is a picture")
			}
		})
	}
}
