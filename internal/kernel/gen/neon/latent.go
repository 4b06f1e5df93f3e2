package main

import "math"

// sample sets z = mean + sigma eps with sigma = e^(logVar/2), and twice the KL divergences,
// mean^2 + (sigma^2 - 1) - logVar.
func (a *asm) sample() {
	a.function("sampleNEON", "func(z *float32, kl *float64, mean, logVar, eps *float32, halves int)",
		"sampleNEON sets z = mean + e^(logVar/2) eps and kl = twice the KL divergences, in halves of vectors of 4 numbers.")
	a.useConstants()
	p := a.loads("z", "kl", "mean", "logVar", "eps", "halves")
	mu, lv, sigma, excess, t := a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
	a.loop(p[5], func() {
		a.takeWide(mu, p[2])
		a.widths(p[3], lv, sigma, excess)
		a.takeWide(t, p[4])
		a.multiplyTo(a.d, t, sigma, mu)
		a.putNarrow(t, p[0])
		a.d("FSUB", excess, excess, lv)
		a.d("FMLA", excess, mu, mu)
		a.put(quad, excess, p[1], 0)
		a.next(16, p[1])
	})
}

// sampleGradient computes the gradient of sample's two results.
func (a *asm) sampleGradient() {
	a.function("sampleGradientNEON", "func(dmean, dlogVar, dz, mean, logVar, eps *float32, scale *float64, halves int)",
		"sampleGradientNEON sets dmean = dz + scale mean and dlogVar = (dz sigma eps + scale (sigma^2 - 1))/2, in halves of vectors of 4 numbers.")
	a.useConstants()
	p := a.loads("dmean", "dlogVar", "dz", "mean", "logVar", "eps", "scale", "halves")
	dz, lv, sigma, excess, scale, t := a.vec(), a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
	a.loop(p[7], func() {
		a.take(quad, scale, p[6])
		a.widths(p[4], lv, sigma, excess)
		a.takeWide(dz, p[2])
		a.takeWide(t, p[3])
		a.multiplyTo(a.d, t, scale, dz)
		a.putNarrow(t, p[0])

		a.takeWide(t, p[5])
		a.d("FMUL", t, t, sigma)
		a.d("FMUL", t, t, dz)
		a.d("FMLA", t, scale, excess)
		a.df("FMUL", t, t, 0.5)
		a.putNarrow(t, p[1])
	})
}

// takeWide loads two float32 numbers as float64 ones, putNarrow stores them; both move the
// pointer on.
func (a *asm) takeWide(v vec, from gp) {
	a.take(double, v, from)
	a.convert("FCVTL", v, v)
}

func (a *asm) putNarrow(v vec, to gp) {
	a.convert("FCVTN", v, v)
	a.put(double, v, to, 0)
	a.next(8, to)
}

// widths sets sigma = e^(lv/2), and excess to the variances less 1, (sigma-1)(sigma+1).
func (a *asm) widths(logVar gp, lv, sigma, excess vec) {
	t := a.vec()
	a.takeWide(lv, logVar)
	a.df("FMUL", t, lv, 0.5)
	a.exp64(t, sigma, excess)
	a.df("FADD", t, sigma, 1)
	a.d("FMUL", excess, excess, t)
	a.done(t)
}

// exp64 sets y = e^x and less = e^x - 1 for |x| <= 700.
func (a *asm) exp64(x, y, less vec) {
	const (
		magic   = 3 << 51         // adding it rounds to an integer, in the lowest bits
		ln2High = 0x1.62e42feep-1 // few bits, so that its product with n is exact
		ln2Low  = math.Ln2 - ln2High
	)
	n, r, p := a.vec(), a.vec(), a.vec()
	a.double(n, magic)
	a.df("FMLA", n, x, math.Log2E)
	a.df("FSUB", p, n, magic)
	a.move(r, x)
	a.df("FMLS", r, p, ln2High)
	a.df("FMLS", r, p, ln2Low)
	a.polynomialD(r, p, inverseFactorials(13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)...)
	a.d("FMUL", p, p, r)
	a.db("ADD", n, n, 1023)
	a.shiftD("SHL", n, n, 52) // 2^n: the shift drops the bits of magic
	a.df("FSUB", less, n, 1)
	a.d("FMLA", less, p, n)
	a.move(y, n)
	a.d("FMLA", y, p, n)
	a.done(n, r, p)
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
