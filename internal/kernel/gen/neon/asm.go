package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"math"
	"slices"
	"strings"
)

// asm writes functions in Go's assembly. Vector instructions go in as words, with their
// names in Arm's manual (DDI 0487) beside them: Go's assembler lacks many.
type asm struct {
	code, stubs strings.Builder
	literals    []uint64

	name   string            // of the function
	params map[string]string // where its parameters and results are, "x+8(FP)"
	gps    int               // registers in use
	free   []vec
}

type (
	vec int // V0 to V31
	gp  int // R0 to R25
)

func (r gp) String() string { return fmt.Sprint("R", int(r)) }

// constantsBase holds the address of the constants, where a function has any.
const constantsBase gp = 25

// function begins a function.
func (a *asm) function(name, signature, doc string) {
	a.name, a.params, a.gps, a.free = name, map[string]string{}, 0, nil
	for v := range 32 {
		a.free = append(a.free, vec(v))
	}
	expr, err := parser.ParseExpr(signature)
	if err != nil {
		panic(err)
	}
	f := expr.(*ast.FuncType)
	at := 0
	place := func(list *ast.FieldList) {
		for _, field := range list.List {
			size, ok := map[string]int{"float32": 4, "bool": 1}[types.ExprString(field.Type)]
			if !ok {
				size = 8
			}
			names := field.Names
			if names == nil {
				names = []*ast.Ident{{Name: "ret"}}
			}
			for _, name := range names {
				at = (at + size - 1) / size * size
				a.params[name.Name] = fmt.Sprintf("%s+%d(FP)", name.Name, at)
				at += size
			}
		}
	}
	place(f.Params)
	if f.Results != nil {
		at = (at + 7) / 8 * 8
		place(f.Results)
	}
	fmt.Fprintf(&a.stubs, "\n// %s\n", doc)
	if strings.Contains(signature, "*") {
		a.stubs.WriteString("//\n//go:noescape\n")
	}
	fmt.Fprintf(&a.stubs, "func %s%s\n", name, strings.TrimPrefix(signature, "func"))
	fmt.Fprintf(&a.code, "\n// func %s%s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", name, strings.TrimPrefix(signature, "func"), name, at)
}

// line writes an instruction that Go's assembler knows, or a label.
func (a *asm) line(format string, args ...any) {
	if !strings.HasSuffix(format, ":") {
		format = "\t" + format
	}
	fmt.Fprintf(&a.code, format+"\n", args...)
}

// gp returns an unused general-purpose register.
func (a *asm) gp() gp {
	r := gp(a.gps)
	if a.gps++; a.gps == 18 { // the platform's
		a.gps++
	}
	if r >= constantsBase {
		panic(a.name + ": no register is left")
	}
	return r
}

// load loads a parameter, loads some of them.
func (a *asm) load(name string) gp {
	r := a.gp()
	a.line("MOVD %s, %v", a.params[name], r)
	return r
}

func (a *asm) loads(names ...string) []gp {
	var r []gp
	for _, name := range names {
		r = append(r, a.load(name))
	}
	return r
}

// stride loads a parameter that counts numbers, as bytes.
func (a *asm) stride(name string) gp {
	r := a.load(name)
	a.line("LSL $2, %v, %v", r, r)
	return r
}

// loop writes a loop of so many turns, at least 1.
func (a *asm) loop(turns gp, body func()) {
	a.line("again:")
	body()
	a.line("SUB $1, %v, %v", turns, turns)
	a.line("CBNZ %v, again", turns)
	a.line("RET")
}

// next moves pointers on.
func (a *asm) next(bytes int, pointers ...gp) {
	for _, p := range pointers {
		a.line("ADD $%d, %v, %v", bytes, p, p)
	}
}

// vec returns an unused vector register, vecs some of them. done gives them back.
func (a *asm) vec() vec {
	if len(a.free) == 0 {
		panic(a.name + ": no vector register is left")
	}
	v := a.free[0]
	a.free = a.free[1:]
	return v
}

func (a *asm) vecs(n int) []vec {
	v := make([]vec, n)
	for i := range v {
		v[i] = a.vec()
	}
	return v
}

func (a *asm) done(v ...vec) { a.free = append(a.free, v...) }

func (a *asm) word(code uint32, format string, args ...any) {
	a.line("WORD $0x%08X // %s", code, fmt.Sprintf(format, args...))
}

