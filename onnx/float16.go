package onnx

import "math"

// IEEE 754 half precision: 1 sign bit, 5 of exponent (bias 15), 10 of fraction.
// Single precision has 1, 8 (bias 127) and 23.

// Round returns the number of type t that is nearest to v, of two the even one, for
// float16 and bfloat16; it returns v itself for wider types.
func (t DataType) Round(v float32) float32 {
	switch t {
	case Float16:
		return fromFloat16(toFloat16(v))
	case BFloat16: // the upper half of a float32
		if bits := math.Float32bits(v); v == v {
			return math.Float32frombits((bits + 0x7fff + bits>>16&1) &^ 0xffff)
		}
	}
	return v
}

// fromFloat16 widens a half-precision number, which is exact.
func fromFloat16(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction * 2^-24, exact in float32
		v := float32(fraction) * 0x1p-24
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// toFloat16 rounds to the nearest half-precision number, ties to even.
func toFloat16(f float32) uint16 {
	sign := uint16(math.Float32bits(f) >> 16 & 0x8000)
	v := math.Abs(float64(f))
	switch {
	case v != v:
		return sign | 0x7e00
	case v >= 65520: // half a step above the largest number, 65504
		return sign | 0x7c00
	case v < 0x1p-14: // subnormal: multiples of 2^-24; 1024 of them are the smallest normal number
		return sign | uint16(math.RoundToEven(v*0x1p24))
	}
	// Normal: 1024 to 2047 steps of 2^(exponent-10). Rounding up to 2048 carries
	// into the exponent by itself.
	fraction, exponent := math.Frexp(v) // in [1/2, 1)
	steps := uint16(math.RoundToEven(fraction * 2048))
	return sign | (uint16(exponent+13)<<10 + steps)
}
