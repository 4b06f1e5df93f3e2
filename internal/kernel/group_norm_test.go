package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// naiveGroupNorm computes a group normalisation and its gradients in float64.
func naiveGroupNorm(g *GroupNorm, n int, x, dy, scale, shift []float32) (y, dx, dscale, dshift []float32) {
	size := g.Pixels * g.C
	ys, dxs, dscales, dshifts := make([]float64, n*size), make([]float64, n*size), make([]float64, g.C), make([]float64, g.C)
	for image := range n {
		for group := range g.Groups {
			var at []int // of the group's values
			for i := range size {
				if i%g.C/(g.C/g.Groups) == group {
					at = append(at, image*size+i)
				}
			}
			average := func(f func(i int) float64) (sum float64) {
				for _, i := range at {
					sum += f(i)
				}
				return sum / float64(len(at))
			}
			mean := average(func(i int) float64 { return float64(x[i]) })
			deviation := math.Sqrt(average(func(i int) float64 { return (float64(x[i]) - mean) * (float64(x[i]) - mean) }) + g.Epsilon)
			h := func(i int) float64 { return (float64(x[i]) - mean) / deviation }
			dh := func(i int) float64 { return float64(scale[i%g.C]) * float64(dy[i]) }
			meanDh, meanProduct := average(dh), average(func(i int) float64 { return dh(i) * h(i) })
			for _, i := range at {
				c := i % g.C
				ys[i] = float64(scale[c])*h(i) + float64(shift[c])
				dscales[c] += float64(dy[i]) * h(i)
				dshifts[c] += float64(dy[i])
				dxs[i] = (dh(i) - meanDh - h(i)*meanProduct) / deviation
			}
		}
	}
	return narrow(ys), narrow(dxs), narrow(dscales), narrow(dshifts)
}

func TestGroupNorm(t *testing.T) { eachKernel(t, testGroupNorm) }

func testGroupNorm(t *testing.T) {
	k := newKernel(t, 2)
	for _, g := range []GroupNorm{
		{Pixels: 1, C: 1, Groups: 1}, {Pixels: 1, C: 12, Groups: 3}, {Pixels: 49, C: 1, Groups: 1}, {Pixels: 35, C: 6, Groups: 3},
		{Pixels: 196, C: 32, Groups: 8}, {Pixels: 7, C: 33, Groups: 11}, {Pixels: 64, C: 48, Groups: 1}, {Pixels: 9, C: 16, Groups: 16},
	} {
		g.Epsilon = 1e-5
		for _, offset := range []float32{0, 1000} { // means far from 0 cost only the digits that x lacks
			const n = 3
			size := n * g.Pixels * g.C
			x, dy, scale, shift := normal(1, size), normal(2, size), normal(3, g.C), normal(4, g.C)
			for i := range x {
				x[i] += offset
			}
			limit := 1e-5
			if offset != 0 {
				limit = 1e-3
			}
			y, stats := rubbish(size), rubbish(n*g.Stats())
			k.GroupNormForward(&g, n, y, stats, x, scale, shift)
			dx, dscale, dshift := rubbish(size), rubbish(g.C), rubbish(g.C)
			k.GroupNormBackward(&g, n, dx, dscale, dshift, stats, x, dy, scale)

			wantY, wantDx, wantDscale, wantDshift := naiveGroupNorm(&g, n, x, dy, scale, shift)
			name := fmt.Sprintf("%+v around %v ", g, offset)
			checkClose(t, name+"y", y, wantY, limit)
			checkClose(t, name+"dx", dx, wantDx, limit)
			checkClose(t, name+"dscale", dscale, wantDscale, limit)
			checkClose(t, name+"dshift", dshift, wantDshift, limit)

			alone := rubbish(g.C)
			k.GroupNormBackward(&g, n, nil, alone, dshift, stats, x, dy, scale)
			if !slices.Equal(alone, dscale) {
				t.Errorf("%sdscale differs where dx is not wanted", name)
			}
		}
	}
}