// Instructions on vectors, as on four float32 numbers; on two float64 numbers bit 22 is
// set, where the instruction depends on that.
var (
	operations = map[string]uint32{
		"FADD": 0x4E20D400, "FSUB": 0x4EA0D400, "FMUL": 0x6E20DC00, "FDIV": 0x6E20FC00,
		"FMLA": 0x4E20CC00, "FMLS": 0x4EA0CC00, "FMAX": 0x4E20F400, "FMIN": 0x4EA0F400,
		"ADD": 0x4EA08400, "SUB": 0x6EA08400,
		"ZIP1": 0x4E803800, "ZIP2": 0x4E807800,
		"FSQRT": 0x6EA1F800, "FNEG": 0x6EA0F800, "UCVTF": 0x6E21D800,
		"FCMGT0": 0x4EA0C800, "FCMLE0": 0x6EA0D800,
	}
	bitwise = map[string]uint32{
		"AND": 0x4E201C00, "BIC": 0x4E601C00, "ORR": 0x4EA01C00, "EOR": 0x6E201C00, "BSL": 0x6E601C00,
	}
	shifts      = map[string]uint32{"SHL": 0x4F005400, "SSHR": 0x4F000400, "USHR": 0x6F000400}
	conversions = map[string]struct {
		code     uint32
		from, to string
	}{
		"FCVTL": {0x0E617800, "2S", "2D"}, "FCVTL2": {0x4E617800, "4S", "2D"}, "FCVTN": {0x0E616800, "2D", "2S"},
		"XTN": {0x0EA12800, "2D", "2S"}, "UXTL8": {0x2F08A400, "8B", "8H"}, "UXTL16": {0x2F10A400, "4H", "4S"},
	}
)

// s writes an instruction on float32 numbers, or whole registers: to, from. d writes it on
// float64 numbers.
func (a *asm) s(name string, to vec, from ...vec) { a.vector(name, "4S", 0, to, from) }
func (a *asm) d(name string, to vec, from ...vec) { a.vector(name, "2D", 1<<22, to, from) }

func (a *asm) vector(name, lanes string, wide uint32, to vec, from []vec) {
	code, ok := operations[name]
	if ok {
		code |= wide
	} else if code, ok = bitwise[name]; ok {
		lanes = "16B"
	} else {
		panic("no instruction " + name)
	}
	text := fmt.Sprintf("%s V%d.%s", strings.TrimSuffix(name, "0"), to, lanes)
	for i, v := range from {
		code |= uint32(v) << [2]int{5, 16}[i]
		text += fmt.Sprintf(", V%d.%s", v, lanes)
	}
	if strings.HasSuffix(name, "0") {
		text += ", #0.0"
	}
	a.word(code|uint32(to), "%s", text)
}

// shiftS and shiftD shift numbers of 32 and 64 bits.
func (a *asm) shiftS(name string, to, from vec, by int) { a.shift(name, "4S", 32, to, from, by) }
func (a *asm) shiftD(name string, to, from vec, by int) { a.shift(name, "2D", 64, to, from, by) }

func (a *asm) shift(name, lanes string, bits int, to, from vec, by int) {
	coded := bits + by
	if name != "SHL" {
		coded = 2*bits - by
	}
	a.word(shifts[name]|uint32(coded)<<16|uint32(from)<<5|uint32(to), "%s V%d.%s, V%d.%s, #%d", name, to, lanes, from, lanes, by)
}

// convert changes the width of numbers.
func (a *asm) convert(name string, to, from vec) {
	c := conversions[name]
	a.word(c.code|uint32(from)<<5|uint32(to), "%s V%d.%s, V%d.%s", strings.TrimRight(name, "168"), to, c.to, from, c.from)
}

// multiplyWords multiplies the lower two numbers of 32 bits.
func (a *asm) multiplyWords(to, x, y vec) {
	a.word(0x2EA0C000|uint32(y)<<16|uint32(x)<<5|uint32(to), "UMULL V%d.2D, V%d.2S, V%d.2S", to, x, y)
}

// multiplyAdd adds x times the number i of y.
func (a *asm) multiplyAdd(sum, x, y vec, i int) {
	code := 0x4F801000 | uint32(i&1)<<21 | uint32(i>>1)<<11
	a.word(code|uint32(y)<<16|uint32(x)<<5|uint32(sum), "FMLA V%d.4S, V%d.4S, V%d.S[%d]", sum, x, y, i)
}

func (a *asm) move(to, from vec) {
	if to != from {
		a.s("ORR", to, from, from)
	}
}

func (a *asm) zero(v vec) { a.s("EOR", v, v, v) }

// Widths of memory accesses.
type width struct {
	letter       string
	bytes        int
	offset, post uint32 // instructions that load
}

var (
	quad   = width{"Q", 16, 0x3DC00000, 0x3CC00400}
	double = width{"D", 8, 0xFD400000, 0xFC400400}
	single = width{"S", 4, 0xBD400000, 0xBC400400}
)

const isLoad = 1 << 22 // the bit that tells them from stores

// get loads a register from bytes behind an address, put stores it.
func (a *asm) get(w width, v vec, base gp, at int) {
	a.word(w.offset|uint32(at/w.bytes)<<10|uint32(base)<<5|uint32(v), "LDR %s%d, [X%d, #%d]", w.letter, v, base, at)
}

func (a *asm) put(w width, v vec, base gp, at int) {
	a.word(w.offset&^isLoad|uint32(at/w.bytes)<<10|uint32(base)<<5|uint32(v), "STR %s%d, [X%d, #%d]", w.letter, v, base, at)
}

// take loads a register and moves the pointer on.
func (a *asm) take(w width, v vec, base gp) {
	a.word(w.post|uint32(w.bytes)<<12|uint32(base)<<5|uint32(v), "LDR %s%d, [X%d], #%d", w.letter, v, base, w.bytes)
}

