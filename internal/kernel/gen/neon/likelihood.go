package main

const likelihoodParams = "func(dlogits, logits, x *float32, vectors int, "

// bernoulli sums max(l,0) - x*l + log(1+e), e = exp(-|l|), in float64, and sets dlogits to
// scale * (sigmoid(l) - x).
func (a *asm) bernoulli() {
	a.function("bernoulliNEON", likelihoodParams+"scale float32) float64", "bernoulliNEON returns the loss of vectors of 4 logits and sets its gradient.")
	a.useConstants()
	dlogits, logits, x, vectors := a.load("dlogits"), a.load("logits"), a.load("x"), a.load("vectors")
	low, high, scale := a.vec(), a.vec(), a.vec()
	l, xv, e, p, s, t := a.vec(), a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
	a.repeat(scale, "scale")
	a.sums(vectors, []vec{low, high}, func() {
		a.take(quad, l, logits)
		a.take(quad, xv, x)
		a.sigmoid(l, p, e)
		a.s("FSUB", p, p, xv)
		a.s("FMUL", p, p, scale)
		a.put(quad, p, dlogits, 0)
		a.next(16, dlogits)

		a.logSum(e, p, s)
		a.zero(t)
		a.s("FMAX", t, t, l)
		a.s("FMLS", t, xv, l)
		a.s("FMLA", t, p, s)
		a.widen(t, e, p)
		a.d("FADD", low, low, e)
		a.d("FADD", high, high, p)
	})
	a.d("FADD", low, low, high)
	a.sum("ret", low)
	a.line("RET")
}

// logSum sets p and s, whose product is log(1+e), for e <= 1.
func (a *asm) logSum(e, p, s vec) {
	square := a.vec()
	a.sf("FADD", s, e, 2)
	a.s("FDIV", s, e, s)
	a.s("FMUL", square, s, s)
	a.polynomialS(square, p, 2.0/13, 2.0/11, 2.0/9, 2.0/7, 2.0/5, 2.0/3, 2)
	a.done(square)
}

// gaussian sums d^2, d = sigmoid(l) - x, in float64, and sets dlogits to scale * d *
// e/(1+e)^2, e = exp(-|l|).
func (a *asm) gaussian() {
	a.function("gaussianNEON", likelihoodParams+"scale float32) float64", "gaussianNEON returns the sum of squares of vectors of 4 logits and sets its gradient.")
	a.useConstants()
	dlogits, logits, x, vectors := a.load("dlogits"), a.load("logits"), a.load("x"), a.load("vectors")
	low, high, scale := a.vec(), a.vec(), a.vec()
	l, d, e, t := a.vec(), a.vec(), a.vec(), a.vec()
	a.repeat(scale, "scale")
	a.sums(vectors, []vec{low, high}, func() {
		a.take(quad, l, logits)
		a.sigmoid(l, d, e)
		a.take(quad, t, x)
		a.s("FSUB", d, d, t)
		a.squareOver(e, t)
		a.s("FMUL", e, e, d)
		a.s("FMUL", e, e, scale)
		a.put(quad, e, dlogits, 0)
		a.next(16, dlogits)
		a.widen(d, l, t)
		a.d("FMLA", low, l, l)
		a.d("FMLA", high, t, t)
	})
	a.d("FADD", low, low, high)
	a.sum("ret", low)
	a.line("RET")
}

// squareOver sets e to e/(1+e)^2, the derivative of the sigmoid, and ruins t.
func (a *asm) squareOver(e, t vec) {
	a.sf("FADD", t, e, 1)
	a.s("FMUL", t, t, t)
	a.s("FDIV", e, e, t)
}

