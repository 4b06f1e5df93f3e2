package kernel

import (
	"slices"
	"testing"
)

func TestRows(t *testing.T) {
	k := newKernel(t, 2)
	two := make([]float32, 12)
	k.RepeatRows(2, two, []float32{1, 2, 3, 4})
	if want := []float32{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4}; !slices.Equal(two, want) {
		t.Errorf("repeated %v, want %v", two, want)
	}
	k.ScaleRows(two, []float64{1, 2, 3, 0, 0.5, 1})
	if want := []float32{1, 2, 2, 4, 3, 6, 0, 0, 1.5, 2, 3, 4}; !slices.Equal(two, want) {
		t.Errorf("scaled %v, want %v", two, want)
	}
	sums := make([]float32, 4)
	k.SumRows(2, sums, two)
	if want := []float32{6, 12, 4.5, 6}; !slices.Equal(sums, want) {
		t.Errorf("sums %v, want %v", sums, want)
	}
	k.RepeatRows(0, nil, nil)
	for name, f := range map[string]func(){
		"too short": func() { k.RepeatRows(2, two[:2], two[:4]) },
		"uneven":    func() { k.SumRows(2, sums[:3], two) },
		"factors":   func() { k.ScaleRows(two, make([]float64, 5)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
