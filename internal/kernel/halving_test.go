package kernel

import (
	"fmt"
	"testing"
)

func TestHalving(t *testing.T) { eachKernel(t, testHalving) }

// Every operation is compared with what its definition says of a pixel.
func testHalving(t *testing.T) {
	k := newKernel(t, 2)
	for _, g := range []Halving{{1, 1, 1}, {1, 4, 3}, {4, 6, 1}, {7, 5, 33}, {2, 3, 16}} {
		const n = 3
		width := g.smallWidth()
		large, small, deep := normal(1, n*g.H*g.W*g.C), normal(2, n*g.smallPixels()*g.C), normal(3, n*g.smallPixels()*4*g.C)
		spread, shared := make([]float32, len(large)), make([]float32, len(large))
		sums, counts := make([]float32, len(small)), make([]float32, len(small))
		shuffled, unshuffled := make([]float32, len(large)), make([]float32, len(deep))
		for i := range large {
			c, x, y, image := i%g.C, i/g.C%g.W, i/g.C/g.W%g.H, i/g.C/g.W/g.H
			pixel := image*g.smallPixels() + y/2*width + x/2
			spread[i] = small[pixel*g.C+c]
			sums[pixel*g.C+c] += large[i]
			counts[pixel*g.C+c]++
			from := (pixel*g.C+c)*4 + y%2*2 + x%2
			shuffled[i] = deep[from]
			unshuffled[from] = large[i]
		}
		averages := make([]float32, len(small))
		for i := range sums {
			averages[i] = sums[i] / counts[i]
		}
		for i := range large {
			c, x, y, image := i%g.C, i/g.C%g.W, i/g.C/g.W%g.H, i/g.C/g.W/g.H
			at := (image*g.smallPixels()+y/2*width+x/2)*g.C + c
			shared[i] = small[at] / counts[at]
		}
		for _, tt := range []struct {
			name string
			want []float32
			do   func(got []float32)
		}{
			{"Spread", spread, func(got []float32) { k.Spread(&g, n, got, small, false) }},
			{"Spread in parts", shared, func(got []float32) { k.Spread(&g, n, got, small, true) }},
			{"Collect", sums, func(got []float32) { k.Collect(&g, n, got, large, false) }},
			{"Collect averages", averages, func(got []float32) { k.Collect(&g, n, got, large, true) }},
			{"Shuffle", shuffled, func(got []float32) { k.Shuffle(&g, n, got, deep) }},
			{"Unshuffle", unshuffled, func(got []float32) { k.Unshuffle(&g, n, got, large) }},
		} {
			got := rubbish(len(tt.want))
			tt.do(got)
			checkClose(t, fmt.Sprintf("%+v %s", g, tt.name), got, tt.want, 1e-6)
		}
	}
}
