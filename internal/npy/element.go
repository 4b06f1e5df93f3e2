package npy

import (
	"encoding/binary"
	"math"
	"strings"
)

// Kind is the type of the elements without their byte order: "u1" for bytes, "b1" for
// booleans, "i8" for signed integers of eight bytes, "f4" for float32.
func (h Header) Kind() string { return strings.TrimLeft(h.Type, "<>|=") }

// element returns how many bytes an element has, and what turns them into a number. That
// is nil for types that are no numbers.
func (h Header) element() (size int, number func([]byte) float64) {
	var order binary.ByteOrder = binary.LittleEndian
	if strings.HasPrefix(h.Type, ">") {
		order = binary.BigEndian
	}
	switch h.Kind() {
	case "b1":
		return 1, func(b []byte) float64 { return float64(min(b[0], 1)) }
	case "u1":
		return 1, func(b []byte) float64 { return float64(b[0]) }
	case "i1":
		return 1, func(b []byte) float64 { return float64(int8(b[0])) }
	case "u2":
		return 2, func(b []byte) float64 { return float64(order.Uint16(b)) }
	case "i2":
		return 2, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }
	case "u4":
		return 4, func(b []byte) float64 { return float64(order.Uint32(b)) }
	case "i4":
		return 4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }
	case "u8":
		return 8, func(b []byte) float64 { return float64(order.Uint64(b)) }
	case "i8":
		return 8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }
	case "f2":
		return 2, func(b []byte) float64 { return half(order.Uint16(b)) }
	case "f4":
		return 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }
	case "f8":
		return 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }
	}
	return 0, nil
}

// half returns a number of IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	v := math.Ldexp(1024+fraction, exponent-25)
	switch {
	case exponent == 0: // no leading one
		v = math.Ldexp(fraction, -24)
	case exponent == 31 && fraction > 0:
		return math.NaN()
	case exponent == 31:
		v = math.Inf(1)
	}
	if bits>>15 == 1 {
		return -v
	}
	return v
}
