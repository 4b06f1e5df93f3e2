package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normal generates pairs of normal numbers, half as many pairs at a time as a vector
// has numbers: the operations of package random (random.go, normal.go) one by one,
// with the same roundings, so the numbers are the same bits.
func (set isa) normal(c *constants) {
	TEXT("normal"+set.name, NOSPLIT, "func(dst *float32, block, index *int, stream *int, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("normal%s sets vectors of %d numbers to the %d normal pairs of as many blocks and indices. The stream is the two words of the seed, the epoch and the domain.", set.name, set.lanes, set.lanes/2))
	dst, block, index, stream, vectors := load("dst"), load("block"), load("index"), load("stream"), load("vectors")
	Label("again")
	u, v := set.vec(), set.vec()
	set.philox(c, block, index, stream, u, v)
	set.uniform(c, u)
	set.uniform(c, v)

	// Box and Muller: the radius in u, the angle in v.
	r, sin, cos := set.vec(), set.vec(), set.vec()
	VMOVUPD(c.double(1), r)
	VSUBPD(u, r, u)
	set.log(c, u, r)
	VMULPD(c.double(-2), r, r)
	VSQRTPD(r, r)
	set.sincos(c, v, sin, cos)
	VMULPD(r, cos, cos)
	VMULPD(r, sin, sin)

	// A pair of float32 numbers fills the place of one float64.
	set.narrow(cos, cos)
	set.narrow(sin, sin)
	VPMOVZXDQ(set.half(cos), cos)
	VPMOVZXDQ(set.half(sin), sin)
	VPSLLQ(Imm(32), sin, sin)
	VORPD(sin, cos, cos)
	VMOVUPD(cos, at(dst, 0))
	set.next(dst, block, index)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// philox generates the two 64-bit words of some blocks. Every 32-bit word of the
// counter has the place of 64 bits, whose upper half holds rubbish until the end.
func (set isa) philox(c *constants, block, index, stream reg.GPVirtual, u, v reg.VecVirtual) {
	const (
		m0, m1 = 0xD2511F53, 0xCD9E8D57
		w0, w1 = 0x9E3779B9, 0xBB67AE85
	)
	x, k := set.vecs(4), set.vecs(2)
	VMOVUPD(at(block, 0), x[0])
	VMOVUPD(at(index, 0), x[1])
	VPBROADCASTQ(at(stream, 4), x[2])
	VPBROADCASTQ(at(stream, 6), x[3])
	VPBROADCASTQ(at(stream, 0), k[0])
	VPBROADCASTQ(at(stream, 2), k[1])
	p, q := set.vec(), set.vec()
	for range 10 {
		VPMULUDQ(c.bits64(m0), x[0], p)
		VPMULUDQ(c.bits64(m1), x[2], q)
		VPSRLQ(Imm(32), q, x[0])
		VXORPD(x[1], x[0], x[0])
		VXORPD(k[0], x[0], x[0])
		VMOVAPD(q, x[1])
		VPSRLQ(Imm(32), p, x[2])
		VXORPD(x[3], x[2], x[2])
		VXORPD(k[1], x[2], x[2])
		VMOVAPD(p, x[3])
		VPADDQ(c.bits64(w0), k[0], k[0])
		VPADDQ(c.bits64(w1), k[1], k[1])
	}
	for i, word := range []reg.VecVirtual{u, v} {
		VPSLLQ(Imm(32), x[2*i+1], word)
		VANDPD(c.bits64(math.MaxUint32), x[2*i], x[2*i])
		VORPD(x[2*i], word, word)
	}
}

// uniform generates the number in [0,1) of 64 random bits: the upper 53 times 2^-53.
// Its halves become float64 as the lowest bits of 2^84 and 2^52.
func (set isa) uniform(c *constants, u reg.VecVirtual) {
	high := set.vec()
	VPSRLQ(Imm(11), u, u)
	VPSRLQ(Imm(32), u, high)
	VANDPD(c.bits64(math.MaxUint32), u, u)
	VORPD(c.double(1<<84), high, high)
	VORPD(c.double(1<<52), u, u)
	VSUBPD(c.double(1<<84+1<<52), high, high)
	VADDPD(high, u, u)
	VMULPD(c.double(0x1p-53), u, u)
}

// log generates y = ln(x) of x in [2^-53, 1].
func (set isa) log(c *constants, x, y reg.VecVirtual) {
	const bias = 64 // keeps the exponent from becoming negative
	halfRoot := math.Float64bits(math.Sqrt2 / 2)
	e, m, s2 := set.vec(), set.vec(), set.vec()
	VPADDQ(c.bits64(bias<<52-halfRoot), x, m)
	VPSRLQ(Imm(52), m, e)
	VORPD(c.double(1<<52), e, e)
	VSUBPD(c.double(1<<52+bias), e, e)
	VANDPD(c.bits64(1<<52-1), m, m)
	VPADDQ(c.bits64(halfRoot), m, m)

	s := set.vec()
	VSUBPD(c.double(1), m, s)
	VADDPD(c.double(1), m, m)
	VDIVPD(m, s, s)
	VMULPD(s, s, s2)
	var coefficients []float64
	for n := 19.0; n > 0; n -= 2 {
		coefficients = append(coefficients, 2/n)
	}
	set.polynomial(c, s2, y, coefficients)
	VMULPD(s, y, y)
	VFMADD231PD(c.double(math.Ln2), e, y)
}

// sincos generates the sine and cosine of x turns, x in [0,1].
func (set isa) sincos(c *constants, x, sin, cos reg.VecVirtual) {
	const magic = 3 << 51 // adding it rounds to an integer, in the lowest bits
	q, t, t2, even := set.vec(), set.vec(), set.vec(), set.vec()
	VMULPD(c.double(4), x, t)
	VADDPD(c.double(magic), t, q)
	VSUBPD(c.double(magic), q, t2)
	VSUBPD(t2, t, t)
	VMULPD(c.double(math.Pi/2), t, t)
	VMULPD(t, t, t2)

	s, k := set.vec(), set.vec() // sine and cosine in the quadrant
	set.polynomial(c, t2, s, signed(-1, inverseFactorials(15, 13, 11, 9, 7, 5, 3)))
	VMULPD(t, s, s)
	VFMADD213PD(t, t2, s)
	set.polynomial(c, t2, k, signed(1, inverseFactorials(16, 14, 12, 10, 8, 6, 4, 2)))
	VFMADD213PD(c.double(1), t2, k)

	VPSLLQ(Imm(63), q, even) // odd quadrants swap the two
	set.choose(even, s, k, cos)
	set.choose(even, k, s, sin)
	for _, sign := range []struct {
		first uint64
		of    reg.VecVirtual
	}{{0, sin}, {1, cos}} {
		VPADDQ(c.bits64(sign.first), q, t)
		VPSLLQ(Imm(62), t, t)
		VANDPD(c.bits64(1<<63), t, t)
		VXORPD(t, sign.of, sign.of)
	}
}

// signed gives coefficients alternating signs, the first one that of first.
func signed(first float64, coefficients []float64) []float64 {
	for i := range coefficients {
		coefficients[i] *= first
		first = -first
	}
	return coefficients
}

// choose generates z = x where the sign bit of mask is set, else y.
func (set isa) choose(mask, x, y, z reg.VecVirtual) {
	if set.lanes == 16 {
		negative := K()
		VPMOVQ2M(mask, negative)
		VMOVAPD(y, z)
		VMOVAPD(x, negative, z)
	} else {
		VBLENDVPD(mask, x, y, z)
	}
}
