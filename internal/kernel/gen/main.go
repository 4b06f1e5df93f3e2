// Command gen writes the assembly of package kernel with avo, once for AVX2 with
// FMA and once for AVX-512, from one description, and products of bfloat16. Run it by go generate.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set with the register blocks that fill its registers.
type isa struct {
	name       string
	lanes      int // float32 values in a vector
	gatherRows int // rows of the gather kernel's block; it is 2 vectors wide
	outerRows  int // rows of the outer kernel's block; it is 2 vectors wide
	vec        func() reg.VecVirtual
	multiply   func(x, y, acc reg.VecVirtual) // adds a product to acc
}

var (
	avx2     = isa{"AVX2", 8, 6, 6, YMM, fma}
	avx512   = isa{"AVX512", 16, 12, 8, ZMM, fma}
	bfloat16 = isa{"BFloat16", 16, 12, 8, ZMM, dot}
)

func main() {
	ConstraintExpr("amd64")
	c := newConstants()
	for _, set := range []isa{avx2, avx512} {
		set.products()
		set.pack()
		set.addRows()
		set.columnSums()
		set.columnProducts()
		set.columnAffine()
		set.adam()
		set.toward()
		set.scale()
		set.elementwise("exp", "e^x", func(x, y reg.VecVirtual) { set.exp(c, x, y) })
		set.elementwise("sigmoid", "1/(1+e^-x)", func(x, y reg.VecVirtual) { set.sigmoidOf(c, x, y, set.vec()) })
		set.elementwise("tanh", "tanh(x)", func(x, y reg.VecVirtual) { set.tanh(c, x, y) })
		set.elementwise("tanhGradient", "dst (1-x^2)", func(x, y reg.VecVirtual) { set.tanhGradient(c, x, y) })
		set.elementwise("silu", "x/(1+e^-x)", func(x, y reg.VecVirtual) { set.silu(c, x, y) })
		set.elementwise("siluGradient", "dst times the derivative of x/(1+e^-x)", func(x, y reg.VecVirtual) { set.siluGradient(c, x, y) })
		set.leakyReLU()
		set.pixels(c)
		set.bernoulli(c)
		set.gaussian(c)
		set.logistic(c)
		set.sample(c)
		set.sampleGradient(c)
		set.normal(c)
	}
	transpose8()
	prefetch()
	bfloat16.products()
	bfloat16.pairColumns()
	bfloat16.pairRows()
	c.define()
	Generate()
	encode(flag.Lookup("out").Value.String())
}

// fma adds the products of numbers to acc.
func fma(x, y, acc reg.VecVirtual) { VFMADD231PS(x, y, acc) }

// bytes is the size of a vector.
func (set isa) bytes() int { return 4 * set.lanes }

// vecs returns n vector registers.
func (set isa) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = set.vec()
	}
	return v
}

// zero sets a vector to zeros.
func zero(v reg.VecVirtual) {
	x := v.AsX()
	VXORPS(x, x, x) // the upper lanes are cleared too
}

// load loads a parameter into a general-purpose register.
func load(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// at is the memory at a register, i float32 values on.
func at(base reg.Register, i int) Mem { return Mem{Base: base, Disp: 4 * i} }
