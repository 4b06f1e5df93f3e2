package kernel

import "math"

// Exp sets dst[i] to e to the power of x[i], to 2 ulp. dst may be x.
func (k *Kernel) Exp(dst, x []float32) { k.elementwiseMap("Exp", (*Kernel).exp, dst, x) }

// Sigmoid sets dst[i] to 1/(1+exp(-x[i])), to 2 ulp. dst may be x.
func (k *Kernel) Sigmoid(dst, x []float32) { k.elementwiseMap("Sigmoid", (*Kernel).sigmoid, dst, x) }

// Tanh sets dst[i] to the hyperbolic tangent of x[i], to 2 ulp. dst may be x.
func (k *Kernel) Tanh(dst, x []float32) { k.elementwiseMap("Tanh", (*Kernel).tanh, dst, x) }

// TanhGradient turns dy, the gradient of y = tanh(x), into that of x:
// dy[i] becomes dy[i]*(1-y[i]^2), to 2 ulp.
func (k *Kernel) TanhGradient(dy, y []float32) {
	k.elementwiseMap("TanhGradient", (*Kernel).tanhGradient, dy, y)
}

// SiLU sets dst[i] to x[i]*sigmoid(x[i]), to 3 ulp of normal numbers (Elfwing, Uchibe and Doya 2018,
// arXiv 1702.03118). dst may be x.
func (k *Kernel) SiLU(dst, x []float32) { k.elementwiseMap("SiLU", (*Kernel).silu, dst, x) }

// SiLUGradient turns dy, the gradient of SiLU(x), into that of x: dy[i] is multiplied by
// s*(1 + x[i]*(1-s)), where s is sigmoid(x[i]).
func (k *Kernel) SiLUGradient(dy, x []float32) {
	k.elementwiseMap("SiLUGradient", (*Kernel).siluGradient, dy, x)
}

func (k *Kernel) exp(dst, x []float32) {
	if k.isa.exp != nil {
		k.vectorMap(k.isa.exp, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

func (k *Kernel) sigmoid(dst, x []float32) {
	if k.isa.sigmoid != nil {
		k.vectorMap(k.isa.sigmoid, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

func (k *Kernel) tanh(dst, x []float32) {
	if k.isa.tanh != nil {
		k.vectorMap(k.isa.tanh, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Tanh(float64(v)))
	}
}

func (k *Kernel) tanhGradient(dy, y []float32) {
	if k.isa.tanhGradient != nil {
		k.vectorMap(k.isa.tanhGradient, dy, y)
		return
	}
	for i, v := range y {
		dy[i] = float32(float64(dy[i]) * (1 - float64(v)*float64(v)))
	}
}

func (k *Kernel) silu(dst, x []float32) {
	if k.isa.silu != nil {
		k.vectorMap(k.isa.silu, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(float64(v) / (1 + math.Exp(-float64(v))))
	}
}

func (k *Kernel) siluGradient(dy, x []float32) {
	if k.isa.siluGradient != nil {
		k.vectorMap(k.isa.siluGradient, dy, x)
		return
	}
	for i, v := range x {
		v := float64(v)
		s := 1 / (1 + math.Exp(-v))
		dy[i] = float32(float64(dy[i]) * s * (1 + v*(1-s)))
	}
}

func (k *Kernel) elementwiseMap(function string, f func(k *Kernel, dst, x []float32), dst, x []float32) {
	checkLen(function, "dst", len(dst), len(x))
	launch(k, &k.elementwise, ceilDiv(len(x), elementwiseBlock), elementwiseTask{k, f, dst, x})
}

const elementwiseBlock = 1 << 14

type elementwiseTask struct {
	k      *Kernel
	f      func(k *Kernel, dst, x []float32)
	dst, x []float32
}

func (t *elementwiseTask) Do(i int) {
	first, last := i*elementwiseBlock, min((i+1)*elementwiseBlock, len(t.x))
	t.f(t.k, t.dst[first:last], t.x[first:last])
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
