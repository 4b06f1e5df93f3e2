package models

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// ConvTranspose2D is the transpose of a 3x3 convolution: it maps images of
// ceil(size / stride) rows and columns back to size. Its forward pass is that
// convolution's backward pass with respect to the input, and the other way
// round (Dumoulin and Visin 2016, arXiv 1603.07285, chapter 4).
type ConvTranspose2D struct {
	name         string
	geometry     kernel.Conv // of the convolution that it transposes: from out to in
	act          Activation
	weight, bias *Param // in memory [3][3][out][in] and [out]
}

// NewConvTranspose2D returns a transposed convolution to images of shape out from
// in channels of ceil(out / stride) rows and columns.
func NewConvTranspose2D(name string, in int, out Shape, stride int, act Activation) *ConvTranspose2D {
	return &ConvTranspose2D{
		name: name, act: act,
		geometry: geometry(out, in, stride),
		weight:   convWeight(name, in, out.C, 1),
		bias:     convBias(name, out.C, in),
	}
}

func (c *ConvTranspose2D) Out() Shape       { return Shape{c.geometry.H, c.geometry.W, c.geometry.C} }
func (c *ConvTranspose2D) Params() []*Param { return []*Param{c.weight, c.bias} }

func (c *ConvTranspose2D) Forward(k *kernel.Kernel, n int, y, x []float32) {
	k.ConvBackwardInput(&c.geometry, n, y, x, c.weight.Value, c.bias.Value, c.act == ReLU)
	c.act.forward(k, y)
}

func (c *ConvTranspose2D) Backward(k *kernel.Kernel, n int, dx, dy, y, x, grad []float32) {
	c.act.backward(k, dy, y)
	k.ConvTransposeBackward(&c.geometry, n, dx, c.weight.In(grad), c.bias.In(grad), x, y, dy, c.weight.Value, c.act == ReLU)
}

func (c *ConvTranspose2D) Emit(g *onnx.Builder, x onnx.Value) onnx.Value {
	// The rows and columns that the transposed convolution would otherwise miss
	// (PyTorch's convention; symmetric pads are what most converters read).
	extra := func(small, size int) int64 {
		return int64(size - ((small-1)*c.geometry.Stride - 2*padding + kernelSize))
	}
	attributes := convAttributes(&c.geometry)
	if h, w := extra(c.geometry.OH, c.geometry.H), extra(c.geometry.OW, c.geometry.W); h != 0 || w != 0 {
		attributes = append(attributes, onnx.Ints("output_padding", h, w))
	}
	y := g.Node("ConvTranspose", c.name, []onnx.Value{x, c.weight.emit(g), c.bias.emit(g)}, attributes...)
	return c.act.emit(g, c.name, y)
}
