package npy

import (
	"bytes"
	"io"
	"math"
	"slices"
	"testing"
)

// TestValues reads each type from the bytes that encoding/binary writes for it.
func TestValues(t *testing.T) {
	for _, tt := range []struct {
		dtype  string
		values any
		want   []float64
	}{
		{"|b1", []byte{0, 1, 2}, []float64{0, 1, 1}},
		{"|u1", []byte{0, 255}, []float64{0, 255}},
		{"|i1", []int8{-128, 127}, []float64{-128, 127}},
		{"<u2", []uint16{1, 65535}, []float64{1, 65535}},
		{">i2", []int16{-2, 3}, []float64{-2, 3}},
		{"<u4", []uint32{1, math.MaxUint32}, []float64{1, math.MaxUint32}},
		{">i4", []int32{-2, 3}, []float64{-2, 3}},
		{">u8", []uint64{1, 1 << 60}, []float64{1, 1 << 60}},
		{"<i8", []int64{-2, 3}, []float64{-2, 3}},
		{"<f4", []float32{-2, 0.5}, []float64{-2, 0.5}},
		{"=f8", []float64{-2, math.Pi}, []float64{-2, math.Pi}},
		{"<f2", []uint16{0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00},
			[]float64{1, -2, 0.333251953125, math.Exp2(-24), 1023 * math.Exp2(-24), 65504, math.Inf(1), math.Inf(-1)}},
	} {
		r := bytes.NewReader(file(tt.dtype, []int{len(tt.want)}, tt.values))
		h, err := ReadHeader(r)
		if err != nil {
			t.Fatal(err)
		}
		next, err := h.Values(r)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for v, err := next(); err != io.EOF; v, err = next() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.dtype, got, tt.want)
		}
	}
	if v := half(0x7e00); !math.IsNaN(v) {
		t.Errorf("NaN is read as %g", v)
	}
}

func TestIndex(t *testing.T) {
	for _, tt := range []struct {
		fortran bool
		want    []int
	}{{false, []int{1, 1, 1}}, {true, []int{1, 2, 2}}} {
		if got := (Header{Shape: []int{2, 3, 4}, Fortran: tt.fortran}).Index(17); !slices.Equal(got, tt.want) {
			t.Errorf("fortran %v: value 17 of 2x3x4 has the index %v, want %v", tt.fortran, got, tt.want)
		}
	}
}
