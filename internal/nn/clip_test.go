package nn

import (
	"slices"
	"testing"

	"govae/internal/kernel/kerneltest"
)

// TestClipBounds: beyond a bound the gradient is 0, unless a step against it leads back.
func TestClipBounds(t *testing.T) {
	l := NewClip("clip", vec(5), -1, 2)
	c := &Call{Kernel: kerneltest.New(t, 2), N: 1, X: [][]float32{{-3, -1, 0.5, 2, 9}}, Y: make([]float32, 5), DX: [][]float32{make([]float32, 5)}}
	l.Forward(c)
	if want := []float32{-1, -1, 0.5, 2, 2}; !slices.Equal(c.Y, want) {
		t.Errorf("outputs %v, want %v", c.Y, want)
	}
	for sign, want := range map[float32][]float32{1: {0, 0, 1, 1, 1}, -1: {-1, -1, -1, 0, 0}} {
		c.DY = []float32{sign, sign, sign, sign, sign}
		l.Backward(c)
		if !slices.Equal(c.DX[0], want) {
			t.Errorf("gradients %v of %g, want %v", c.DX[0], sign, want)
		}
	}
}
