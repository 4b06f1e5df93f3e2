package train

import (
	"slices"
	"testing"

	"govae/dataset"
)

func TestFromAllClasses(t *testing.T) {
	for name, tt := range map[string]struct {
		labels []int
		n      int
		want   []int
	}{
		"no labels":  {nil, 3, []int{0, 1, 2}},
		"in order":   {[]int{0, 0, 0, 1, 1, 2}, 5, []int{0, 3, 5, 1, 4}},
		"mixed":      {[]int{2, 0, 2, 1, 0, 2}, 6, []int{1, 3, 0, 4, 2, 5}},
		"only three": {[]int{5, 5, 1, 1, 1, 1}, 9, []int{2, 0, 3, 1, 4, 5}},
	} {
		m := &dataset.Images{Shape: dataset.Shape{H: 1, W: 1, C: 1}, Pixels: make([]byte, 6), Labels: tt.labels}
		if got := fromAllClasses(m, tt.n); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
