package nn

import (
	"math"
	"slices"
	"testing"

	"govae/internal/kernel/kerneltest"
)

// TestBatchNormState: training moves the running averages to the statistics of its batches,
// evaluation uses them and leaves them alone.
func TestBatchNormState(t *testing.T) {
	l := NewBatchNorm("norm", hwc(3, 2, 2))
	c := newCall(kerneltest.New(t, 2), l, 4, bind(l))
	for range 200 {
		l.Forward(c)
	}
	const n = 4 * 6
	for j := range 2 {
		var sum, squares float64
		for i := j; i < len(c.X[0]); i += 2 {
			sum += float64(c.X[0][i])
			squares += float64(c.X[0][i]) * float64(c.X[0][i])
		}
		mean := sum / n
		variance := (squares - n*mean*mean) / (n - 1)
		if got := float64(l.mean.Value[j]); math.Abs(got-mean) > 1e-5 {
			t.Errorf("running mean is %v, want %v", got, mean)
		}
		if got := float64(l.variance.Value[j]); math.Abs(got-variance) > 1e-5 {
			t.Errorf("running variance is %v, want %v", got, variance)
		}
	}
	before := slices.Concat(l.mean.Value, l.variance.Value)
	c.Train = false
	l.Forward(c)
	if !slices.Equal(before, slices.Concat(l.mean.Value, l.variance.Value)) {
		t.Error("evaluation changes the running averages")
	}
}
