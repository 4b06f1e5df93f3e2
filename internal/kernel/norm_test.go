package kernel

import (
	"math"
	"testing"
)

func TestSumOfSquares(t *testing.T) {
	for _, n := range []int{0, 1, 7, adamBlock, 3*adamBlock + 5} {
		x := normal(1, n)
		var want float64
		for _, v := range x {
			want += float64(v) * float64(v)
		}
		one := newKernel(t, 1).SumOfSquares(x)
		if math.Abs(one-want) > 1e-12*want {
			t.Errorf("%d values: %g, want %g", n, one, want)
		}
		if two := newKernel(t, 2).SumOfSquares(x); two != one {
			t.Errorf("%d values: %g with two threads, %g with one", n, two, one)
		}
	}
}
