package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// columnProducts generates the sums, for two vectors of columns, of products of what two
// matrices are above their centres.
func (set isa) columnProducts() {
	TEXT("columnProducts"+set.name, NOSPLIT, "func(sums, a, b, aCentre, bCentre *float32, rows, stride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("columnProducts%s adds rows of (a - aCentre)(b - bCentre) to %d sums.", set.name, 2*set.lanes))
	sums, a, b, aCentre, bCentre := load("sums"), load("a"), load("b"), load("aCentre"), load("bCentre")
	rows, stride := load("rows"), load("stride")
	SHLQ(Imm(2), stride)
	acc, ac, bc, s, t := set.vecs(2), set.vecs(2), set.vecs(2), set.vecs(2), set.vecs(2)
	for v := range acc {
		VMOVUPS(at(sums, v*set.lanes), acc[v])
		VMOVUPS(at(aCentre, v*set.lanes), ac[v])
		VMOVUPS(at(bCentre, v*set.lanes), bc[v])
	}
	Label("again")
	for v := range acc {
		VMOVUPS(at(a, v*set.lanes), s[v])
		VMOVUPS(at(b, v*set.lanes), t[v])
		VSUBPS(ac[v], s[v], s[v])
		VSUBPS(bc[v], t[v], t[v])
		VFMADD231PS(s[v], t[v], acc[v])
	}
	ADDQ(stride, a)
	ADDQ(stride, b)
	DECQ(rows)
	JNZ(LabelRef("again"))
	for v := range acc {
		VMOVUPS(acc[v], at(sums, v*set.lanes))
	}
	VZEROUPPER()
	RET()
}

// columnAffine generates two vectors of columns of y = scale (x - centre) + share dy + shift.
func (set isa) columnAffine() {
	TEXT("columnAffine"+set.name, NOSPLIT, "func(y, x, dy, centre, scale, share, shift *float32, rows, stride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("columnAffine%s sets %d columns of y to scale (x - centre) + share dy + shift.", set.name, 2*set.lanes))
	y, x, dy := load("y"), load("x"), load("dy")
	constants := [4]string{"centre", "scale", "share", "shift"}
	var c [4][2]Op
	for i, name := range constants {
		from := load(name)
		for v := range c[i] {
			r := set.vec()
			VMOVUPS(at(from, v*set.lanes), r)
			c[i][v] = r
		}
	}
	rows, stride := load("rows"), load("stride")
	SHLQ(Imm(2), stride)
	s, t := set.vecs(2), set.vecs(2)
	Label("again")
	for v := range t {
		VMOVUPS(at(x, v*set.lanes), s[v])
		VMOVAPS(c[3][v], t[v])
		VSUBPS(c[0][v], s[v], s[v])
		VFMADD231PS(at(dy, v*set.lanes), c[2][v], t[v])
		VFMADD231PS(s[v], c[1][v], t[v])
		VMOVUPS(t[v], at(y, v*set.lanes))
	}
	ADDQ(stride, y)
	ADDQ(stride, x)
	ADDQ(stride, dy)
	DECQ(rows)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// addRows generates the sum of two matrices, two vectors wide.
func (set isa) addRows() {
	TEXT("addRows"+set.name, NOSPLIT, "func(y *float32, yStride int, x *float32, xStride, rows int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("addRows%s adds rows of %d numbers of x to those of y.", set.name, 2*set.lanes))
	y, yStride, x, xStride, rows := load("y"), load("yStride"), load("x"), load("xStride"), load("rows")
	v := set.vecs(2)
	Label("again")
	for i := range v {
		VMOVUPS(at(x, i*set.lanes), v[i])
		VADDPS(at(y, i*set.lanes), v[i], v[i])
		VMOVUPS(v[i], at(y, i*set.lanes))
	}
	LEAQ(Mem{Base: y, Index: yStride, Scale: 4}, y)
	LEAQ(Mem{Base: x, Index: xStride, Scale: 4}, x)
	DECQ(rows)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}
