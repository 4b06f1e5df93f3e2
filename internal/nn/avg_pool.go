package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// AvgPool halves the rows and columns of a feature map: each pixel becomes the average of
// a square of 2 x 2.
type AvgPool struct {
	base
	geometry kernel.Halving
}

// NewAvgPool returns the pooling of feature maps of shape in, to ceil(in / 2) rows and
// columns; where in is odd the last averages are those of the pixels that there are.
func NewAvgPool(name string, in Shape) *AvgPool {
	return &AvgPool{base{name: name, in: []Shape{in}, out: halved(in, in.C)}, halving(in)}
}

func (l *AvgPool) Forward(c *Call) { c.Kernel.Collect(&l.geometry, c.N, c.Y, c.X[0], true) }

func (l *AvgPool) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		c.Kernel.Spread(&l.geometry, c.N, dx, c.DY, true)
	}
}

func (l *AvgPool) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	// Padding, which is not counted, says more plainly than ceil_mode what is averaged.
	h, w := int64(l.in[0].H%2), int64(l.in[0].W%2)
	return g.Node("AveragePool", l.name, x, onnx.Ints("kernel_shape", 2, 2), onnx.Ints("strides", 2, 2), onnx.Ints("pads", 0, 0, h, w))
}
