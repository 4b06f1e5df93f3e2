package main

import (
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The instructions of AVX512_BF16 have no name in Go's assembler. They are generated under
// their own, and written as numbers at last (encode): the prefix and the opcode of each.
var unnamed = map[string]struct{ prefix, opcode uint32 }{
	"VDPBF16PS":      {0b10, 0x52},
	"VCVTNE2PS2BF16": {0b11, 0x72},
}

// emit adds an instruction of that name with three vectors of 512 bits.
func emit(name string, x, y, z reg.VecVirtual, inputs ...Op) {
	Instruction(&ir.Instruction{Opcode: name, Operands: []Op{x, y, z}, Inputs: inputs, Outputs: []Op{z}})
}

// dot adds the products of pairs of bfloat16 to acc: first that of the odd numbers.
func dot(x, y, acc reg.VecVirtual) { emit("VDPBF16PS", x, y, acc, x, y, acc) }

// round sets pairs to x and y, which follows it, rounded to bfloat16, the nearest and of two the even one.
func round(x, y, pairs reg.VecVirtual) { emit("VCVTNE2PS2BF16", x, y, pairs, x, y) }

// pairColumns generates dst[2i], dst[2i+1] = x[2i], x[2i+1] as bfloat16.
func (set isa) pairColumns() {
	TEXT("pairColumns"+set.name, NOSPLIT, "func(dst, x *float32, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("pairColumns%s rounds 2*%d numbers of x at a time to a vector of dst.", set.name, set.lanes))
	dst, src, vectors := load("dst"), load("x"), load("vectors")
	x := set.vecs(2)
	Label("again")
	for i := range x {
		VMOVUPS(at(src, i*set.lanes), x[i])
	}
	round(x[0], x[1], x[0])
	VMOVUPS(x[0], at(dst, 0))
	set.next(dst, src, src)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// pairRows generates dst[2i], dst[2i+1] = x[i], y[i] as bfloat16.
func (set isa) pairRows() {
	TEXT("pairRows"+set.name, NOSPLIT, "func(dst, x, y *float32, vectors int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("pairRows%s rounds vectors of %d numbers of x and y to one of pairs.", set.name, set.lanes))
	dst, xs, ys, vectors := load("dst"), load("x"), load("y"), load("vectors")
	x, y, high := set.vec(), set.vec(), YMM()
	Label("again")
	VMOVUPS(at(xs, 0), x)
	VMOVUPS(at(ys, 0), y)
	round(x, y, x)
	VEXTRACTI64X4(Imm(1), x, high)
	VPMOVZXWD(x.AsY(), x)
	VPMOVZXWD(high, y)
	VPSLLD(Imm(16), y, y)
	VPORD(x, y, x)
	VMOVUPS(x, at(dst, 0))
	set.next(dst, xs, ys)
	DECQ(vectors)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

var line = regexp.MustCompile(`(?m)^\t(` + strings.Join(slices.Sorted(maps.Keys(unnamed)), "|") + `)\s+Z(\d+), Z(\d+), Z(\d+)$`)

// encode writes the unnamed instructions of a file as numbers (Intel SDM, volume 2, 2.7:
// EVEX, vectors of 512 bits, opcode map 0F38).
func encode(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	text = line.ReplaceAllFunc(text, func(found []byte) []byte {
		m := line.FindStringSubmatch(string(found))
		var z [3]uint32
		for i := range z {
			n, _ := strconv.Atoi(m[2+i])
			z[i] = uint32(n)
		}
		op := unnamed[m[1]]
		not := func(register uint32, bit int) uint32 { return ^register >> bit & 1 }
		p0 := not(z[2], 3)<<7 | not(z[0], 4)<<6 | not(z[0], 3)<<5 | not(z[2], 4)<<4 | 0b0010
		p1 := ^z[1]&15<<3 | 1<<2 | op.prefix
		p2 := uint32(0b10<<5) | not(z[1], 4)<<3
		return fmt.Appendf(nil, "\tLONG $0x%08x\n\tWORD $0x%04x // %s Z%d, Z%d, Z%d", 0x62|p0<<8|p1<<16|p2<<24, op.opcode|(0xc0|z[2]&7<<3|z[0]&7)<<8, m[1], z[0], z[1], z[2])
	})
	if err := os.WriteFile(path, text, 0o644); err != nil {
		log.Fatal(err)
	}
}