// getPair loads two whole registers, putPair stores them, takePair moves the pointer on.
func (a *asm) getPair(v, w vec, base gp, at int) {
	a.word(0xAD400000|uint32(at/16)<<15|uint32(w)<<10|uint32(base)<<5|uint32(v), "LDP Q%d, Q%d, [X%d, #%d]", v, w, base, at)
}

func (a *asm) putPair(v, w vec, base gp, at int) {
	a.word(0xAD000000|uint32(at/16)<<15|uint32(w)<<10|uint32(base)<<5|uint32(v), "STP Q%d, Q%d, [X%d, #%d]", v, w, base, at)
}

func (a *asm) takePair(v, w vec, base gp) {
	a.word(0xACC00000|2<<15|uint32(w)<<10|uint32(base)<<5|uint32(v), "LDP Q%d, Q%d, [X%d], #32", v, w, base)
}

// repeatAt fills a register with the float32 number at an address, repeatWide with eight
// bytes, repeat with a parameter.
func (a *asm) repeatAt(v vec, base gp) {
	a.word(0x4D40C800|uint32(base)<<5|uint32(v), "LD1R {V%d.4S}, [X%d]", v, base)
}

func (a *asm) repeatWide(v vec, base gp) {
	a.word(0x4D40CC00|uint32(base)<<5|uint32(v), "LD1R {V%d.2D}, [X%d]", v, base)
}

func (a *asm) repeat(v vec, name string) {
	a.line("FMOVS %s, F%d", a.params[name], v)
	a.word(0x4E040400|uint32(v)<<5|uint32(v), "DUP V%d.4S, V%d.S[0]", v, v)
}

// useConstants makes float, bits, double and bits64 possible.
func (a *asm) useConstants() { a.line("MOVD $constants<>(SB), %v", constantsBase) }

// float fills a register with a number, bits with a bit pattern; double and bits64 are
// those of eight bytes.
func (a *asm) float(v vec, x float64)  { a.bits(v, math.Float32bits(float32(x))) }
func (a *asm) bits(v vec, x uint32)    { a.bits64(v, uint64(x)<<32|uint64(x)) }
func (a *asm) double(v vec, x float64) { a.bits64(v, math.Float64bits(x)) }

func (a *asm) bits64(v vec, x uint64) {
	i := slices.Index(a.literals, x)
	if i < 0 {
		i = len(a.literals)
		a.literals = append(a.literals, x)
	}
	a.get(quad, v, constantsBase, 16*i)
}

// with calls f with a constant in a register of its own.
func (a *asm) with(constant func(v vec), f func(v vec)) {
	v := a.vec()
	constant(v)
	f(v)
	a.done(v)
}

// sf and df write an instruction whose last operand is a constant.
func (a *asm) sf(name string, to, x vec, y float64) {
	a.with(func(v vec) { a.float(v, y) }, func(v vec) { a.s(name, to, x, v) })
}

func (a *asm) df(name string, to, x vec, y float64) {
	a.with(func(v vec) { a.double(v, y) }, func(v vec) { a.d(name, to, x, v) })
}

// sb and db are sf and df for bit patterns.
func (a *asm) sb(name string, to, x vec, y uint32) {
	a.with(func(v vec) { a.bits(v, y) }, func(v vec) { a.s(name, to, x, v) })
}

func (a *asm) db(name string, to, x vec, y uint64) {
	a.with(func(v vec) { a.bits64(v, y) }, func(v vec) { a.d(name, to, x, v) })
}

// polynomialS sets p to the sum of coefficients times powers of x, the highest first.
func (a *asm) polynomialS(x, p vec, coefficients ...float64) {
	a.float(p, coefficients[0])
	a.horner(a.s, a.float, x, p, coefficients[1:])
}

func (a *asm) polynomialD(x, p vec, coefficients ...float64) {
	a.double(p, coefficients[0])
	a.horner(a.d, a.double, x, p, coefficients[1:])
}

func (a *asm) horner(op func(string, vec, ...vec), load func(vec, float64), x, p vec, coefficients []float64) {
	sum := a.vec()
	from, to := p, sum
	for _, c := range coefficients {
		load(to, c)
		op("FMLA", to, x, from)
		from, to = to, from
	}
	a.move(p, from)
	a.done(sum)
}

// multiplyTo sets p to p x + y, which FMLA cannot: its sum is its target.
func (a *asm) multiplyTo(op func(string, vec, ...vec), p, x, y vec) {
	sum := a.vec()
	a.move(sum, y)
	op("FMLA", sum, x, p)
	a.move(p, sum)
	a.done(sum)
}

// constants is the section of the constants.
func (a *asm) constants() string {
	var b strings.Builder
	b.WriteByte('\n')
	for i, x := range a.literals {
		for half := range 2 {
			fmt.Fprintf(&b, "DATA constants<>+%d(SB)/8, $0x%016x\n", 16*i+8*half, x)
		}
	}
	fmt.Fprintf(&b, "GLOBL constants<>(SB), RODATA|NOPTR, $%d\n", 16*len(a.literals))
	return b.String()
}
