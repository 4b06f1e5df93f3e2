package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logistic generates the loss of a discretised logistic distribution of scale s, its
// derivative by log s, and its gradient by the logits. With u = (x - sigmoid(l))/s, h half
// a level and w = 2h/s it is the sum of
//
//	softplus(-u - h/s)   unless x is the highest level,
//	softplus(u - h/s)    unless x is the lowest,
//	-log(1 - e^-w)       if it is neither,
//
// which is -log(sigmoid(u + h/s) - sigmoid(u - h/s)) without a difference of numbers that
// are nearly equal. The derivative of softplus(t) by log s is -t sigmoid(t), that of the
// constant w/(e^w - 1).
func (set isa) logistic(c *constants) {
	const half = 1. / 510 // of a level of bytes
	TEXT("logistic"+set.name, NOSPLIT, "func(dlogits, logits, x *float32, vectors int, rates *float32) (loss, slope float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("logistic%s returns the loss of vectors of %d logits and its derivative by the logarithm of the scale, and sets its gradient.", set.name, set.lanes))
	dlogits, logits, x, vectors, rates := load("dlogits"), load("logits"), load("x"), load("vectors"), load("rates")
	losses, slopes := set.vec(), set.vec() // sums
	zero(losses)
	zero(slopes)

	Label("again")
	u, loss, slope, gradient, both := set.vec(), set.vec(), set.vec(), set.vec(), set.vec()
	t, p, e := set.vec(), set.vec(), set.vec()
	VMOVUPS(at(logits, 0), t)
	set.sigmoidOf(c, t, p, e)
	VMOVUPS(at(x, 0), u)
	VSUBPS(p, u, u)
	set.scaled(rates, 1, u)
	VADDPS(c.float(1), e, t)
	VMULPS(t, t, t)
	VDIVPS(t, e, e) // sigmoid'(l)
	set.scaled(rates, 0, e)
	VMOVUPS(e, at(dlogits, 0)) // no register is left for it

	VMOVUPS(c.float(1), both)
	for _, upper := range []bool{true, false} { // edges of the level
		edge := set.vec()
		VBROADCASTSS(at(rates, 2), edge)
		if t = set.vec(); upper {
			VADDPS(edge, u, t)
			VXORPS(c.bits(1<<31), t, t)
		} else {
			VSUBPS(edge, u, t)
		}
		p, e = set.vec(), set.vec()
		set.sigmoidOf(c, t, p, e)
		// keep is 1 where the edge counts: x < 1-h, or x > h. Else it is 0.
		keep := set.vec()
		if upper {
			VMOVUPS(c.float(1-half), keep)
			VSUBPS(at(x, 0), keep, keep)
		} else {
			VMOVUPS(at(x, 0), keep)
			VSUBPS(c.float(half), keep, keep)
		}
		VMULPS(c.float(1e30), keep, keep)
		VMINPS(c.float(1), keep, keep)
		null := set.vec()
		zero(null)
		VMAXPS(null, keep, keep)
		VMULPS(keep, both, both)

		VMULPS(keep, p, p)
		if upper {
			VMOVAPS(p, gradient)
			VMULPS(t, p, slope)
		} else {
			VSUBPS(p, gradient, gradient)
			VFMADD231PS(t, p, slope)
		}
		VMAXPS(null, t, t)
		s, square := set.vec(), set.vec()
		set.logSum(c, e, p, s, square)
		VFMADD231PS(s, p, t)
		if upper {
			VMULPS(keep, t, loss)
		} else {
			VFMADD231PS(keep, t, loss)
		}
	}
	VMULPS(at(dlogits, 0), gradient, gradient)
	VMOVUPS(gradient, at(dlogits, 0))

	constant := set.vec()
	VBROADCASTSS(at(rates, 3), constant)
	VFMADD231PS(constant, both, loss)
	VBROADCASTSS(at(rates, 4), constant)
	VFMSUB231PS(constant, both, slope)
	for _, v := range []struct{ x, sum reg.VecVirtual }{{loss, losses}, {slope, slopes}} {
		low, high := set.vec(), set.vec()
		set.widen(v.x, low, high)
		VADDPD(low, v.sum, v.sum)
		VADDPD(high, v.sum, v.sum)
	}
	set.next(dlogits, logits, x)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	set.returnSums(losses, slopes)
}

// scaled multiplies y with the number i at rates.
func (set isa) scaled(rates reg.Register, i int, y reg.VecVirtual) {
	rate := set.vec()
	VBROADCASTSS(at(rates, i), rate)
	VMULPS(rate, y, y)
}
