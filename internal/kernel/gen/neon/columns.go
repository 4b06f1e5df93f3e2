package main

// columnSums adds up two vectors of columns, with the gradient of ReLU on the way if y is
// not nil.
func (a *asm) columnSums() {
	a.function("columnSumsNEON", "func(sums, dy, y *float32, rows, stride int)",
		"columnSumsNEON adds rows of dy to 8 sums. If y is not nil, it first sets dy to 0 where y <= 0.")
	sums, dy, y, rows, stride := a.load("sums"), a.load("dy"), a.load("y"), a.load("rows"), a.stride("stride")
	acc, t, mask := a.vecs(2), a.vecs(2), a.vecs(2)
	a.getPair(acc[0], acc[1], sums, 0)
	a.line("again:")
	a.getPair(t[0], t[1], dy, 0)
	a.line("CBZ %v, add", y)
	a.getPair(mask[0], mask[1], y, 0)
	for i := range mask {
		a.s("FCMLE0", mask[i], mask[i])
		a.s("BIC", t[i], t[i], mask[i])
	}
	a.putPair(t[0], t[1], dy, 0)
	a.line("ADD %v, %v, %v", stride, y, y)
	a.line("add:")
	for i := range acc {
		a.s("FADD", acc[i], acc[i], t[i])
	}
	a.line("ADD %v, %v, %v", stride, dy, dy)
	a.line("SUB $1, %v, %v", rows, rows)
	a.line("CBNZ %v, again", rows)
	a.putPair(acc[0], acc[1], sums, 0)
	a.line("RET")
}

// columnProducts adds up, for two vectors of columns, products of what two matrices are
// above their centres.
func (a *asm) columnProducts() {
	a.function("columnProductsNEON", "func(sums, a, b, aCentre, bCentre *float32, rows, stride int)",
		"columnProductsNEON adds rows of (a - aCentre)(b - bCentre) to 8 sums.")
	p := a.loads("sums", "a", "b", "aCentre", "bCentre", "rows")
	stride := a.stride("stride")
	acc, ac, bc, s, t := a.vecs(2), a.vecs(2), a.vecs(2), a.vecs(2), a.vecs(2)
	a.getPair(acc[0], acc[1], p[0], 0)
	a.getPair(ac[0], ac[1], p[3], 0)
	a.getPair(bc[0], bc[1], p[4], 0)
	a.line("again:")
	a.getPair(s[0], s[1], p[1], 0)
	a.getPair(t[0], t[1], p[2], 0)
	for i := range acc {
		a.s("FSUB", s[i], s[i], ac[i])
		a.s("FSUB", t[i], t[i], bc[i])
		a.s("FMLA", acc[i], s[i], t[i])
	}
	a.line("ADD %v, %v, %v", stride, p[1], p[1])
	a.line("ADD %v, %v, %v", stride, p[2], p[2])
	a.line("SUB $1, %v, %v", p[5], p[5])
	a.line("CBNZ %v, again", p[5])
	a.putPair(acc[0], acc[1], p[0], 0)
	a.line("RET")
}

// columnAffine sets two vectors of columns of y to scale (x - centre) + share dy + shift.
func (a *asm) columnAffine() {
	a.function("columnAffineNEON", "func(y, x, dy, centre, scale, share, shift *float32, rows, stride int)",
		"columnAffineNEON sets 8 columns of y to scale (x - centre) + share dy + shift.")
	p := a.loads("y", "x", "dy", "centre", "scale", "share", "shift", "rows")
	stride := a.stride("stride")
	var c [4][]vec
	for i := range c {
		c[i] = a.vecs(2)
		a.getPair(c[i][0], c[i][1], p[3+i], 0)
	}
	centre, scale, share, shift := c[0], c[1], c[2], c[3]
	x, dy, y := a.vecs(2), a.vecs(2), a.vecs(2)
	a.loop(p[7], func() {
		a.getPair(x[0], x[1], p[1], 0)
		a.getPair(dy[0], dy[1], p[2], 0)
		for i := range y {
			a.s("FSUB", x[i], x[i], centre[i])
			a.move(y[i], shift[i])
			a.s("FMLA", y[i], share[i], dy[i])
			a.s("FMLA", y[i], scale[i], x[i])
		}
		a.putPair(y[0], y[1], p[0], 0)
		for _, pointer := range p[:3] {
			a.line("ADD %v, %v, %v", stride, pointer, pointer)
		}
	})
}

// addRows adds two matrices, two vectors wide.
func (a *asm) addRows() {
	a.function("addRowsNEON", "func(y *float32, yStride int, x *float32, xStride, rows int)",
		"addRowsNEON adds rows of 8 numbers of x to those of y.")
	y, yStride, x, xStride, rows := a.load("y"), a.stride("yStride"), a.load("x"), a.stride("xStride"), a.load("rows")
	sum, v := a.vecs(2), a.vecs(2)
	a.loop(rows, func() {
		a.getPair(sum[0], sum[1], y, 0)
		a.getPair(v[0], v[1], x, 0)
		for i := range sum {
			a.s("FADD", sum[i], sum[i], v[i])
		}
		a.putPair(sum[0], sum[1], y, 0)
		a.line("ADD %v, %v, %v", yStride, y, y)
		a.line("ADD %v, %v, %v", xStride, x, x)
	})
}
