package nn

import (
	"govae/images"
	"govae/internal/kernel"
	"govae/onnx"
)

// Shape is that of one image, feature map or vector.
type Shape = images.Shape

// Layer is the maths of a node of a network.
type Layer interface {
	// Name is the layer's name, which its parameters' names begin with:
	// "encoder/conv_0".
	Name() string
	// In and Out are the shapes of one of each input and of one output.
	In() []Shape
	Out() Shape
	// Params are what training changes by gradients, the weight first; Buffers what it
	// changes otherwise, such as running statistics. Both are saved with the model.
	Params() []*Param
	Buffers() []*Param
	// Scratch is the number of values per image that Forward leaves in [Call.Scratch]
	// for Backward.
	Scratch() int

	// Forward computes c.Y from c.X.
	Forward(c *Call)
	// Backward computes c.DX from c.DY and writes the parameters' gradients to c.Grad,
	// after Forward of the same batch. It may change c.DY.
	Backward(c *Call)
	// Emit adds the layer, in evaluation mode, to an ONNX graph and returns its output.
	Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value
}

// Call is a layer's work on one batch. Slices have exactly the lengths given.
type Call struct {
	Kernel *kernel.Kernel
	N      int // images
	// Train tells training mode from evaluation, for layers that have two: in training
	// they may change their buffers and use statistics of the batch.
	Train   bool
	X       [][]float32 // the inputs, (N, In) each
	Y       []float32   // the output, (N, Out)
	Scratch []float32   // (N, Scratch)
	// Divergence is what a group of latent variables measures ([Latent]).
	Divergence *Divergence

	DX   [][]float32 // gradients of the loss by the inputs; nil where one is not needed
	DY   []float32   // gradient by the output
	Grad []float32   // by the parameters, laid out like all those of the model
}

// base is what layers share.
type base struct {
	name    string
	in      []Shape
	out     Shape
	params  []*Param
	buffers []*Param
}

func (b *base) Name() string      { return b.name }
func (b *base) In() []Shape       { return b.in }
func (b *base) Out() Shape        { return b.out }
func (b *base) Params() []*Param  { return b.params }
func (b *base) Buffers() []*Param { return b.buffers }
func (b *base) Scratch() int      { return 0 }
