package nn

import (
	"gonum.org/v1/gonum/blas"

	"govae/onnx"
)

// Embedding turns a label into a vector: y = x W, where x gives each class a weight, 1 for
// the label and 0 for the others, or a mixture of classes.
type Embedding struct {
	base
	weight *Param // [classes, out]
}

// NewEmbedding returns the embedding of labels of some classes in vectors of out values.
func NewEmbedding(name string, classes, out int) *Embedding {
	l := &Embedding{weight: &Param{Name: name + "/weight", Shape: []int{classes, out}, fanIn: 1, Gain: 1, out: 1}}
	l.base = base{name: name, in: []Shape{{C: classes}}, out: Shape{C: out}, params: []*Param{l.weight}}
	return l
}

func (l *Embedding) Forward(c *Call) {
	c.Kernel.Affine(c.N, l.out.C, l.in[0].C, c.Y, c.X[0], l.weight.Value, nil, false)
}

func (l *Embedding) Backward(c *Call) {
	in, out := l.in[0].C, l.out.C
	c.Kernel.OuterSum(c.N, in, out, l.weight.In(c.Grad), c.X[0], c.DY) // dW = x' dy
	if dx := c.DX[0]; dx != nil {
		c.Kernel.Sgemm(blas.NoTrans, blas.Trans, c.N, in, out, 1, c.DY, out, l.weight.Value, out, 0, dx, in) // dx = dy W'
	}
}

func (l *Embedding) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	return g.Node("MatMul", l.name, []onnx.Value{x[0], l.weight.emit(g)})
}
