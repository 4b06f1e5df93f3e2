package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// products generates the register blocks.
func (set isa) products() {
	set.gather("gather", set.gatherRows)
	set.gather("gatherFew", set.gatherRows*2/3)
	set.gatherPacking()
	set.outer("outer", set.outerRows)
	set.outer("outerFew", 4)
	set.peak()
}

// gather generates the block product of a convolution:
//
//	y[r] = max(floor, init + sum over taps t and depth d of x[offsets[t][r]+d] * w[t][d])
//
// for a block of rows r, each two vectors wide. Every row of every tap has a
// pointer of its own, so an image is read where it lies; an offset below zero
// stands for the zeros outside of it. init is the bias or, if accumulate is
// set, y itself.
//
// The row pointers stand at the end of their rows and share one index that
// counts up to zero. With them all general-purpose registers are in use, so the
// rest lives on the stack.
func (set isa) gather(name string, rows int) {
	TEXT(name+set.name, NOSPLIT, "func(x, zero *float32, offsets *int, w *float32, taps, depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s computes a block of %d rows and %d columns of a product whose rows are gathered.", name, set.name, rows, 2*set.lanes))
	set.gatherBlock(rows, false)
}

// gatherPacking generates gather for one tap whose w is not packed yet: it reads
// the rows of src, stride apart, and leaves them in w while they are at hand.
func (set isa) gatherPacking() {
	TEXT("gatherPacking"+set.name, NOSPLIT, "func(x, zero *float32, offsets *int, w, src *float32, stride, depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("gatherPacking%s is gather%s for one tap, whose w it first sets to the rows of src.", set.name, set.name))
	set.gatherBlock(set.gatherRows, true)
}

func (set isa) gatherBlock(rows int, packing bool) {
	const unroll = 4
	width := 2 * set.lanes
	locals := AllocLocal(24)
	rowsEnd, zeroEnd, left := locals, locals.Offset(8), locals.Offset(16)

	acc := set.vecs(2 * rows)
	pointers := make([]reg.GPVirtual, rows)
	for r := range pointers {
		pointers[r] = GP64()
	}
	table, w, index := GP64(), GP64(), GP64()

	// Start from the bias or from y.
	Load(Param("y"), w)
	Load(Param("yOffsets"), table)
	Load(Param("accumulate"), index.As8())
	TESTB(index.As8(), index.As8())
	JNZ(LabelRef("accumulate"))
	Load(Param("bias"), index)
	for v := range 2 {
		VMOVUPS(at(index, v*set.lanes), acc[v])
	}
	for i := 2; i < len(acc); i++ {
		VMOVAPS(acc[i%2], acc[i])
	}
	JMP(LabelRef("start"))
	Label("accumulate")
	for r := range rows {
		MOVQ(Mem{Base: table, Disp: 8 * r}, index)
		for v := range 2 {
			VMOVUPS(Mem{Base: w, Index: index, Scale: 4, Disp: v * set.bytes()}, acc[2*r+v])
		}
	}

	Label("start")
	for _, end := range []struct {
		param string
		local Mem
	}{{"x", rowsEnd}, {"zero", zeroEnd}} {
		Load(Param(end.param), index)
		Load(Param("depth"), table)
		LEAQ(Mem{Base: index, Index: table, Scale: 4}, index)
		MOVQ(index, end.local)
	}
	Load(Param("offsets"), table)
	Load(Param("w"), w)
	if packing {
		Load(Param("stride"), index)
		SHLQ(Imm(2), index)
	} else {
		Load(Param("taps"), index)
	}
	MOVQ(index, left) // the taps left, or the stride in bytes
	TESTQ(index, index)
	JZ(LabelRef("store"))

	Label("tap")
	MOVQ(rowsEnd, index)
	for r, p := range pointers {
		MOVQ(Mem{Base: table, Disp: 8 * r}, p)
		TESTQ(p, p)
		LEAQ(Mem{Base: index, Index: p, Scale: 4}, p)
		CMOVQLT(zeroEnd, p)
	}
	if packing {
		Load(Param("src"), table) // the offsets are read
	} else {
		ADDQ(Imm(uint64(8*rows)), table)
	}
	Load(Param("depth"), index)
	NEGQ(index)
	b, a := set.vecs(2), set.vecs(2)
	multiply := func(u int) {
		for v := range b {
			if packing {
				VMOVUPS(at(table, v*set.lanes), b[v])
				VMOVUPS(b[v], at(w, u*width+v*set.lanes))
			} else {
				VMOVUPS(at(w, u*width+v*set.lanes), b[v])
			}
		}
		if packing {
			ADDQ(left, table)
		}
		for r, p := range pointers {
			VBROADCASTSS(Mem{Base: p, Index: index, Scale: 4, Disp: 4 * u}, a[r%2])
			for v := range b {
				set.multiply(b[v], a[r%2], acc[2*r+v])
			}
		}
	}
	CMPQ(index, I32(-unroll))
	JG(LabelRef("single"))
	Label("unrolled")
	for u := range unroll {
		multiply(u)
	}
	ADDQ(I32(4*unroll*width), w)
	ADDQ(Imm(unroll), index)
	CMPQ(index, I32(-unroll))
	JLE(LabelRef("unrolled"))
	TESTQ(index, index)
	JZ(LabelRef("tapDone"))
	Label("single")
	multiply(0)
	ADDQ(I32(int32(4*width)), w)
	INCQ(index)
	JNZ(LabelRef("single"))
	Label("tapDone")
	if !packing {
		DECQ(left)
		JNZ(LabelRef("tap"))
	}

	Label("store")
	Load(Param("y"), w)
	Load(Param("yOffsets"), table)
	floor := b[0]
	VBROADCASTSS(param("floor"), floor)
	for r := range rows {
		MOVQ(Mem{Base: table, Disp: 8 * r}, index)
		for v := range 2 {
			VMAXPS(acc[2*r+v], floor, acc[2*r+v]) // of a NaN and the floor the NaN
			VMOVUPS(acc[2*r+v], Mem{Base: w, Index: index, Scale: 4, Disp: v * set.bytes()})
		}
	}
	VZEROUPPER()
	RET()
}

// outer generates the block product of a gradient of weights:
//
//	y[r] += sum over pixels p of a[offsets[p]+r] * b[p]
//
// for a block of rows r, each two vectors wide: a sum of outer products, whose
// factors lie contiguous for each pixel.
func (set isa) outer(name string, rows int) {
	width := 2 * set.lanes
	TEXT(name+set.name, NOSPLIT, "func(a *float32, offsets *int, b *float32, bStride, pixels int, y *float32, yStride int, accumulate bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s%s adds up outer products of %d by %d numbers.", name, set.name, rows, width))
	a, offsets, b, stride, pixels := load("a"), load("offsets"), load("b"), load("bStride"), load("pixels")
	SHLQ(Imm(2), stride)
	acc := set.vecs(2 * rows)
	visit := func(f func(row reg.Register, r int)) {
		y, yStride := load("y"), load("yStride")
		for r := range rows {
			f(y, r)
			LEAQ(Mem{Base: y, Index: yStride, Scale: 4}, y)
		}
	}
	for _, v := range acc {
		zero(v)
	}

	bv, av, p := set.vecs(2), set.vecs(2), GP64()
	multiply := func(u int) {
		MOVQ(Mem{Base: offsets, Disp: 8 * u}, p)
		for v := range bv {
			VMOVUPS(at(b, v*set.lanes), bv[v])
		}
		for r := range rows {
			VBROADCASTSS(Mem{Base: a, Index: p, Scale: 4, Disp: 4 * r}, av[r%2])
			for v := range bv {
				set.multiply(bv[v], av[r%2], acc[2*r+v])
			}
		}
		ADDQ(stride, b)
	}
	const unroll = 4
	SUBQ(Imm(unroll), pixels)
	JL(LabelRef("rest"))
	Label("unrolled")
	for u := range unroll {
		multiply(u)
	}
	ADDQ(Imm(8*unroll), offsets)
	SUBQ(Imm(unroll), pixels)
	JGE(LabelRef("unrolled"))
	Label("rest")
	ADDQ(Imm(unroll), pixels)
	JZ(LabelRef("store"))
	Label("single")
	multiply(0)
	ADDQ(Imm(8), offsets)
	DECQ(pixels)
	JNZ(LabelRef("single"))

	Label("store")
	accumulate := GP8()
	Load(Param("accumulate"), accumulate)
	TESTB(accumulate, accumulate)
	JZ(LabelRef("overwrite"))
	visit(func(row reg.Register, r int) {
		for v := range 2 {
			VADDPS(at(row, v*set.lanes), acc[2*r+v], acc[2*r+v])
		}
	})
	Label("overwrite")
	visit(func(row reg.Register, r int) {
		for v := range 2 {
			VMOVUPS(acc[2*r+v], at(row, v*set.lanes))
		}
	})
	VZEROUPPER()
	RET()
}

// peak generates a loop of multiply-adds between registers, as many as
// hide their latency: what benchmarks compare with.
func (set isa) peak() {
	const chains = 12
	TEXT("peak"+set.name, NOSPLIT, "func(n int)")
	Doc(fmt.Sprintf("peak%s does n times %d multiply-adds on whole vectors.", set.name, chains))
	n := load("n")
	v := set.vecs(chains)
	for i := range v {
		zero(v[i])
	}
	Label("again")
	for i := range v {
		set.multiply(v[i], v[i], v[i])
	}
	DECQ(n)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}
