package models

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// kernelSize and padding are those of every convolution here: 3x3 kernels with
// one row or column of zeros on each side, so that the output has ceil(size /
// stride) rows and columns.
const (
	kernelSize = 3
	padding    = 1
)

// Conv2D is a 3x3 convolution: y = act(conv(x, W) + b), with an output of
// ceil(input / stride).
type Conv2D struct {
	name         string
	geometry     kernel.Conv
	act          Activation
	weight, bias *Param // in memory [3][3][in][out] and [out]
}

// NewConv2D returns a convolution of images of shape in with out filters.
func NewConv2D(name string, in Shape, out, stride int, act Activation) *Conv2D {
	return &Conv2D{
		name: name, act: act,
		geometry: geometry(in, out, stride),
		weight:   convWeight(name, out, in.C, 0),
		bias:     convBias(name, out, in.C),
	}
}

// geometry describes the convolution of images of shape in with out filters.
func geometry(in Shape, out, stride int) kernel.Conv {
	return kernel.Conv{
		H: in.H, W: in.W, C: in.C,
		OH: (in.H + stride - 1) / stride, OW: (in.W + stride - 1) / stride, K: out,
		KH: kernelSize, KW: kernelSize, Stride: stride, Pad: padding,
	}
}

// convWeight is a convolution's weight: [a, b, 3, 3] in files, [3][3][b][a] in
// memory. That serves both kinds of convolution: OIHW, and the transposed IOHW
// seen as the convolution of which it is the transpose. out is the axis of O.
func convWeight(name string, a, b, out int) *Param {
	shape := []int{a, b, kernelSize, kernelSize}
	return &Param{
		Name: name + "/weight", Shape: shape, out: out,
		axes: shape, perm: []int{2, 3, 1, 0},
		fanIn: shape[1-out] * kernelSize * kernelSize,
	}
}

func convBias(name string, out, in int) *Param {
	return &Param{Name: name + "/bias", Shape: []int{out}, fanIn: in * kernelSize * kernelSize}
}

func (c *Conv2D) Out() Shape       { return Shape{c.geometry.OH, c.geometry.OW, c.geometry.K} }
func (c *Conv2D) Params() []*Param { return []*Param{c.weight, c.bias} }

func (c *Conv2D) Forward(k *kernel.Kernel, n int, y, x []float32) {
	k.ConvForward(&c.geometry, n, y, x, c.weight.Value, c.bias.Value, c.act == ReLU)
	c.act.forward(k, y)
}

func (c *Conv2D) Backward(k *kernel.Kernel, n int, dx, dy, y, x, grad []float32) {
	c.act.backward(k, dy, y)
	k.ConvBackward(&c.geometry, n, dx, c.weight.In(grad), c.bias.In(grad), x, y, dy, c.weight.Value, c.act == ReLU)
}

func (c *Conv2D) Emit(g *onnx.Builder, x onnx.Value) onnx.Value {
	y := g.Node("Conv", c.name, []onnx.Value{x, c.weight.emit(g), c.bias.emit(g)}, convAttributes(&c.geometry)...)
	return c.act.emit(g, c.name, y)
}

// convAttributes are the attributes that Conv and ConvTranspose share.
func convAttributes(c *kernel.Conv) []onnx.Attribute {
	s, p := int64(c.Stride), int64(c.Pad)
	return []onnx.Attribute{
		onnx.Ints("kernel_shape", int64(c.KH), int64(c.KW)),
		onnx.Ints("strides", s, s),
		onnx.Ints("pads", p, p, p, p),
	}
}
