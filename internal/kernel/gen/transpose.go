package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// transpose8 generates the transpose of 8 rows: blocks of 8 x 8 are turned by
// interleaving pairs of rows, then pairs of pairs, then halves.
func transpose8() {
	TEXT("transpose8", NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride, blocks int)")
	Pragma("noescape")
	Doc("transpose8 writes 8 rows of src, 8*blocks long, as 8 columns of dst.")
	dst, dstStride, src, srcStride, blocks := load("dst"), load("dstStride"), load("src"), load("srcStride"), load("blocks")
	SHLQ(Imm(2), dstStride)
	SHLQ(Imm(2), srcStride)
	row := GP64()
	r, t := avx2.vecs(8), avx2.vecs(8)

	Label("block")
	MOVQ(src, row)
	for i := range r {
		VMOVUPS(at(row, 0), r[i])
		ADDQ(srcStride, row)
	}
	for i := 0; i < 8; i += 2 {
		VUNPCKLPS(r[i+1], r[i], t[i])
		VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		VUNPCKLPD(t[i+2], t[i], r[i])
		VUNPCKHPD(t[i+2], t[i], r[i+1])
		VUNPCKLPD(t[i+3], t[i+1], r[i+2])
		VUNPCKHPD(t[i+3], t[i+1], r[i+3])
	}
	for i := range 4 {
		VPERM2F128(Imm(0x20), r[i+4], r[i], t[i])
		VPERM2F128(Imm(0x31), r[i+4], r[i], t[i+4])
	}
	for i := range t {
		VMOVUPS(t[i], at(dst, 0))
		ADDQ(dstStride, dst)
	}
	ADDQ(Imm(32), src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
