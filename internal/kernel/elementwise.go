package kernel

import "math"

// Exp sets dst[i] to e to the power of x[i]. dst may be x.
func (k *Kernel) Exp(dst, x []float32) { k.elementwiseMap("Exp", exp, dst, x) }

// Sigmoid sets dst[i] to 1/(1+exp(-x[i])). dst may be x.
func (k *Kernel) Sigmoid(dst, x []float32) { k.elementwiseMap("Sigmoid", sigmoid, dst, x) }

// Tanh sets dst[i] to the hyperbolic tangent of x[i]. dst may be x.
func (k *Kernel) Tanh(dst, x []float32) { k.elementwiseMap("Tanh", tanh, dst, x) }

func (k *Kernel) elementwiseMap(function string, f func(dst, x []float32), dst, x []float32) {
	checkLen(function, "dst", len(dst), len(x))
	launch(k, &k.elementwise, ceilDiv(len(x), elementwiseBlock), elementwiseTask{f, dst, x})
}

const elementwiseBlock = 1 << 14

type elementwiseTask struct {
	f      func(dst, x []float32)
	dst, x []float32
}

func (t *elementwiseTask) Do(i int) {
	first, last := i*elementwiseBlock, min((i+1)*elementwiseBlock, len(t.x))
	t.f(t.dst[first:last], t.x[first:last])
}

func exp(dst, x []float32) {
	for i, v := range x {
		dst[i] = float32(math.Exp(float64(v)))
	}
}

func sigmoid(dst, x []float32) {
	for i, v := range x {
		dst[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

func tanh(dst, x []float32) {
	for i, v := range x {
		dst[i] = float32(math.Tanh(float64(v)))
	}
}