// logistic sums the loss of a discretised logistic distribution and its derivative by the
// logarithm of the scale, as terms that ../logistic.go explains.
func (a *asm) logistic() {
	const half = 1. / 510 // of a level of bytes
	a.function("logisticNEON", likelihoodParams+"rates *float32) (loss, slope float64)",
		"logisticNEON returns the loss of vectors of 4 logits and its derivative by the logarithm of the scale, and sets its gradient.")
	a.useConstants()
	p5 := a.loads("dlogits", "logits", "x", "vectors", "rates")
	dlogits, logits, x, vectors, rates := p5[0], p5[1], p5[2], p5[3], p5[4]
	losses, slopes := a.vec(), a.vec()
	r := a.vecs(5)
	for _, rate := range r {
		a.repeatAt(rate, rates)
		a.next(4, rates)
	}
	scale, perScale, edge, inside, insideSlope := r[0], r[1], r[2], r[3], r[4]
	u, loss, slope, gradient, both, xv, factor := a.vec(), a.vec(), a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
	t, p, s, null := a.vec(), a.vec(), a.vec(), a.vec()
	a.zero(null)
	a.sums(vectors, []vec{losses, slopes}, func() {
		a.take(quad, t, logits)
		a.take(quad, xv, x)
		a.sigmoid(t, p, factor)
		a.s("FSUB", u, xv, p)
		a.s("FMUL", u, u, perScale)
		a.squareOver(factor, t)
		a.s("FMUL", factor, factor, scale)
		a.float(both, 1)
		for _, upper := range []bool{true, false} { // edges of the level
			if upper {
				a.s("FADD", t, u, edge)
				a.s("FNEG", t, t)
			} else {
				a.s("FSUB", t, u, edge)
			}
			e, keep := a.vec(), a.vec()
			a.sigmoid(t, p, e)
			// keep is 1 where the edge counts: x < 1-h, or x > h. Else it is 0.
			if upper {
				a.float(keep, 1-half)
				a.s("FSUB", keep, keep, xv)
			} else {
				a.sf("FSUB", keep, xv, half)
			}
			a.sf("FMUL", keep, keep, 1e30)
			a.sf("FMIN", keep, keep, 1)
			a.s("FMAX", keep, keep, null)
			a.s("FMUL", both, both, keep)

			a.s("FMUL", p, p, keep)
			if upper {
				a.move(gradient, p)
				a.s("FMUL", slope, p, t)
			} else {
				a.s("FSUB", gradient, gradient, p)
				a.s("FMLA", slope, p, t)
			}
			a.s("FMAX", t, t, null)
			a.logSum(e, p, s)
			a.s("FMLA", t, p, s)
			if upper {
				a.s("FMUL", loss, t, keep)
			} else {
				a.s("FMLA", loss, t, keep)
			}
			a.done(e, keep)
		}
		a.s("FMUL", gradient, gradient, factor)
		a.put(quad, gradient, dlogits, 0)
		a.next(16, dlogits)
		a.s("FMLA", loss, both, inside)
		a.s("FNEG", slope, slope)
		a.s("FMLA", slope, both, insideSlope)
		for _, v := range []struct{ x, sum vec }{{loss, losses}, {slope, slopes}} {
			a.widen(v.x, t, p)
			a.d("FADD", v.sum, v.sum, t)
			a.d("FADD", v.sum, v.sum, p)
		}
	})
	a.sum("loss", losses)
	a.sum("slope", slopes)
	a.line("RET")
}

// sums writes a loop that starts from sums of 0 and goes on after it.
func (a *asm) sums(turns gp, sums []vec, body func()) {
	for _, v := range sums {
		a.zero(v)
	}
	a.line("again:")
	body()
	a.line("SUB $1, %v, %v", turns, turns)
	a.line("CBNZ %v, again", turns)
}

// sum writes a result, the sum of two float64 numbers.
func (a *asm) sum(result string, v vec) {
	a.word(0x7E70D800|uint32(v)<<5|uint32(v), "FADDP D%d, V%d.2D", v, v)
	a.line("FMOVD F%d, %s", v, a.params[result])
}

// widen sets low and high to the float64 numbers of a vector's halves.
func (a *asm) widen(x, low, high vec) {
	a.convert("FCVTL2", high, x)
	a.convert("FCVTL", low, x)
}
