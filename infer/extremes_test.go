package infer_test

import (
	"slices"
	"testing"

	"govae/infer"
)

func TestExtremes(t *testing.T) {
	for _, tt := range []struct {
		scores          []float64
		n               int
		lowest, highest []int
	}{
		{nil, 2, nil, nil},
		{[]float64{3}, 2, []int{0}, []int{0}},
		{[]float64{3, 1, 2}, 2, []int{1, 2}, []int{0, 2}},
		{[]float64{5, 1, 4, 2, 3}, 2, []int{1, 3}, []int{0, 2}},
		{[]float64{1, 1, 0, 2, 2}, 2, []int{2, 0}, []int{4, 3}},
	} {
		lowest, highest := infer.Extremes(tt.scores, tt.n)
		if !slices.Equal(lowest, tt.lowest) || !slices.Equal(highest, tt.highest) {
			t.Errorf("Extremes(%v, %d) = %v, %v; want %v, %v", tt.scores, tt.n, lowest, highest, tt.lowest, tt.highest)
		}
	}
}
