package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// Activation is the function that a layer applies to its sums.
type Activation int

const (
	Identity Activation = iota
	ReLU                // max(0, s)
	Tanh
)

// forward applies a to y in place. The kernels apply ReLU while the sums are
// still in registers, so there is nothing left to do for it here.
func (a Activation) forward(k *kernel.Kernel, y []float32) {
	if a == Tanh {
		k.Tanh(y, y)
	}
}

// backward turns dy, the gradient of the layer's output y, into that of its sums,
// in place. That of ReLU, 0 where y is not positive, is again left to the kernels.
func (a Activation) backward(k *kernel.Kernel, dy, y []float32) {
	if a == Tanh {
		k.TanhGradient(dy, y)
	}
}

// emit adds a to the graph.
func (a Activation) emit(g *onnx.Builder, name string, x onnx.Value) onnx.Value {
	switch a {
	case ReLU:
		return g.Node("Relu", name+"/relu", []onnx.Value{x})
	case Tanh:
		return g.Node("Tanh", name+"/tanh", []onnx.Value{x})
	}
	return x
}
