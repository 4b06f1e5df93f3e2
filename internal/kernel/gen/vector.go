package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constants hands out vectors of one repeated value in read-only memory.
type constants struct {
	data   Mem
	values []uint64
}

func newConstants() *constants {
	return &constants{data: GLOBL("constants", attr.RODATA|attr.NOPTR)}
}

// float is the vector of a number, bits that of a bit pattern. double and bits64
// are those of eight bytes.
func (c *constants) float(x float64) Mem  { return c.bits(math.Float32bits(float32(x))) }
func (c *constants) bits(x uint32) Mem    { return c.bits64(uint64(x)<<32 | uint64(x)) }
func (c *constants) double(x float64) Mem { return c.bits64(math.Float64bits(x)) }
func (c *constants) bits64(x uint64) Mem {
	i := slices.Index(c.values, x)
	if i < 0 {
		i = len(c.values)
		c.values = append(c.values, x)
	}
	return c.data.Offset(64 * i)
}

// define writes the section; it is in one piece only after the last function.
func (c *constants) define() {
	for i, x := range c.values {
		for j := range 8 {
			DATA(64*i+8*j, U64(x))
		}
	}
}

// exp generates y = e^x = 2^n e^r ([isa.reduce]), where the Taylor polynomial of
// degree 7 has a relative error below 6e-9. 2^n is multiplied in two halves, so that
// results may be subnormal or infinite.
func (set isa) exp(c *constants, x, y reg.VecVirtual) {
	n, r, p := set.vec(), set.vec(), set.vec()
	VMOVUPS(c.float(89), p)
	VMINPS(x, p, r) // of a NaN and a number the NaN, here and below
	VMOVUPS(c.float(-104), p)
	VMAXPS(r, p, r)
	set.reduce(c, r, n)

	VMOVUPS(c.float(1.0/5040), p)
	for _, factorial := range []float64{720, 120, 24, 6, 2, 1, 1} {
		VFMADD213PS(c.float(1/factorial), r, p)
	}

	VPSRAD(Imm(1), n, r)
	VPSUBD(r, n, n)
	for _, half := range []reg.VecVirtual{r, n} {
		VPADDD(c.bits(127), half, half)
		VPSLLD(Imm(23), half, half)
	}
	VMULPS(r, p, p)
	VMULPS(n, p, y)
}

// reduce generates n, the integer nearest to r/ln 2, and takes n ln 2 from r, which
// leaves |r| <= 0.35.
func (set isa) reduce(c *constants, r, n reg.VecVirtual) {
	const magic = 3 << 22 // adding it rounds to an integer, in the lowest bits
	whole := set.vec()
	VMOVUPS(c.float(magic), n)
	VFMADD231PS(c.float(math.Log2E), r, n)
	VSUBPS(c.float(magic), n, whole)
	const ln2High = 0.693359375 // few bits, so that its product with n is exact
	VFNMADD231PS(c.float(ln2High), whole, r)
	VFNMADD231PS(c.float(math.Ln2-ln2High), whole, r)
	VPSUBD(c.bits(math.Float32bits(magic)), n, n)
}

// tanh generates y = tanh(x) = -m/(2+m) with the sign of x, where m = e^-2|x| - 1 is
// 2^n (e^r - 1) + (2^n - 1) ([isa.reduce]): where x is small n is 0, and nothing is
// lost by the subtraction. e^r - 1 is the Taylor polynomial that exp uses.
func (set isa) tanh(c *constants, x, y reg.VecVirtual) {
	n, r, p, m := set.vec(), set.vec(), set.vec(), set.vec()
	VORPS(c.bits(1<<31), x, r)
	VADDPS(r, r, r)
	VMOVUPS(c.float(-40), p) // from here on the result is 1
	VMAXPS(r, p, r)          // of a NaN and a number the NaN
	set.reduce(c, r, n)

	VMOVUPS(c.float(1.0/5040), p)
	for _, factorial := range []float64{720, 120, 24, 6, 2} {
		VFMADD213PS(c.float(1/factorial), r, p)
	}
	VMULPS(r, r, m)
	VFMADD213PS(r, m, p) // e^r - 1 = r + r^2 (1/2 + r/6 + ...)
	VPADDD(c.bits(127), n, n)
	VPSLLD(Imm(23), n, n)
	VSUBPS(c.float(1), n, m)
	VFMADD231PS(n, p, m)

	VADDPS(c.float(2), m, p)
	VDIVPS(p, m, m)
	VANDPS(c.bits(1<<31), x, p)
	VANDPS(c.bits(1<<31-1), m, m)
	VORPS(p, m, y)
}

