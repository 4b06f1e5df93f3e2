package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPairs compares the assembly's rounding with pair, bit by bit, for numbers of all kinds, and
// pair with what it is for.
func TestPairs(t *testing.T) {
	k, ok := newKernel(t, 1).BFloat16()
	if !ok {
		t.Skip("this processor has no products of bfloat16")
	}
	r := rand.New(rand.NewPCG(1, 0))
	const rows, columns = 31, 46 // the last row has no partner
	x := make([]float32, rows*columns)
	for i := range x {
		x[i] = math.Float32frombits(r.Uint32())
		switch i % 4 {
		case 0:
			x[i] = float32(r.NormFloat64())
		case 1:
			x[i] = math.Float32frombits(math.Float32bits(x[i])&^0xffff | 1<<15) // between two
		}
	}
	copy(x, []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32, 0, float32(math.Copysign(0, -1)), 1e-40, -1e-40})
	same := func(name string, i int, got, want float32) {
		if math.Float32bits(got) != math.Float32bits(want) {
			t.Errorf("%s %d: %08x, want %08x", name, i, math.Float32bits(got), math.Float32bits(want))
		}
	}
	for i, got := range *k.columnPairs(x, rows, columns, columns) {
		same("pair of columns", i, got, pair(x[2*i], x[2*i+1]))
	}
	for i, got := range *k.rowPairs(x, rows, columns, columns) {
		row, column := i/columns, i%columns
		var below float32
		if 2*row+1 < rows {
			below = x[(2*row+1)*columns+column]
		}
		same("pair of rows", i, got, pair(x[2*row*columns+column], below))
	}
	for i, v := range x {
		rounded := math.Float32frombits(bfloat16(v) << 16)
		switch a := math.Abs(float64(v)); {
		case v != v:
			if rounded == rounded {
				t.Errorf("no number became %g", rounded)
			}
		case a >= 0x1p-126 && a < 0x1p127:
			if math.Abs(float64(rounded-v)) > a/256 {
				t.Errorf("number %d, %g, became %g", i, v, rounded)
			}
		}
	}
}
