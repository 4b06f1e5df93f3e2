package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// prefetch generates hints that bring memory into the second-level cache.
func prefetch() {
	TEXT("prefetch", NOSPLIT, "func(x *float32, lines int)")
	Pragma("noescape")
	Doc("prefetch asks for cache lines of 64 bytes that will be needed soon.")
	x, lines := load("x"), load("lines")
	Label("again")
	PREFETCHT1(at(x, 0))
	ADDQ(Imm(64), x)
	DECQ(lines)
	JNZ(LabelRef("again"))
	RET()
}
