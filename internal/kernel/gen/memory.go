package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// prefetch generates hints that bring memory into the second-level cache.
func prefetch() {
	TEXT("prefetch", NOSPLIT, "func(x *float32, stride, rows int)")
	Pragma("noescape")
	Doc("prefetch asks for rows of two cache lines, 32 numbers, that will be needed soon.")
	x, stride, rows := load("x"), load("stride"), load("rows")
	Label("again")
	PREFETCHT1(at(x, 0))
	PREFETCHT1(at(x, 16))
	LEAQ(Mem{Base: x, Index: stride, Scale: 4}, x)
	DECQ(rows)
	JNZ(LabelRef("again"))
	RET()
}

// pack generates the copy of a panel, two vectors wide, into contiguous memory.
func (set isa) pack() {
	TEXT("pack"+set.name, NOSPLIT, "func(dst, src *float32, stride, rows int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("pack%s copies rows of %d numbers that lie stride apart.", set.name, 2*set.lanes))
	dst, src, stride, rows := load("dst"), load("src"), load("stride"), load("rows")
	v := set.vecs(2)
	Label("again")
	for i := range v {
		VMOVUPS(at(src, i*set.lanes), v[i])
		VMOVUPS(v[i], at(dst, i*set.lanes))
	}
	LEAQ(Mem{Base: src, Index: stride, Scale: 4}, src)
	ADDQ(Imm(uint64(2*set.bytes())), dst)
	DECQ(rows)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}
