package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// Upsample doubles the rows and columns of a feature map by repeating each: nearest
// upsampling.
type Upsample struct {
	base
	geometry kernel.Halving
}

// NewUpsample returns the upsampling to feature maps of shape out from ceil(out / 2) rows
// and columns; where out is odd the last one is not repeated.
func NewUpsample(name string, out Shape) *Upsample {
	return &Upsample{base{name: name, in: []Shape{halved(out, out.C)}, out: out}, halving(out)}
}

// halving relates feature maps of shape s to those of [halved] size.
func halving(s Shape) kernel.Halving { return kernel.Halving{H: s.H, W: s.W, C: s.C} }

// halved is the shape of ceil(s / 2) rows and columns with some channels.
func halved(s Shape, channels int) Shape {
	return Shape{H: (s.H + 1) / 2, W: (s.W + 1) / 2, C: channels}
}

func (l *Upsample) Forward(c *Call) { c.Kernel.Spread(&l.geometry, c.N, c.Y, c.X[0], false) }

func (l *Upsample) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		c.Kernel.Collect(&l.geometry, c.N, dx, c.DY, false)
	}
}

func (l *Upsample) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	scales := g.Float32(l.name+"/scales", []int{4}, []float32{1, 1, 2, 2})
	y := g.Node("Resize", l.name, []onnx.Value{x[0], {}, scales}, onnx.String("mode", "nearest"),
		onnx.String("coordinate_transformation_mode", "asymmetric"), onnx.String("nearest_mode", "floor"))
	return crop(g, l.name, y, l.out)
}

// crop cuts feature maps of an even number of rows and columns to those of s.
func crop(g *onnx.Builder, name string, x onnx.Value, s Shape) onnx.Value {
	if s.H%2 == 0 && s.W%2 == 0 {
		return x
	}
	part := func(what string, v ...int64) onnx.Value { return g.Int64(name+"/"+what, []int{2}, v) }
	return g.Node("Slice", name+"/crop", []onnx.Value{x,
		part("starts", 0, 0), part("ends", int64(s.H), int64(s.W)), part("axes", 2, 3)})
}