// tanhGradient generates dy = dy (1 - y^2).
func (set isa) tanhGradient(c *constants, y, dy reg.VecVirtual) {
	t := set.vec()
	VMOVUPS(c.float(1), t)
	VFNMADD231PS(y, y, t)
	VMULPS(t, dy, dy)
}

// sigmoidOf generates p = 1/(1+e^-x) and e = e^-|x|, without overflow:
// p = 1/(1+e) for positive x and e/(1+e) for negative x.
func (set isa) sigmoidOf(c *constants, x, p, e reg.VecVirtual) {
	sum := set.vec()
	VORPS(c.bits(1<<31), x, sum)
	set.exp(c, sum, e)
	VADDPS(c.float(1), e, sum)
	VMOVUPS(c.float(1), p)
	if set.lanes == 16 {
		negative := K()
		VPMOVD2M(x, negative)
		VMOVAPS(e, negative, p)
	} else {
		VBLENDVPS(x, e, p, p)
	}
	VDIVPS(sum, p, p)
}

// silu generates y = x p, where p is the sigmoid of x.
func (set isa) silu(c *constants, x, y reg.VecVirtual) {
	set.sigmoidOf(c, x, y, set.vec())
	VMULPS(x, y, y)
}

// siluGradient generates dy = dy p (1 + x (1-p)), where p is the sigmoid of x.
func (set isa) siluGradient(c *constants, x, dy reg.VecVirtual) {
	p, t := set.vec(), set.vec()
	set.sigmoidOf(c, x, p, set.vec())
	VMOVUPS(c.float(1), t)
	VSUBPS(p, t, t)
	VFMADD213PS(c.float(1), x, t)
	VMULPS(p, t, t)
	VMULPS(t, dy, dy)
}

