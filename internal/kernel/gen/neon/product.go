package main

import "fmt"

// A register block is 12 rows by 8 columns: 24 sums leave 8 registers for the factors, and
// 8 columns divide the usual numbers of channels.
const (
	gatherRows    = 12
	gatherFewRows = 8
)

const gatherParams = "depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)"

func (a *asm) gather(name string, rows int) {
	a.function(name, "func(x, zero *float32, offsets *int, w *float32, taps, "+gatherParams,
		fmt.Sprintf("%s computes a block of %d rows and 8 columns of a product whose rows are gathered.", name, rows))
	a.gatherBlock(rows, false)
}

func (a *asm) gatherPacking() {
	a.function("gatherPackingNEON", "func(x, zero *float32, offsets *int, w, src *float32, stride, "+gatherParams,
		"gatherPackingNEON is gatherNEON for one tap, whose w it first sets to the rows of src.")
	a.gatherBlock(gatherRows, true)
}

// gatherBlock reads two depths of a row at a time, and multiplies two vectors of w by each.
func (a *asm) gatherBlock(rows int, packing bool) {
	acc := a.vecs(2 * rows)
	pointers := make([]gp, rows)
	for r := range pointers {
		pointers[r] = a.gp()
	}
	table, w, left, temporary := a.gp(), a.gp(), a.gp(), a.gp()

	a.line("MOVD %s, %v", a.params["y"], w)
	a.line("MOVD %s, %v", a.params["yOffsets"], table)
	a.line("MOVBU %s, %v", a.params["accumulate"], temporary)
	a.line("CBNZ %v, accumulate", temporary)
	a.line("MOVD %s, %v", a.params["bias"], temporary)
	a.getPair(acc[0], acc[1], temporary, 0)
	for i := 2; i < len(acc); i++ {
		a.move(acc[i], acc[i%2])
	}
	a.line("B start")
	a.line("accumulate:")
	rowOf := func(r int) {
		a.line("MOVD %d(%v), %v", 8*r, table, temporary)
		a.line("ADD %v<<2, %v, %v", temporary, w, temporary)
	}
	for r := range rows {
		rowOf(r)
		a.getPair(acc[2*r], acc[2*r+1], temporary, 0)
	}

	a.line("start:")
	x, zero, depth := a.load("x"), a.load("zero"), a.load("depth")
	a.line("MOVD %s, %v", a.params["offsets"], table)
	a.line("MOVD %s, %v", a.params["w"], w)
	var taps, src, stride gp
	if packing {
		src, stride = a.load("src"), a.stride("stride")
	} else {
		taps = a.load("taps")
		a.line("CBZ %v, store", taps)
	}
	a.line("tap:")
	for _, p := range pointers {
		a.line("MOVD.P 8(%v), %v", table, p)
		a.line("CMP $0, %v", p)
		a.line("ADD %v<<2, %v, %v", p, x, p)
		a.line("CSEL LT, %v, %v, %v", zero, p, p)
	}
	b, t := a.vecs(4), a.vecs(4)
	factors := func(v, w2 vec) {
		if !packing {
			a.takePair(v, w2, w)
			return
		}
		a.getPair(v, w2, src, 0)
		a.line("ADD %v, %v, %v", stride, src, src)
		a.putPair(v, w2, w, 0)
		a.next(32, w)
	}
	a.line("SUBS $2, %v, %v", depth, left)
	a.line("BLT odd")
	a.line("pairs:")
	factors(b[0], b[1])
	factors(b[2], b[3])
	for r, p := range pointers {
		a.take(double, t[r%4], p)
		for i, v := range b {
			a.multiplyAdd(acc[2*r+i%2], v, t[r%4], i/2)
		}
	}
	a.line("SUBS $2, %v, %v", left, left)
	a.line("BGE pairs")
	a.line("odd:")
	a.line("TBZ $0, %v, tapDone", depth)
	factors(b[0], b[1])
	for r, p := range pointers {
		a.take(single, t[r%4], p)
		for v := range 2 {
			a.multiplyAdd(acc[2*r+v], b[v], t[r%4], 0)
		}
	}
	a.line("tapDone:")
	if !packing {
		a.line("SUB $1, %v, %v", taps, taps)
		a.line("CBNZ %v, tap", taps)
	}

	a.line("store:")
	a.line("MOVD %s, %v", a.params["y"], w)
	a.line("MOVD %s, %v", a.params["yOffsets"], table)
	a.repeat(b[0], "floor")
	for r := range rows {
		rowOf(r)
		for _, v := range acc[2*r : 2*r+2] {
			a.s("FMAX", v, v, b[0]) // of a NaN and the floor the NaN
		}
		a.putPair(acc[2*r], acc[2*r+1], temporary, 0)
	}
	a.line("RET")
}

