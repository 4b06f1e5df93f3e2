package models

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// Layer is one step of a network. In the signatures x (N, In) is the input, y
// (N, Out) the output, and dx, dy are the loss's gradients with respect to them. Slices have exactly these lengths.
type Layer interface {
	// Out is the shape of one output.
	Out() Shape
	// Params returns the layer's parameters, the weight first.
	Params() []*Param
	// Forward computes y from x for n images.
	Forward(k *kernel.Kernel, n int, y, x []float32)
	// Backward computes dx from dy and writes the parameters' gradients to grad,
	// which is laid out like all the model's parameters. It may change dy. Where dx
	// is nil, it is not needed.
	Backward(k *kernel.Kernel, n int, dx, dy, y, x, grad []float32)
	// Emit adds the layer to an ONNX graph and returns its output.
	Emit(g *onnx.Builder, x onnx.Value) onnx.Value
}

// tape holds what the forward pass through a chain of layers leaves for the
// backward pass.
type tape struct {
	y  [][]float32  // output of each layer
	dy [2][]float32 // gradients, used in turn
}

func newTape(layers []Layer, batch int) *tape {
	t := &tape{}
	widest := 0
	for _, l := range layers {
		n := l.Out().Len()
		t.y = append(t.y, make([]float32, batch*n))
		widest = max(widest, n)
	}
	for i := range t.dy {
		t.dy[i] = make([]float32, batch*widest)
	}
	return t
}

// forward runs n images through the layers and returns the last output.
func (t *tape) forward(k *kernel.Kernel, layers []Layer, n int, x []float32) []float32 {
	for i, l := range layers {
		y := t.y[i][:n*l.Out().Len()]
		l.Forward(k, n, y, x)
		x = y
	}
	return x
}

// backward runs the gradient dy of the last output back through the layers. dx
// may be nil.
func (t *tape) backward(k *kernel.Kernel, layers []Layer, n int, dx, dy, x, grad []float32) {
	for i := len(layers) - 1; i >= 0; i-- {
		in, din := x, dx
		if i > 0 {
			m := n * layers[i-1].Out().Len()
			in, din = t.y[i-1][:m], t.dy[i%2][:m]
		}
		layers[i].Backward(k, n, din, dy, t.y[i][:n*layers[i].Out().Len()], in, grad)
		dy = din
	}
}
