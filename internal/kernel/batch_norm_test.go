package kernel

import (
	"fmt"
	"testing"
)

func TestNormalise(t *testing.T) { eachKernel(t, testNormalise) }

// A batch normalisation is the group normalisation of one image that holds all rows, with
// a group for each channel.
func testNormalise(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range []struct{ rows, cols int }{{1, 1}, {5, 3}, {1000, 1}, {777, 32}, {300, 33}} {
		g := &GroupNorm{Pixels: s.rows, C: s.cols, Groups: s.cols, Epsilon: 1e-5}
		size := s.rows * s.cols
		x, dy, scale, shift := normal(1, size), normal(2, size), normal(3, s.cols), normal(4, s.cols)
		wantY, wantDx, wantDscale, wantDshift := naiveGroupNorm(g, 1, x, dy, scale, shift)

		mean, inverse, y := rubbish(s.cols), rubbish(s.cols), rubbish(size)
		k.ColumnStats(mean, inverse, x, 1e-5)
		k.Normalise(y, x, mean, inverse, scale, shift)
		dx, dscale, dshift := rubbish(size), rubbish(s.cols), rubbish(s.cols)
		k.NormaliseGradient(dx, dscale, dshift, x, dy, mean, inverse, scale, false)
		name := fmt.Sprintf("%+v ", s)
		checkClose(t, name+"y", y, wantY, 1e-5)
		checkClose(t, name+"dx", dx, wantDx, 1e-5)
		checkClose(t, name+"dscale", dscale, wantDscale, 2e-5)
		checkClose(t, name+"dshift", dshift, wantDshift, 2e-5)

		k.NormaliseGradient(dx, dscale, dshift, x, dy, mean, inverse, scale, true)
		for i := range wantDx {
			wantDx[i] = dy[i] * scale[i%s.cols] * inverse[i%s.cols]
		}
		checkClose(t, name+"dx of fixed statistics", dx, wantDx, 1e-5)
	}
}
