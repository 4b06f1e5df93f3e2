package nn

import "govae/onnx"

// LeakyReLU applies x where x is positive and slope x elsewhere (Maas, Hannun and Ng 2013).
type LeakyReLU struct {
	base
	slope float32
}

// NewLeakyReLU returns the function for feature maps or vectors of a shape. Slope 0 is
// ReLU, behind a layer that has no [Activation] of its own.
func NewLeakyReLU(name string, s Shape, slope float32) *LeakyReLU {
	return &LeakyReLU{base{name: name, in: []Shape{s}, out: s}, slope}
}

func (l *LeakyReLU) Forward(c *Call) { c.Kernel.LeakyReLU(c.Y, c.X[0], c.X[0], l.slope) }

func (l *LeakyReLU) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		c.Kernel.LeakyReLU(dx, c.DY, c.X[0], l.slope)
	}
}

func (l *LeakyReLU) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	if l.slope == 0 {
		return g.Node("Relu", l.name, x)
	}
	return g.Node("LeakyRelu", l.name, x, onnx.Float("alpha", l.slope))
}
