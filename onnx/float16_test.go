package onnx

import (
	"math"
	"testing"
)

func TestFromFloat16(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24, 0x83ff: -1023 * 0x1p-24,
		0x7c00: float32(math.Inf(1)), 0xfc00: float32(math.Inf(-1)),
	} {
		if got := fromFloat16(bits); got != want {
			t.Errorf("%#04x: got %v, want %v", bits, got, want)
		}
	}
	if got := fromFloat16(0x8000); got != 0 || !math.Signbit(float64(got)) {
		t.Errorf("negative zero: got %v", got)
	}
	if got := fromFloat16(0x7e00); got == got {
		t.Errorf("NaN: got %v", got)
	}
}

// TestToFloat16 goes through all half-precision numbers: each survives the way to
// float32 and back, and whatever lies between two neighbours goes to the nearer
// one, from the middle to the even one.
func TestToFloat16(t *testing.T) {
	for h := range uint16(0x7c00) {
		a, b := fromFloat16(h), fromFloat16(h+1)
		if h+1 == 0x7c00 {
			b = 65536 // where the number after 65504 would be
		}
		middle := a + (b-a)/2 // exact: float32 has 13 bits more
		even := h + h&1
		for _, tt := range []struct {
			v    float32
			want uint16
		}{
			{a, h}, {middle, even},
			{math.Nextafter32(middle, 0), h}, {math.Nextafter32(middle, b), h + 1},
		} {
			if got := toFloat16(tt.v); got != tt.want {
				t.Fatalf("%g becomes %#04x, want %#04x", tt.v, got, tt.want)
			}
			if got := toFloat16(-tt.v); got != tt.want|0x8000 {
				t.Fatalf("%g becomes %#04x, want %#04x", -tt.v, got, tt.want|0x8000)
			}
		}
	}
	inf := float32(math.Inf(1))
	for v, want := range map[float32]uint16{inf: 0x7c00, -inf: 0xfc00, math.MaxFloat32: 0x7c00, math.SmallestNonzeroFloat32: 0} {
		if got := toFloat16(v); got != want {
			t.Errorf("%g becomes %#04x, want %#04x", v, got, want)
		}
	}
	if v := fromFloat16(toFloat16(float32(math.NaN()))); v == v {
		t.Errorf("NaN becomes %g", v)
	}
}

func TestSmallTensors(t *testing.T) {
	half := Float16Tensor("half", []int64{3}, []float32{1, -0.1, 1e9})
	values, err := half.Float32s()
	if err != nil || values[0] != 1 || values[1] != -0.0999755859375 || !math.IsInf(float64(values[2]), 1) {
		t.Errorf("values %v, error %v", values, err)
	}
	codes := Int8Tensor("codes", []int64{1, 2}, []int8{-127, 5})
	if err := codes.check(); err != nil || codes.Data[0] != 0x81 || codes.Data[1] != 5 {
		t.Errorf("data %v, error %v", codes.Data, err)
	}
}
