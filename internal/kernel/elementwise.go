package kernel

import "math"

// Exp sets dst[i] to e to the power of x[i], to 2 ulp. dst may be x.
func (k *Kernel) Exp(dst, x []float32) {
	k.each("Exp", dst, x, k.isa.exp, func(_, x float64) float64 { return math.Exp(x) })
}

// Sigmoid sets dst[i] to 1/(1+exp(-x[i])), to 2 ulp. dst may be x.
func (k *Kernel) Sigmoid(dst, x []float32) {
	k.each("Sigmoid", dst, x, k.isa.sigmoid, func(_, x float64) float64 { return sigmoid(x) })
}

// Tanh sets dst[i] to the hyperbolic tangent of x[i], to 2 ulp. dst may be x.
func (k *Kernel) Tanh(dst, x []float32) {
	k.each("Tanh", dst, x, k.isa.tanh, func(_, x float64) float64 { return math.Tanh(x) })
}

// TanhGradient turns dy, the gradient of y = tanh(x), into that of x:
// dy[i] becomes dy[i]*(1-y[i]^2), to 2 ulp.
func (k *Kernel) TanhGradient(dy, y []float32) {
	k.each("TanhGradient", dy, y, k.isa.tanhGradient, func(dy, y float64) float64 { return dy * (1 - y*y) })
}

// SiLU sets dst[i] to x[i]*sigmoid(x[i]), to 3 ulp of normal numbers (Elfwing, Uchibe and Doya 2018,
// arXiv 1702.03118). dst may be x.
func (k *Kernel) SiLU(dst, x []float32) {
	k.each("SiLU", dst, x, k.isa.silu, func(_, x float64) float64 { return x / (1 + math.Exp(-x)) })
}

// SiLUGradient turns dy, the gradient of SiLU(x), into that of x: dy[i] is multiplied by
// s*(1 + x[i]*(1-s)), where s is sigmoid(x[i]).
func (k *Kernel) SiLUGradient(dy, x []float32) {
	k.each("SiLUGradient", dy, x, k.isa.siluGradient, func(dy, x float64) float64 {
		s := sigmoid(x)
		return dy * s * (1 + x*(1-s))
	})
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// each sets dst[i] to a function of dst[i] and x[i]: by assembly, or, where there is none, as it is
// defined.
func (k *Kernel) each(name string, dst, x []float32, assembly func(dst, x *float32, vectors int), definition func(dst, x float64) float64) {
	checkLen(name, "dst", len(dst), len(x))
	launch(k, &k.elementwise, ceilDiv(len(x), elementwiseBlock), elementwiseTask{k, assembly, definition, dst, x})
}

const elementwiseBlock = 1 << 14

type elementwiseTask struct {
	k          *Kernel
	assembly   func(dst, x *float32, vectors int)
	definition func(dst, x float64) float64
	dst, x     []float32
}

func (t *elementwiseTask) Do(i int) {
	first, last := i*elementwiseBlock, min((i+1)*elementwiseBlock, len(t.x))
	dst, x := t.dst[first:last], t.x[first:last]
	if t.assembly != nil {
		t.k.vectorMap(t.assembly, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(t.definition(float64(dst[i]), float64(v)))
	}
}

// vectorMap applies a function of whole vectors to slices of any length. An element's
// result does not depend on its place.
func (k *Kernel) vectorMap(f func(dst, x *float32, vectors int), dst, x []float32) {
	lanes := k.isa.lanes
	whole := len(x) / lanes * lanes
	if whole > 0 {
		f(&dst[0], &x[0], whole/lanes)
	}
	if rest := x[whole:]; len(rest) > 0 {
		buffer := k.floats.borrow(2 * lanes)
		to, from := (*buffer)[:lanes], (*buffer)[lanes:]
		copy(to, dst[whole:])
		copy(from, rest)
		f(&to[0], &from[0], 1)
		copy(dst[whole:], to)
		k.floats.giveBack(buffer)
	}
}
