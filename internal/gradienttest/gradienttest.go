// Package gradienttest compares gradients with central differences.
package gradienttest

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
)

// Check compares got with differences of f over step by each value of v, at 200
// places at most. They may differ by tolerance, relative to gradients above 1.
//
// Where the differences to the left and to the right disagree there is a kink of
// ReLU in between and the gradient is only known to lie between the two; there
// must not be many such places.
func Check(t *testing.T, name string, v, got []float32, step, tolerance float64, f func() float64) {
	t.Helper()
	checked, kinks := 0, 0
	for i := 0; i < len(v); i += max(1, len(v)/200) {
		old := v[i]
		difference := func(formula fd.Formula) float64 {
			return fd.Derivative(func(x float64) float64 {
				v[i] = float32(x)
				return f()
			}, float64(old), &fd.Settings{Formula: formula, Step: step})
		}
		left, right := difference(fd.Backward), difference(fd.Forward)
		v[i] = old
		want := (left + right) / 2
		checked++
		spread, scale := math.Abs(left-right)/2, math.Max(1, math.Abs(want))
		if spread > 10*tolerance*scale {
			kinks++
			continue
		}
		if d := math.Abs(float64(got[i]) - want); !(d <= tolerance*scale+spread) {
			t.Errorf("gradient of %s at %d is %g, by differences %g", name, i, got[i], want)
			return
		}
	}
	if kinks > 1+checked/5 {
		t.Errorf("gradient of %s: kinks at %d of %d places", name, kinks, checked)
	}
}