// leakyReLU generates dst = v where x > 0 and slope v elsewhere.
func (set isa) leakyReLU() {
	TEXT("leakyReLU"+set.name, NOSPLIT, "func(dst, v, x *float32, vectors int, slope float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("leakyReLU%s sets vectors of %d numbers to v where x > 0 and to slope v elsewhere.", set.name, set.lanes))
	dst, v, x, vectors := load("dst"), load("v"), load("x"), load("vectors")
	slope, null, vv, xv, y := set.vec(), set.vec(), set.vec(), set.vec(), set.vec()
	VBROADCASTSS(param("slope"), slope)
	zero(null)
	Label("again")
	VMOVUPS(at(v, 0), vv)
	VMOVUPS(at(x, 0), xv)
	VMULPS(slope, vv, y)
	const greater = 0x1e // quiet, false for NaN
	if set.lanes == 16 {
		positive := K()
		VCMPPS(Imm(greater), null, xv, positive)
		VMOVAPS(vv, positive, y)
	} else {
		VCMPPS(Imm(greater), null, xv, xv)
		VBLENDVPS(xv, vv, y, y)
	}
	VMOVUPS(y, at(dst, 0))
	set.next(dst, v, x)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// elementwise generates dst[i] = f(x[i]), or f(x[i], dst[i]), as y begins with what
// dst holds.
func (set isa) elementwise(name, what string, f func(x, y reg.VecVirtual)) {
	TEXT(name+set.name, NOSPLIT, "func(dst, x *float32, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s computes %s of vectors of %d numbers.", name, set.name, what, set.lanes))
	dst, src, vectors := load("dst"), load("x"), load("vectors")
	x, y := set.vec(), set.vec()
	Label("again")
	VMOVUPS(at(src, 0), x)
	VMOVUPS(at(dst, 0), y)
	f(x, y)
	VMOVUPS(y, at(dst, 0))
	set.next(dst, src)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// pixels generates dst[i] = src[i]/255, correctly rounded: a product with 1/255 is not.
func (set isa) pixels(c *constants) {
	TEXT("pixels"+set.name, NOSPLIT, "func(dst *float32, src *byte, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("pixels%s divides vectors of %d bytes by 255.", set.name, set.lanes))
	dst, src, vectors := load("dst"), load("src"), load("vectors")
	x, byWhite := set.vec(), set.vec()
	VMOVUPS(c.float(255), byWhite)
	Label("again")
	VPMOVZXBD(at(src, 0), x)
	VCVTDQ2PS(x, x)
	VDIVPS(byWhite, x, x)
	VMOVUPS(x, at(dst, 0))
	set.next(dst)
	ADDQ(Imm(uint64(set.lanes)), src)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// next moves pointers on by a vector.
func (set isa) next(pointers ...reg.GPVirtual) {
	for _, p := range pointers {
		ADDQ(Imm(uint64(set.bytes())), p)
	}
}

// bernoulli generates the loss and gradient of logits:
//
//	loss = sum of max(l,0) - x*l + log(1+e), e = exp(-|l|)
//	dlogits = scale * (sigmoid(l) - x)
//
// The sum is kept in float64.
func (set isa) bernoulli(c *constants) {
	TEXT("bernoulli"+set.name, NOSPLIT, "func(dlogits, logits, x *float32, vectors int, scale float32) float64")
	Pragma("noescape")
	Doc(fmt.Sprintf("bernoulli%s returns the loss of vectors of %d logits and sets its gradient.", set.name, set.lanes))
	dlogits, logits, x, vectors := load("dlogits"), load("logits"), load("x"), load("vectors")
	low, high := set.vec(), set.vec() // sums
	zero(low)
	zero(high)

	Label("again")
	l, xv, e, p, s, t := set.vec(), set.vec(), set.vec(), set.vec(), set.vec(), set.vec()
	VMOVUPS(at(logits, 0), l)
	VMOVUPS(at(x, 0), xv)
	set.sigmoidOf(c, l, p, e)
	VSUBPS(xv, p, p)
	VBROADCASTSS(param("scale"), t)
	VMULPS(t, p, p)
	VMOVUPS(p, at(dlogits, 0))

	set.logSum(c, e, p, s, t)
	zero(e)
	VMAXPS(l, e, e)
	VFNMADD231PS(xv, l, e)
	VFMADD231PS(s, p, e)
	set.widen(e, p, t)
	VADDPD(p, low, low)
	VADDPD(t, high, high)
	set.next(dlogits, logits, x)
	DECQ(vectors)
	JNZ(LabelRef("again"))

	VADDPD(high, low, low)
	set.returnSums(low)
}

// logSum generates p and s, whose product is log(1+e) = 2 artanh(s) with s = e/(2+e) <=
// 1/3, for e <= 1. The series up to s^13 has a relative error below 2e-8.
func (set isa) logSum(c *constants, e, p, s, t reg.VecVirtual) {
	VADDPS(c.float(2), e, s)
	VDIVPS(s, e, s)
	VMULPS(s, s, t)
	VMOVUPS(c.float(2.0/13), p)
	for _, n := range []float64{11, 9, 7, 5, 3, 1} {
		VFMADD213PS(c.float(2/n), t, p)
	}
}

// gaussian generates the sum of squares, in float64, and the gradient of logits:
//
//	sum of d^2, d = sigmoid(l) - x
//	dlogits = scale * d * sigmoid'(l), sigmoid'(l) = e/(1+e)^2, e = exp(-|l|)
func (set isa) gaussian(c *constants) {
	TEXT("gaussian"+set.name, NOSPLIT, "func(dlogits, logits, x *float32, vectors int, scale float32) float64")
	Pragma("noescape")
	Doc(fmt.Sprintf("gaussian%s returns the sum of squares of vectors of %d logits and sets its gradient.", set.name, set.lanes))
	dlogits, logits, x, vectors := load("dlogits"), load("logits"), load("x"), load("vectors")
	low, high, scale := set.vec(), set.vec(), set.vec() // sums
	zero(low)
	zero(high)
	VBROADCASTSS(param("scale"), scale)

	Label("again")
	l, d, e, t := set.vec(), set.vec(), set.vec(), set.vec()
	VMOVUPS(at(logits, 0), l)
	set.sigmoidOf(c, l, d, e)
	VSUBPS(at(x, 0), d, d)
	VADDPS(c.float(1), e, t)
	VMULPS(t, t, t)
	VDIVPS(t, e, e)
	VMULPS(d, e, e)
	VMULPS(scale, e, e)
	VMOVUPS(e, at(dlogits, 0))

	set.widen(d, l, t)
	VFMADD231PD(l, l, low)
	VFMADD231PD(t, t, high)
	set.next(dlogits, logits, x)
	DECQ(vectors)
	JNZ(LabelRef("again"))

	VADDPD(high, low, low)
	set.returnSums(low)
}

// flushing has what follows take subnormal numbers for 0, and returns what ends that. Processors of
// Intel take a hundred times as long for them, and a moment or a weight whose gradient stays 0, as that of
// a unit that died, shrinks until it is one and then stays: seven tenths of the vectors of
// the reference network's largest weight after two epochs of MNIST.
func flushing() (end func()) {
	before, control := AllocLocal(8), GP32()
	during := before.Offset(4)
	STMXCSR(before)
	MOVL(before, control)
	const flushToZero, denormalsAreZero = 1 << 15, 1 << 6
	ORL(U32(flushToZero|denormalsAreZero), control)
	MOVL(control, during)
	LDMXCSR(during)
	return func() { LDMXCSR(before) }
}

// adam generates a step of Adam, whose constants rates points to.
func (set isa) adam() {
	TEXT("adam"+set.name, NOSPLIT, "func(theta, average, m, v, gradient *float32, vectors int, rates *float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("adam%s updates vectors of %d parameters.", set.name, set.lanes))
	theta, average, m, v, g, vectors, rates := load("theta"), load("average"), load("m"), load("v"), load("gradient"), load("vectors"), load("rates")
	r := set.vecs(8)
	for i := range r {
		VBROADCASTSS(at(rates, i), r[i])
	}
	beta1, rest1, beta2, rest2, rate, root, eps, share := r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
	gv, mv, vv, t := set.vec(), set.vec(), set.vec(), set.vec()
	end := flushing()
	Label("again")
	VMOVUPS(at(g, 0), gv)
	VMULPS(at(m, 0), beta1, mv)
	VFMADD231PS(rest1, gv, mv)
	VMOVUPS(mv, at(m, 0))
	VMULPS(gv, gv, gv)
	VMULPS(at(v, 0), beta2, vv)
	VFMADD231PS(rest2, gv, vv)
	VMOVUPS(vv, at(v, 0))
	VSQRTPS(vv, vv)
	VFMADD213PS(eps, root, vv) // vv = root*vv + eps
	VMULPS(rate, mv, mv)
	VDIVPS(vv, mv, mv)
	VMOVUPS(at(theta, 0), t)
	VSUBPS(mv, t, t)
	VMOVUPS(t, at(theta, 0))
	VMOVUPS(at(average, 0), gv)
	VSUBPS(gv, t, t)
	VFMADD231PS(share, t, gv) // gv += share*(theta-gv)
	VMOVUPS(gv, at(average, 0))
	set.next(theta, average, m, v, g)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	end()
	VZEROUPPER()
	RET()
}

// toward generates x += share*(to-x), rounded after each operation as in portable Go.
func (set isa) toward() {
	TEXT("toward"+set.name, NOSPLIT, "func(x, to *float32, vectors int, share float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("toward%s moves vectors of %d numbers towards others by a share of the difference.", set.name, set.lanes))
	x, to, vectors := load("x"), load("to"), load("vectors")
	share, xv, d := set.vec(), set.vec(), set.vec()
	VBROADCASTSS(param("share"), share)
	end := flushing()
	Label("again")
	VMOVUPS(at(x, 0), xv)
	VMOVUPS(at(to, 0), d)
	VSUBPS(xv, d, d)
	VMULPS(share, d, d)
	VADDPS(d, xv, xv)
	VMOVUPS(xv, at(x, 0))
	set.next(x, to)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	end()
	VZEROUPPER()
	RET()
}

// scale generates x *= factor.
func (set isa) scale() {
	TEXT("scale"+set.name, NOSPLIT, "func(x *float32, vectors int, factor float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("scale%s multiplies vectors of %d numbers by a factor.", set.name, set.lanes))
	x, vectors := load("x"), load("vectors")
	factor, xv := set.vec(), set.vec()
	VBROADCASTSS(param("factor"), factor)
	end := flushing()
	Label("again")
	VMULPS(at(x, 0), factor, xv)
	VMOVUPS(xv, at(x, 0))
	set.next(x)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	end()
	VZEROUPPER()
	RET()
}

// columnSums generates the sums of two vectors of columns, with the gradient of
// ReLU on the way if y is not nil.
func (set isa) columnSums() {
	TEXT("columnSums"+set.name, NOSPLIT, "func(sums, dy, y *float32, rows, stride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("columnSums%s adds rows of dy to %d sums. If y is not nil, it first sets dy to 0 where y <= 0.", set.name, 2*set.lanes))
	sums, dy, y, rows, stride := load("sums"), load("dy"), load("y"), load("rows"), load("stride")
	SHLQ(Imm(2), stride)
	acc, t := set.vecs(2), set.vecs(2)
	for v := range acc {
		VMOVUPS(at(sums, v*set.lanes), acc[v])
	}
	TESTQ(y, y)
	JNZ(LabelRef("relu"))
	Label("again")
	for v := range acc {
		VADDPS(at(dy, v*set.lanes), acc[v], acc[v])
	}
	ADDQ(stride, dy)
	DECQ(rows)
	JNZ(LabelRef("again"))
	JMP(LabelRef("done"))

	Label("relu")
	null := set.vec()
	zero(null)
	const notLessOrEqual = 0x16 // quiet, true for NaN
	for v := range acc {
		if set.lanes == 16 {
			positive := K()
			VMOVUPS(at(y, v*set.lanes), t[v])
			VCMPPS(Imm(notLessOrEqual), null, t[v], positive)
			VMOVUPS_Z(at(dy, v*set.lanes), positive, t[v])
		} else {
			VMOVUPS(at(y, v*set.lanes), t[v])
			VCMPPS(Imm(notLessOrEqual), null, t[v], t[v])
			VANDPS(at(dy, v*set.lanes), t[v], t[v])
		}
		VMOVUPS(t[v], at(dy, v*set.lanes))
		VADDPS(t[v], acc[v], acc[v])
	}
	ADDQ(stride, dy)
	ADDQ(stride, y)
	DECQ(rows)
	JNZ(LabelRef("relu"))
	Label("done")
	for v := range acc {
		VMOVUPS(acc[v], at(sums, v*set.lanes))
	}
	VZEROUPPER()
	RET()
}

// param is a parameter's place in memory.
func param(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
