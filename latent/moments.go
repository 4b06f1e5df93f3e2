package latent

import (
	"fmt"
	"math"
)

// Moments gathers the mean and the variance of a stream of rows of numbers, column by
// column, in constant memory (Welford 1962). They depend on the order of the rows alone.
// The zero value has seen none.
type Moments struct {
	N             int // rows so far
	mean, squares []float64
}

// Add takes one more row, which has as many numbers as the first.
func (m *Moments) Add(row ...float64) {
	if m.N == 0 {
		m.mean, m.squares = make([]float64, len(row)), make([]float64, len(row))
	}
	if len(row) != len(m.mean) {
		panic(fmt.Sprintf("latent: Moments.Add: a row of %d numbers, want %d", len(row), len(m.mean)))
	}
	m.N++
	for k, v := range row {
		d := v - m.mean[k]
		m.mean[k] += d / float64(m.N)
		m.squares[k] += d * (v - m.mean[k])
	}
}

// Mean returns the mean of column k.
func (m *Moments) Mean(k int) float64 { return m.mean[k] }

// Means returns the means of all columns.
func (m *Moments) Means() []float64 { return m.mean }

// Variance returns the variance of column k, the mean over N - 1; of one row it is 0.
func (m *Moments) Variance(k int) float64 {
	if m.N < 2 {
		return 0
	}
	return m.squares[k] / float64(m.N-1)
}

// Interval returns the 95 % confidence interval of the mean of column k: 1.96 standard
// errors to either side.
func (m *Moments) Interval(k int) [2]float64 {
	const normal = 1.959963984540054 // the 97.5 % quantile of N(0, 1)
	half := normal * math.Sqrt(m.Variance(k)/float64(m.N))
	return [2]float64{m.mean[k] - half, m.mean[k] + half}
}
