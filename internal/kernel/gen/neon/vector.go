package main

import "math"

const sign = 1 << 31

// exp sets y to e^x.
func (a *asm) exp(x, y vec) {
	n, r, p := a.vec(), a.vec(), a.vec()
	a.sf("FMIN", r, x, 89)
	a.sf("FMAX", r, r, -104)
	a.reduce(r, n)
	a.polynomialS(r, p, 1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 1.0/2, 1, 1)
	a.shiftS("SSHR", r, n, 1)
	a.s("SUB", n, n, r)
	for _, half := range []vec{r, n} {
		a.sb("ADD", half, half, 127)
		a.shiftS("SHL", half, half, 23)
	}
	a.s("FMUL", p, p, r)
	a.s("FMUL", y, p, n)
	a.done(n, r, p)
}

// reduce sets n to the integer nearest to r/ln 2, and takes n ln 2 from r.
func (a *asm) reduce(r, n vec) {
	const (
		magic   = 3 << 22     // adding it rounds to an integer, in the lowest bits
		ln2High = 0.693359375 // few bits, so that its product with n is exact
	)
	whole := a.vec()
	a.float(n, magic)
	a.sf("FMLA", n, r, math.Log2E)
	a.sf("FSUB", whole, n, magic)
	a.sf("FMLS", r, whole, ln2High)
	a.sf("FMLS", r, whole, math.Ln2-ln2High)
	a.sb("SUB", n, n, math.Float32bits(magic))
	a.done(whole)
}

// tanh sets y to tanh(x).
func (a *asm) tanh(x, y vec) {
	n, r, p, m := a.vec(), a.vec(), a.vec(), a.vec()
	a.sb("ORR", r, x, sign)
	a.s("FADD", r, r, r)
	a.sf("FMAX", r, r, -40)
	a.reduce(r, n)
	a.polynomialS(r, p, 1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 1.0/2)
	a.s("FMUL", m, r, r)
	a.s("FMLA", r, m, p) // e^r - 1
	a.sb("ADD", n, n, 127)
	a.shiftS("SHL", n, n, 23)
	a.sf("FSUB", m, n, 1)
	a.s("FMLA", m, r, n)
	a.sf("FADD", p, m, 2)
	a.s("FDIV", m, m, p)
	a.sb("AND", p, x, sign)
	a.sb("BIC", m, m, sign)
	a.s("ORR", y, m, p)
	a.done(n, r, p, m)
}

// tanhGradient sets dy to dy (1 - y^2).
func (a *asm) tanhGradient(y, dy vec) {
	t := a.vec()
	a.float(t, 1)
	a.s("FMLS", t, y, y)
	a.s("FMUL", dy, dy, t)
	a.done(t)
}

// sigmoid sets p to 1/(1+e^-x) and e to e^-|x|, without overflow.
func (a *asm) sigmoid(x, p, e vec) {
	sum, negative := a.vec(), a.vec()
	a.sb("ORR", sum, x, sign)
	a.exp(sum, e)
	a.sf("FADD", sum, e, 1)
	a.shiftS("SSHR", negative, x, 31)
	a.float(p, 1)
	a.s("BSL", negative, e, p)
	a.s("FDIV", p, negative, sum)
	a.done(sum, negative)
}

// silu sets y to x/(1+e^-x).
func (a *asm) silu(x, y vec) {
	p, e := a.vec(), a.vec()
	a.sigmoid(x, p, e)
	a.s("FMUL", y, x, p)
	a.done(p, e)
}

// siluGradient multiplies dy by p (1 + x (1-p)), where p is the sigmoid of x.
func (a *asm) siluGradient(x, dy vec) {
	p, t, rest := a.vec(), a.vec(), a.vec()
	a.sigmoid(x, p, t)
	a.float(t, 1)
	a.s("FSUB", rest, t, p)
	a.s("FMLA", t, x, rest)
	a.s("FMUL", t, t, p)
	a.s("FMUL", dy, dy, t)
	a.done(p, t, rest)
}

// elementwise writes dst[i] = f(x[i]), or f(x[i], dst[i]), as y begins with what dst holds.
func (a *asm) elementwise(name, what string, f func(x, y vec)) {
	name += "NEON"
	a.function(name, "func(dst, x *float32, vectors int)", name+" computes "+what+" of vectors of 4 numbers.")
	a.useConstants()
	dst, src, vectors := a.load("dst"), a.load("x"), a.load("vectors")
	x, y := a.vec(), a.vec()
	a.loop(vectors, func() {
		a.take(quad, x, src)
		a.get(quad, y, dst, 0)
		f(x, y)
		a.put(quad, y, dst, 0)
		a.next(16, dst)
	})
}

