package random

import (
	"math"
	"testing"
)

func TestBernoulli(t *testing.T) {
	const n = 100_001 // an odd number
	for _, p := range []float32{0, 1. / 255, 0.3, 0.5, 254. / 255, 1} {
		x := make([]float32, n)
		for i := range x {
			x[i] = p
		}
		s := New(1, Binary, 3, 7)
		s.Bernoulli(x)
		ones := 0.0
		for _, v := range x {
			if v != 0 && v != 1 {
				t.Fatalf("a draw of %g", v)
			}
			ones += float64(v)
		}
		want := n * float64(p)
		if d := math.Abs(ones - want); d > 5*math.Sqrt(want*(1-float64(p))) {
			t.Errorf("%g of %d draws with the probability %g are 1", ones, n, p)
		}
	}
}

// TestBernoulliIsFixed: the fixed draws are data, and those of training part of every
// reproducible result.
func TestBernoulliIsFixed(t *testing.T) {
	x := [16]float32{}
	for i := range x {
		x[i] = 0.5
	}
	s := New(0, Binary, 0, 5)
	s.Bernoulli(x[:])
	s = New(0, Binary, 0, 5)
	for i, got := range x {
		word := s
		for range i / 2 {
			word.Uint64()
		}
		if want := float32(1 - word.Uint64()>>(31+32*(i%2))&1); got != want {
			t.Errorf("draw %d is %g, want %g", i, got, want)
		}
	}
}
