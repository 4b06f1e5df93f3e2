package main

import (
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