func (a *asm) leakyReLU() {
	a.function("leakyReLUNEON", "func(dst, v, x *float32, vectors int, slope float32)",
		"leakyReLUNEON sets vectors of 4 numbers to v where x > 0 and to slope v elsewhere.")
	dst, v, x, vectors := a.load("dst"), a.load("v"), a.load("x"), a.load("vectors")
	slope, vv, xv, y := a.vec(), a.vec(), a.vec(), a.vec()
	a.repeat(slope, "slope")
	a.loop(vectors, func() {
		a.take(quad, vv, v)
		a.take(quad, xv, x)
		a.s("FMUL", y, vv, slope)
		a.s("FCMGT0", xv, xv)
		a.s("BSL", xv, vv, y)
		a.put(quad, xv, dst, 0)
		a.next(16, dst)
	})
}

// pixels divides, for a product with 1/255 is not correctly rounded.
func (a *asm) pixels() {
	a.function("pixelsNEON", "func(dst *float32, src *byte, vectors int)", "pixelsNEON divides vectors of 4 bytes by 255.")
	a.useConstants()
	dst, src, vectors := a.load("dst"), a.load("src"), a.load("vectors")
	x, white := a.vec(), a.vec()
	a.float(white, 255)
	a.loop(vectors, func() {
		a.take(single, x, src)
		a.convert("UXTL8", x, x)
		a.convert("UXTL16", x, x)
		a.s("UCVTF", x, x)
		a.s("FDIV", x, x, white)
		a.put(quad, x, dst, 0)
		a.next(16, dst)
	})
}

// adam takes a step of Adam, whose constants rates points to.
func (a *asm) adam() {
	a.function("adamNEON", "func(theta, average, m, v, gradient *float32, vectors int, rates *float32)", "adamNEON updates vectors of 4 parameters.")
	p := a.loads("theta", "average", "m", "v", "gradient", "vectors", "rates")
	theta, average, m, v, g, vectors, rates := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	r := a.vecs(8)
	for _, rate := range r {
		a.repeatAt(rate, rates)
		a.next(4, rates)
	}
	beta1, rest1, beta2, rest2, rate, root, eps, share := r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
	gv, mv, vv, t := a.vec(), a.vec(), a.vec(), a.vec()
	a.loop(vectors, func() {
		a.take(quad, gv, g)
		a.get(quad, mv, m, 0)
		a.s("FMUL", mv, mv, beta1)
		a.s("FMLA", mv, rest1, gv)
		a.put(quad, mv, m, 0)
		a.s("FMUL", gv, gv, gv)
		a.get(quad, vv, v, 0)
		a.s("FMUL", vv, vv, beta2)
		a.s("FMLA", vv, rest2, gv)
		a.put(quad, vv, v, 0)
		a.s("FSQRT", vv, vv)
		a.multiplyTo(a.s, vv, root, eps)
		a.s("FMUL", mv, mv, rate)
		a.s("FDIV", mv, mv, vv)
		a.get(quad, t, theta, 0)
		a.s("FSUB", t, t, mv)
		a.put(quad, t, theta, 0)
		a.get(quad, gv, average, 0)
		a.s("FSUB", t, t, gv)
		a.s("FMLA", gv, share, t)
		a.put(quad, gv, average, 0)
		a.next(16, theta, average, m, v)
	})
}

// toward moves x by a share of its difference to others, rounded after each operation.
func (a *asm) toward() {
	a.function("towardNEON", "func(x, to *float32, vectors int, share float32)",
		"towardNEON moves vectors of 4 numbers towards others by a share of the difference.")
	x, to, vectors := a.load("x"), a.load("to"), a.load("vectors")
	share, xv, d := a.vec(), a.vec(), a.vec()
	a.repeat(share, "share")
	a.loop(vectors, func() {
		a.get(quad, xv, x, 0)
		a.take(quad, d, to)
		a.s("FSUB", d, d, xv)
		a.s("FMUL", d, d, share)
		a.s("FADD", xv, xv, d)
		a.put(quad, xv, x, 0)
		a.next(16, x)
	})
}

// scale multiplies x by a factor.
func (a *asm) scale() {
	a.function("scaleNEON", "func(x *float32, vectors int, factor float32)", "scaleNEON multiplies vectors of 4 numbers by a factor.")
	x, vectors := a.load("x"), a.load("vectors")
	factor, xv := a.vec(), a.vec()
	a.repeat(factor, "factor")
	a.loop(vectors, func() {
		a.get(quad, xv, x, 0)
		a.s("FMUL", xv, xv, factor)
		a.put(quad, xv, x, 0)
		a.next(16, x)
	})
}
