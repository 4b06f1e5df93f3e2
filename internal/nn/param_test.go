package nn

import (
	"slices"
	"testing"
)

func TestParamOrder(t *testing.T) {
	// A [2, 3, 1, 2] weight, OIHW in the file, is [1][2][3][2], HWIO, in memory.
	p := &Param{Shape: []int{2, 3, 1, 2}, axes: []int{2, 3, 1, 2}, perm: []int{2, 3, 1, 0}}
	file := []float32{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121} // 100 O + 10 I + W
	memory := make([]float32, len(file))
	p.FromFile(memory, file)
	if want := []float32{0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121}; !slices.Equal(memory, want) {
		t.Errorf("memory order %v, want %v", memory, want)
	}
	back := make([]float32, len(file))
	fill := p.ToFile(memory)
	fill(back[:5], 0)
	fill(back[5:], 5)
	if !slices.Equal(back, file) {
		t.Errorf("file order %v, want %v", back, file)
	}
}
