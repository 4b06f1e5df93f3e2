package latent

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func TestMoments(t *testing.T) {
	columns := [][]float64{{1e6 + 1, 1e6 + 2, 1e6 + 4, 1e6 - 3}, {0.5, 0.5, 0.5, 0.5}}
	var m Moments
	for i := range columns[0] {
		m.Add(columns[0][i], columns[1][i])
	}
	for k, v := range columns {
		mean, variance := stat.MeanVariance(v, nil)
		if !near(m.Mean(k), mean) || !near(m.Variance(k), variance) {
			t.Errorf("column %d: mean %g and variance %g, want %g and %g", k, m.Mean(k), m.Variance(k), mean, variance)
		}
		half := 1.96 * math.Sqrt(variance/4)
		if got := m.Interval(k); math.Abs(got[0]-(mean-half)) > 1e-4 || math.Abs(got[1]-(mean+half)) > 1e-4 {
			t.Errorf("column %d: interval %v, want %g on either side of %g", k, got, half, mean)
		}
	}
	var one Moments
	one.Add(3)
	if one.Variance(0) != 0 || one.Interval(0) != [2]float64{3, 3} {
		t.Errorf("one row: variance %g, interval %v", one.Variance(0), one.Interval(0))
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }
