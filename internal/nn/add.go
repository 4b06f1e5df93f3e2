package nn

import "govae/onnx"

// Add adds two feature maps or vectors of one shape, such as a residual and what it
// belongs to (He et al. 2016, arXiv 1512.03385), or a vector to every pixel of a feature
// map of as many channels.
type Add struct{ base }

// NewAdd returns the sum of a feature map or vector of shape x and one of the same shape,
// or a vector of as many channels. It panics if b is neither.
func NewAdd(name string, x, b Shape) *Add {
	if b != x && b != vectorOf(x) {
		panic("nn: " + name + ": cannot add " + b.String() + " to " + x.String())
	}
	return &Add{base{name: name, in: []Shape{x, b}, out: x}}
}

// vectorOf is the shape of one pixel of s, as a vector.
func vectorOf(s Shape) Shape { return Shape{C: s.C} }

func (l *Add) Forward(c *Call) {
	if l.in[0] == l.in[1] {
		c.Kernel.Add(c.Y, c.X[0], c.X[1])
	} else {
		c.Kernel.AddToPixels(c.N, c.Y, c.X[0], c.X[1])
	}
}

func (l *Add) Backward(c *Call) {
	for i, dx := range c.DX {
		switch {
		case dx == nil:
		case l.in[i] == l.out:
			copy(dx, c.DY)
		default:
			c.Kernel.SumOfPixels(c.N, dx, c.DY)
		}
	}
}

func (l *Add) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	b := x[1]
	if l.in[0] != l.in[1] {
		b = g.Node("Reshape", l.name+"/reshape", []onnx.Value{b, g.Int64(l.name+"/shape", []int{4}, []int64{0, int64(l.out.C), 1, 1})})
	}
	return g.Node("Add", l.name, []onnx.Value{x[0], b})
}
