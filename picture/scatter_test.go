package picture

import (
	"math"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// TestApart: no two labels are left on each other, and those that are far from others stay.
func TestApart(t *testing.T) {
	l := plotter.XYLabels{
		XYs:    plotter.XYs{{X: 0, Y: 0}, {X: 0.1, Y: 0.1}, {X: 0, Y: 1.05}, {X: 50, Y: 0}, {X: 0.2, Y: 0}},
		Labels: []string{"one", "two", "three", "four", "five"},
	}
	apart(l, 1, 1)
	for i, a := range l.XYs {
		for j, b := range l.XYs[:i] {
			if math.Abs(a.X-b.X) < 3 && math.Abs(a.Y-b.Y) < 1-1e-9 {
				t.Errorf("%s at %v and %s at %v", l.Labels[i], a, l.Labels[j], b)
			}
		}
	}
	if l.XYs[3] != (plotter.XY{X: 50}) {
		t.Errorf("four has moved to %v", l.XYs[3])
	}
}
