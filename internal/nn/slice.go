package nn

import "govae/onnx"

// Slice takes some of a vector's values that follow each other, such as the noise of one
// group of latent variables from that of all.
type Slice struct {
	base
	first int
}

// NewSlice returns size values of vectors of n, from first on. It panics if there are not
// so many.
func NewSlice(name string, n, first, size int) *Slice {
	if first < 0 || size < 1 || first+size > n {
		panic("nn: " + name + ": takes values that are not there")
	}
	return &Slice{base{name: name, in: []Shape{{C: n}}, out: Shape{C: size}}, first}
}

func (l *Slice) Forward(c *Call) {
	c.Kernel.CopyColumns(c.N, l.out.C, c.Y, l.out.C, c.X[0][l.first:], l.in[0].C)
}

func (l *Slice) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		clear(dx)
		c.Kernel.CopyColumns(c.N, l.out.C, dx[l.first:], l.in[0].C, c.DY, l.out.C)
	}
}

func (l *Slice) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	index := func(name string, i int) onnx.Value { return g.Int64(l.name+"/"+name, []int{1}, []int64{int64(i)}) }
	return g.Node("Slice", l.name, []onnx.Value{x[0], index("start", l.first), index("end", l.first+l.out.C), index("axis", 1)})
}
