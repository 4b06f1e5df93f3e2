package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// Conv2D is a convolution with square filters: y = act(conv(x, W) + b). Its padding is
// such that the output has ceil(input / stride) rows and columns.
type Conv2D struct {
	base
	geometry     kernel.Conv
	act          Activation
	weight, bias *Param // in memory [size][size][in][out] and [out]
}

// NewConv2D returns a convolution of feature maps of shape in with out filters of
// size x size.
func NewConv2D(name string, in Shape, out, size, stride int, act Activation) *Conv2D {
	c := &Conv2D{
		act: act, geometry: geometry(in, out, size, stride),
		weight: convWeight(name, out, in.C, size, 0),
		bias:   convBias(name, out, in.C, size),
	}
	g := &c.geometry
	c.base = base{name: name, in: []Shape{in}, out: Shape{H: g.OH, W: g.OW, C: g.K}, params: []*Param{c.weight, c.bias}}
	return c
}

// geometry describes the convolution of images of shape in with out filters. Symmetric
// padding of (size-1)/2 gives ceil(input / stride) rows and columns.
func geometry(in Shape, out, size, stride int) kernel.Conv {
	return kernel.Conv{
		H: in.H, W: in.W, C: in.C,
		OH: (in.H + stride - 1) / stride, OW: (in.W + stride - 1) / stride, K: out,
		KH: size, KW: size, Stride: stride, Pad: (size - 1) / 2,
	}
}

// convWeight is a convolution's weight: [a, b, size, size] in files, [size][size][b][a]
// in memory. That serves both kinds of convolution: OIHW, and the transposed IOHW
// seen as the convolution of which it is the transpose. out is the axis of O.
func convWeight(name string, a, b, size, out int) *Param {
	shape := []int{a, b, size, size}
	return &Param{
		Name: name + "/weight", Shape: shape, out: out,
		axes: shape, perm: []int{2, 3, 1, 0},
		fanIn: shape[1-out] * size * size, Gain: 1,
	}
}

func convBias(name string, out, in, size int) *Param {
	return &Param{Name: name + "/bias", Shape: []int{out}, fanIn: in * size * size, Gain: 1}
}

func (l *Conv2D) Forward(c *Call) {
	c.Kernel.ConvForward(&l.geometry, c.N, c.Y, c.X[0], l.weight.Value, l.bias.Value, l.act == ReLU)
	l.act.forward(c.Kernel, c.Y)
}

func (l *Conv2D) Backward(c *Call) {
	l.act.backward(c.Kernel, c.DY, c.Y)
	c.Kernel.ConvBackward(&l.geometry, c.N, c.DX[0], l.weight.In(c.Grad), l.bias.In(c.Grad), c.X[0], c.Y, c.DY, l.weight.Value, l.act == ReLU)
}

func (l *Conv2D) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	y := g.Node("Conv", l.name, []onnx.Value{x[0], l.weight.emit(g), l.bias.emit(g)}, convAttributes(&l.geometry)...)
	return l.act.emit(g, l.name, y)
}

// convAttributes are the attributes that Conv and ConvTranspose share.
func convAttributes(c *kernel.Conv) []onnx.Attribute {
	s, p := int64(c.Stride), int64(c.Pad)
	return []onnx.Attribute{
		onnx.Ints("kernel_shape", int64(c.KH), int64(c.KW)),
		onnx.Ints("strides", s, s),
		onnx.Ints("pads", p, p, int64(padEnd(c, c.H, c.OH)), int64(padEnd(c, c.W, c.OW))),
	}
}

// padEnd is the padding at the bottom or the right of a convolution from size to out.
// It is symmetric for filters of odd size, as most converters expect, and the remainder for even
// ones.
func padEnd(c *kernel.Conv, size, out int) int {
	if c.KH%2 == 1 {
		return c.Pad
	}
	return (out-1)*c.Stride + c.KH - size - c.Pad
}
