package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// ConvTranspose2D is the transpose of a convolution: it maps feature maps of
// ceil(size / stride) rows and columns back to size. Its forward pass is that
// convolution's backward pass with respect to the input, and the other way
// round (Dumoulin and Visin 2016, arXiv 1603.07285, chapter 4).
type ConvTranspose2D struct {
	base
	geometry     kernel.Conv // of the convolution that it transposes: from out to in
	act          Activation
	weight, bias *Param // in memory [size][size][out][in] and [out]
}

// NewConvTranspose2D returns a transposed convolution to feature maps of shape out from
// in channels of ceil(out / stride) rows and columns, with filters of size x size.
func NewConvTranspose2D(name string, in int, out Shape, size, stride int, act Activation) *ConvTranspose2D {
	c := &ConvTranspose2D{
		act: act, geometry: geometry(out, in, size, stride),
		weight: convWeight(name, in, out.C, size, 1),
		bias:   convBias(name, out.C, in, size),
	}
	g := &c.geometry
	c.base = base{name: name, in: []Shape{{H: g.OH, W: g.OW, C: g.K}}, out: out, params: []*Param{c.weight, c.bias}}
	return c
}

func (l *ConvTranspose2D) Forward(c *Call) {
	c.Kernel.ConvBackwardInput(&l.geometry, c.N, c.Y, c.X[0], l.weight.Value, l.bias.Value, l.act == ReLU)
	l.act.forward(c.Kernel, c.Y)
}

func (l *ConvTranspose2D) Backward(c *Call) {
	l.act.backward(c.Kernel, c.DY, c.Y)
	c.Kernel.ConvTransposeBackward(&l.geometry, c.N, c.DX[0], l.weight.In(c.Grad), l.bias.In(c.Grad), c.X[0], c.Y, c.DY, l.weight.Value, l.act == ReLU)
}

func (l *ConvTranspose2D) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	// The rows and columns that the transposed convolution would otherwise miss
	// (PyTorch's convention; symmetric pads are what most converters read).
	c := &l.geometry
	extra := func(small, size int) int64 {
		return int64(size - ((small-1)*c.Stride - c.Pad - padEnd(c, size, small) + c.KH))
	}
	attributes := convAttributes(c)
	if h, w := extra(c.OH, c.H), extra(c.OW, c.W); h != 0 || w != 0 {
		attributes = append(attributes, onnx.Ints("output_padding", h, w))
	}
	y := g.Node("ConvTranspose", l.name, []onnx.Value{x[0], l.weight.emit(g), l.bias.emit(g)}, attributes...)
	return l.act.emit(g, l.name, y)
}
