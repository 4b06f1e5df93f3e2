package kernel

import "math"

// Exp sets dst[i] to e to the power of x[i], to 2 ulp. dst may be x.
func (k *Kernel) Exp(dst, x []float32) { k.elementwiseMap("Exp", (*isa).expOf, dst, x) }

// Sigmoid sets dst[i] to 1/(1+exp(-x[i])), to 2 ulp. dst may be x.
func (k *Kernel) Sigmoid(dst, x []float32) { k.elementwiseMap("Sigmoid", (*isa).sigmoidOf, dst, x) }

// Tanh sets dst[i] to the hyperbolic tangent of x[i], to 1 ulp. dst may be x.
func (k *Kernel) Tanh(dst, x []float32) { k.elementwiseMap("Tanh", (*isa).tanhOf, dst, x) }

func (set *isa) expOf(dst, x []float32) {
	if set != nil {
		set.vectorMap(set.exp, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

func (set *isa) sigmoidOf(dst, x []float32) {
	if set != nil {
		set.vectorMap(set.sigmoid, dst, x)
		return
	}
	for i, v := range x {
		dst[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

func (set *isa) tanhOf(dst, x []float32) {
	for i, v := range x {
		dst[i] = float32(math.Tanh(float64(v)))
	}
}

func (k *Kernel) elementwiseMap(function string, f func(set *isa, dst, x []float32), dst, x []float32) {
	checkLen(function, "dst", len(dst), len(x))
	launch(k, &k.elementwise, ceilDiv(len(x), elementwiseBlock), elementwiseTask{k.isa, f, dst, x})
}

const elementwiseBlock = 1 << 14

type elementwiseTask struct {
	set    *isa
	f      func(set *isa, dst, x []float32)
	dst, x []float32
}

func (t *elementwiseTask) Do(i int) {
	first, last := i*elementwiseBlock, min((i+1)*elementwiseBlock, len(t.x))
	t.f(t.set, t.dst[first:last], t.x[first:last])
}
