package main

import "math"

// normal writes pairs of normal numbers: the operations of package random one by one, with
// the same roundings, so the numbers are the same bits.
func (a *asm) normal() {
	a.function("normalNEON", "func(dst *float32, block, index *int, stream *int, vectors int)",
		"normalNEON sets vectors of 4 numbers to the 2 normal pairs of as many blocks and indices. The stream is the two words of the seed, the epoch and the domain.")
	a.useConstants()
	dst, block, index, stream, vectors := a.load("dst"), a.load("block"), a.load("index"), a.load("stream"), a.load("vectors")
	word, words := a.gp(), a.vecs(4)
	for i, v := range words { // the words of the seed, then of the stream
		a.line("ADD $%d, %v, %v", 8*i, stream, word)
		a.repeatWide(v, word)
	}
	a.loop(vectors, func() {
		u, v := a.vec(), a.vec()
		a.philox(block, index, words, u, v)
		for _, x := range []vec{u, v} { // numbers in [0,1): the upper 53 bits times 2^-53
			a.shiftD("USHR", x, x, 11)
			a.d("UCVTF", x, x)
			a.df("FMUL", x, x, 0x1p-53)
		}

		// Box and Muller: the radius in u, the angle in v.
		r, sin, cos := a.vec(), a.vec(), a.vec()
		a.double(r, 1)
		a.d("FSUB", u, r, u)
		a.log(u, r)
		a.df("FMUL", r, r, -2)
		a.d("FSQRT", r, r)
		a.sincos(v, sin, cos)
		a.d("FMUL", cos, cos, r)
		a.d("FMUL", sin, sin, r)
		a.convert("FCVTN", cos, cos)
		a.convert("FCVTN", sin, sin)
		a.s("ZIP1", cos, cos, sin)
		a.put(quad, cos, dst, 0)
		a.next(16, dst)
		a.done(u, v, r, sin, cos)
	})
}

// philox sets u and v to the two 64-bit words of some blocks. Every 32-bit word of the
// counter has the place of 64 bits, whose upper half holds rubbish until the end.
func (a *asm) philox(block, index gp, words []vec, u, v vec) {
	const (
		m0, m1 = 0xD2511F53, 0xCD9E8D57
		w0, w1 = 0x9E3779B9, 0xBB67AE85
	)
	x, k := a.vecs(4), a.vecs(2)
	p, q, n0, n1 := a.vec(), a.vec(), a.vec(), a.vec()
	a.take(quad, x[0], block)
	a.take(quad, x[1], index)
	a.move(x[2], words[2])
	a.move(x[3], words[3])
	a.move(k[0], words[0])
	a.move(k[1], words[1])
	a.bits(n0, m0)
	a.bits(n1, m1)
	for range 10 {
		a.convert("XTN", p, x[0])
		a.multiplyWords(p, p, n0)
		a.convert("XTN", q, x[2])
		a.multiplyWords(q, q, n1)
		a.shiftD("USHR", x[0], q, 32)
		a.s("EOR", x[0], x[0], x[1])
		a.s("EOR", x[0], x[0], k[0])
		a.move(x[1], q)
		a.shiftD("USHR", x[2], p, 32)
		a.s("EOR", x[2], x[2], x[3])
		a.s("EOR", x[2], x[2], k[1])
		a.move(x[3], p)
		a.db("ADD", k[0], k[0], w0)
		a.db("ADD", k[1], k[1], w1)
	}
	for i, word := range []vec{u, v} {
		a.shiftD("SHL", word, x[2*i+1], 32)
		a.db("AND", x[2*i], x[2*i], math.MaxUint32)
		a.s("ORR", word, word, x[2*i])
	}
	a.done(x...)
	a.done(k...)
	a.done(p, q, n0, n1)
}

// log sets y = ln(x) of x in [2^-53, 1].
func (a *asm) log(x, y vec) {
	const bias = 64 // keeps the exponent from becoming negative
	halfRoot := math.Float64bits(math.Sqrt2 / 2)
	e, m, s, square := a.vec(), a.vec(), a.vec(), a.vec()
	a.db("ADD", m, x, bias<<52-halfRoot)
	a.shiftD("USHR", e, m, 52)
	a.d("UCVTF", e, e)
	a.df("FSUB", e, e, bias)
	a.db("AND", m, m, 1<<52-1)
	a.db("ADD", m, m, halfRoot)
	a.df("FSUB", s, m, 1)
	a.df("FADD", m, m, 1)
	a.d("FDIV", s, s, m)
	a.d("FMUL", square, s, s)
	var coefficients []float64
	for n := 19.0; n > 0; n -= 2 {
		coefficients = append(coefficients, 2/n)
	}
	a.polynomialD(square, y, coefficients...)
	a.d("FMUL", y, y, s)
	a.df("FMLA", y, e, math.Ln2)
	a.done(e, m, s, square)
}

// sincos sets the sine and cosine of x turns, x in [0,1].
func (a *asm) sincos(x, sin, cos vec) {
	const magic = 3 << 51 // adding it rounds to an integer, in the lowest bits
	q, t, square, even, odd := a.vec(), a.vec(), a.vec(), a.vec(), a.vec()
	a.df("FMUL", t, x, 4)
	a.df("FADD", q, t, magic)
	a.df("FSUB", square, q, magic)
	a.d("FSUB", t, t, square)
	a.df("FMUL", t, t, math.Pi/2)
	a.d("FMUL", square, t, t)

	s, k := a.vec(), a.vec() // sine and cosine in the quadrant
	a.polynomialD(square, s, signed(-1, inverseFactorials(15, 13, 11, 9, 7, 5, 3))...)
	a.d("FMUL", s, s, t)
	a.multiplyTo(a.d, s, square, t)
	a.polynomialD(square, k, signed(1, inverseFactorials(16, 14, 12, 10, 8, 6, 4, 2))...)
	a.with(func(v vec) { a.double(v, 1) }, func(v vec) { a.multiplyTo(a.d, k, square, v) })

	a.shiftD("SHL", even, q, 63) // odd quadrants swap the two
	a.shiftD("SSHR", even, even, 63)
	a.move(odd, even)
	a.s("BSL", even, s, k)
	a.move(cos, even)
	a.s("BSL", odd, k, s)
	a.move(sin, odd)
	for first, of := range []vec{sin, cos} {
		a.db("ADD", t, q, uint64(first))
		a.shiftD("SHL", t, t, 62)
		a.db("AND", t, t, 1<<63)
		a.s("EOR", of, of, t)
	}
	a.done(q, t, square, even, odd, s, k)
}

// signed gives coefficients alternating signs, the first one that of first.
func signed(first float64, coefficients []float64) []float64 {
	for i := range coefficients {
		coefficients[i] *= first
		first = -first
	}
	return coefficients
}