func (a *asm) outer(name string, rows int) {
	a.function(name, "func(a *float32, offsets *int, b *float32, bStride, pixels int, y *float32, yStride int, accumulate bool)",
		fmt.Sprintf("%s adds up outer products of %d by 8 numbers.", name, rows))
	acc := a.vecs(2 * rows)
	from, offsets, b, stride, pixels := a.load("a"), a.load("offsets"), a.load("b"), a.stride("bStride"), a.load("pixels")
	y, yStride, row := a.load("y"), a.stride("yStride"), a.gp()
	visit := func(f func(v, w vec, row gp, at int)) {
		a.line("MOVD %v, %v", y, row)
		for r := range rows {
			f(acc[2*r], acc[2*r+1], row, 0)
			a.line("ADD %v, %v, %v", yStride, row, row)
		}
	}
	for _, v := range acc {
		a.zero(v)
	}

	bv, av := a.vecs(2), a.vecs(rows/4)
	a.line("again:")
	a.line("MOVD.P 8(%v), %v", offsets, row)
	a.line("ADD %v<<2, %v, %v", row, from, row)
	a.getPair(bv[0], bv[1], b, 0)
	a.line("ADD %v, %v, %v", stride, b, b)
	for i, v := range av {
		a.get(quad, v, row, 16*i)
	}
	for r := range rows {
		for i, v := range bv {
			a.multiplyAdd(acc[2*r+i], v, av[r/4], r%4)
		}
	}
	a.line("SUB $1, %v, %v", pixels, pixels)
	a.line("CBNZ %v, again", pixels)
	a.line("MOVBU %s, %v", a.params["accumulate"], row)
	a.line("CBZ %v, overwrite", row)
	visit(func(v, w vec, row gp, at int) {
		a.getPair(bv[0], bv[1], row, at)
		a.s("FADD", v, v, bv[0])
		a.s("FADD", w, w, bv[1])
	})
	a.line("overwrite:")
	visit(a.putPair)
	a.line("RET")
}

func (a *asm) peak() {
	const chains = 12
	a.function("peakNEON", "func(n int)", fmt.Sprintf("peakNEON does n times %d fused multiply-adds on whole vectors.", chains))
	n, v := a.load("n"), a.vecs(chains)
	for _, v := range v {
		a.zero(v)
	}
	a.loop(n, func() {
		for _, v := range v {
			a.s("FMLA", v, v, v)
		}
	})
}

func (a *asm) pack() {
	a.function("packNEON", "func(dst, src *float32, stride, rows int)", "packNEON copies rows of 8 numbers that lie stride apart.")
	dst, src, stride, rows := a.load("dst"), a.load("src"), a.stride("stride"), a.load("rows")
	v, w := a.vec(), a.vec()
	a.loop(rows, func() {
		a.getPair(v, w, src, 0)
		a.line("ADD %v, %v, %v", stride, src, src)
		a.putPair(v, w, dst, 0)
		a.next(32, dst)
	})
}

func (a *asm) prefetch() {
	a.function("prefetch", "func(x *float32, stride, rows int)", "prefetch asks for rows of 32 numbers that will be needed soon.")
	x, stride, rows, second := a.load("x"), a.stride("stride"), a.load("rows"), a.gp()
	a.loop(rows, func() {
		a.line("ADD $64, %v, %v", x, second)
		a.line("PRFM (%v), PLDL2KEEP", x)
		a.line("PRFM (%v), PLDL2KEEP", second)
		a.line("ADD %v, %v, %v", stride, x, x)
	})
}

// transpose8 turns four blocks of 4 x 4 numbers at a time.
func (a *asm) transpose8() {
	a.function("transpose8", "func(dst *float32, dstStride int, src *float32, srcStride, blocks int)",
		"transpose8 writes 8 rows of src, 8*blocks long, as 8 columns of dst.")
	dst, dstStride, src, srcStride, blocks := a.load("dst"), a.stride("dstStride"), a.load("src"), a.stride("srcStride"), a.load("blocks")
	row := a.gp()
	r, t := a.vecs(16), a.vecs(4) // r[2*i+h] is half h of row i
	a.loop(blocks, func() {
		a.line("MOVD %v, %v", src, row)
		for i := range 8 {
			a.getPair(r[2*i], r[2*i+1], row, 0)
			a.line("ADD %v, %v, %v", srcStride, row, row)
		}
		for i := 0; i < 16; i += 8 {
			for h := range 2 {
				q := [4]vec{r[i+h], r[i+h+2], r[i+h+4], r[i+h+6]}
				for j := range 2 {
					a.s("ZIP1", t[2*j], q[j], q[j+2])
					a.s("ZIP2", t[2*j+1], q[j], q[j+2])
				}
				for j := range 2 {
					a.s("ZIP1", q[2*j], t[j], t[j+2])
					a.s("ZIP2", q[2*j+1], t[j], t[j+2])
				}
			}
		}
		for j := range 8 {
			first := 2*(j%4) + j/4
			a.putPair(r[first], r[first+8], dst, 0)
			a.line("ADD %v, %v, %v", dstStride, dst, dst)
		}
		a.next(32, src)
	})
}
