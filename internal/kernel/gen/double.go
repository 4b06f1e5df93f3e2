package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Functions of a few numbers per image are computed in float64, half as many at a
// time: they cost nothing beside the layers.

// half is the part of a vector that holds float32 numbers as many as it has float64.
func (set isa) half(v reg.VecVirtual) reg.VecVirtual {
	if set.lanes == 16 {
		return v.AsY().(reg.VecVirtual)
	}
	return v.AsX().(reg.VecVirtual)
}

// narrow generates the float32 numbers of float64 ones, in half a vector.
func (set isa) narrow(x, y reg.VecVirtual) {
	if set.lanes == 16 {
		VCVTPD2PS(x, set.half(y))
	} else {
		VCVTPD2PSY(x, set.half(y))
	}
}

// widen generates the float64 numbers of a vector's halves, which it ruins.
func (set isa) widen(x, low, high reg.VecVirtual) {
	VCVTPS2PD(set.half(x), low)
	if set.lanes == 16 {
		VEXTRACTF64X4(Imm(1), x, set.half(x))
	} else {
		VEXTRACTF128(Imm(1), x, set.half(x))
	}
	VCVTPS2PD(set.half(x), high)
}

// nextHalf moves pointers on by half a vector.
func (set isa) nextHalf(pointers ...reg.GPVirtual) {
	for _, p := range pointers {
		ADDQ(Imm(uint64(set.bytes()/2)), p)
	}
}

// polynomial generates p = sum of coefficients times powers of x, the highest first.
func (set isa) polynomial(c *constants, x, p reg.VecVirtual, coefficients []float64) {
	VMOVUPD(c.double(coefficients[0]), p)
	for _, a := range coefficients[1:] {
		VFMADD213PD(c.double(a), x, p)
	}
}

// exp64 generates y = e^x and less = e^x - 1 for |x| <= 700: with n the integer nearest
// to x/ln 2, r = x - n ln 2 and p = e^r - 1 they are 2^n p + 2^n and 2^n p + (2^n - 1),
// where |r| <= 0.35 and the Taylor polynomial of degree 13 has a relative error below
// 1e-17. Where x is small n is 0, and nothing is lost by the subtraction.
func (set isa) exp64(c *constants, x, y, less reg.VecVirtual) {
	const (
		magic   = 3 << 51         // adding it rounds to an integer, in the lowest bits
		ln2High = 0x1.62e42feep-1 // few bits, so that its product with n is exact
		ln2Low  = math.Ln2 - ln2High
	)
	n, r, p := set.vec(), set.vec(), set.vec()
	VMOVUPD(c.double(magic), n)
	VFMADD231PD(c.double(math.Log2E), x, n)
	VSUBPD(c.double(magic), n, p)
	VMOVAPD(x, r)
	VFNMADD231PD(c.double(ln2High), p, r)
	VFNMADD231PD(c.double(ln2Low), p, r)
	set.polynomial(c, r, p, inverseFactorials(13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1))
	VMULPD(r, p, p)
	VPADDQ(c.bits64(1023), n, n)
	VPSLLQ(Imm(52), n, n) // 2^n: the shift drops the bits of magic
	VSUBPD(c.double(1), n, less)
	VFMADD231PD(n, p, less)
	VMOVAPD(n, y)
	VFMADD231PD(n, p, y)
}

// inverseFactorials returns 1/n! of some n.
func inverseFactorials(n ...int) []float64 {
	inverse := make([]float64, len(n))
	for i, n := range n {
		factorial := 1.0 // exact up to 22!
		for k := 2; k <= n; k++ {
			factorial *= float64(k)
		}
		inverse[i] = 1 / factorial
	}
	return inverse
}

// returnSums generates the end of a function that returns the sums of vectors.
func (set isa) returnSums(sums ...reg.VecVirtual) {
	for i, sum := range sums {
		part := set.vec()
		if set.lanes == 16 {
			VEXTRACTF64X4(Imm(1), sum, part.AsY())
			VADDPD(part.AsY(), sum.AsY(), sum.AsY())
		}
		VEXTRACTF128(Imm(1), sum.AsY(), part.AsX())
		VADDPD(part.AsX(), sum.AsX(), sum.AsX())
		VHADDPD(sum.AsX(), sum.AsX(), sum.AsX())
		Store(sum.AsX(), ReturnIndex(i))
	}
	VZEROUPPER()
	RET()
}
