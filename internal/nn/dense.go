package nn

import (
	"slices"

	"gonum.org/v1/gonum/blas"

	"govae/onnx"
)

// Dense is a fully connected layer: y = act(x W + b).
//
// Input and output may be feature maps. The files flatten them in CHW order and
// memory has HWC order; the weight's rows and columns are permuted on the way
// between the two, so flattening costs nothing here and is one Flatten or Reshape
// node in the graph.
type Dense struct {
	base
	act          Activation
	weight, bias *Param // in memory [in, out] and [out]
}

// NewDense returns a layer from in to out values.
func NewDense(name string, in, out Shape, act Activation) *Dense {
	d := &Dense{
		act: act,
		weight: &Param{
			Name: name + "/weight", Shape: []int{out.Len(), in.Len()},
			axes: slices.Concat(chw(out), chw(in)), perm: []int{4, 5, 3, 1, 2, 0},
			fanIn: in.Len(), Gain: 1,
		},
		bias: &Param{Name: name + "/bias", Shape: []int{out.Len()}, axes: chw(out), perm: []int{1, 2, 0}, fanIn: in.Len(), Gain: 1},
	}
	d.base = base{name: name, in: []Shape{in}, out: out, params: []*Param{d.weight, d.bias}}
	return d
}

func (l *Dense) Forward(c *Call) {
	in, out := l.in[0].Len(), l.out.Len()
	c.Kernel.Affine(c.N, out, in, c.Y, c.X[0], l.weight.Value, l.bias.Value, l.act == ReLU)
	l.act.forward(c.Kernel, c.Y)
}

func (l *Dense) Backward(c *Call) {
	in, out := l.in[0].Len(), l.out.Len()
	l.act.backward(c.Kernel, c.DY, c.Y)
	c.Kernel.BiasGradient(c.N, l.bias.In(c.Grad), c.DY, c.Y, out, l.act == ReLU)
	c.Kernel.OuterSum(c.N, in, out, l.weight.In(c.Grad), c.X[0], c.DY) // dW = x' dy
	if dx := c.DX[0]; dx != nil {
		c.Kernel.Sgemm(blas.NoTrans, blas.Trans, c.N, in, out, 1, c.DY, out, l.weight.Value, out, 0, dx, in) // dx = dy W'
	}
}

func (l *Dense) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	y := x[0]
	if !l.in[0].IsVector() {
		y = g.Node("Flatten", l.name+"/flatten", []onnx.Value{y}, onnx.Int("axis", 1))
	}
	y = g.Node("Gemm", l.name, []onnx.Value{y, l.weight.emit(g), l.bias.emit(g)}, onnx.Int("transB", 1))
	y = l.act.emit(g, l.name, y)
	if !l.out.IsVector() {
		// A dimension of 0 copies that of the input: the batch.
		shape := g.Int64(l.name+"/shape", []int{4}, []int64{0, int64(l.out.C), int64(l.out.H), int64(l.out.W)})
		y = g.Node("Reshape", l.name+"/reshape", []onnx.Value{y, shape})
	}
	return y
}
