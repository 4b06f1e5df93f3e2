package models

import (
	"slices"

	"gonum.org/v1/gonum/blas"

	"govae/internal/kernel"
	"govae/onnx"
)

// Dense is a fully connected layer: y = act(x W + b).
//
// Input and output may be feature maps. The files flatten them in CHW order and
// memory has HWC order; the weight's rows and columns are permuted on the way
// between the two, so flattening costs nothing here and is one Flatten or Reshape
// node in the graph.
type Dense struct {
	name         string
	in, out      Shape
	act          Activation
	weight, bias *Param // in memory [in, out] and [out]
}

// NewDense returns a layer from in to out values.
func NewDense(name string, in, out Shape, act Activation) *Dense {
	return &Dense{
		name: name, in: in, out: out, act: act,
		weight: &Param{
			Name: name + "/weight", Shape: []int{out.Len(), in.Len()},
			axes: slices.Concat(chw(out), chw(in)), perm: []int{4, 5, 3, 1, 2, 0},
			fanIn: in.Len(),
		},
		bias: &Param{Name: name + "/bias", Shape: []int{out.Len()}, axes: chw(out), perm: []int{1, 2, 0}, fanIn: in.Len()},
	}
}

func (d *Dense) Out() Shape       { return d.out }
func (d *Dense) Params() []*Param { return []*Param{d.weight, d.bias} }

func (d *Dense) Forward(k *kernel.Kernel, n int, y, x []float32) {
	in, out := d.in.Len(), d.out.Len()
	k.Affine(n, out, in, y, x, d.weight.Value, d.bias.Value, d.act == ReLU)
	d.act.forward(k, y)
}

func (d *Dense) Backward(k *kernel.Kernel, n int, dx, dy, y, x, grad []float32) {
	in, out := d.in.Len(), d.out.Len()
	d.act.backward(k, dy, y)
	k.BiasGradient(d.bias.In(grad), dy, y, out, d.act == ReLU)
	k.Sgemm(blas.Trans, blas.NoTrans, in, out, n, 1, x, in, dy, out, 0, d.weight.In(grad), out) // dW = x' dy
	if dx != nil {
		k.Sgemm(blas.NoTrans, blas.Trans, n, in, out, 1, dy, out, d.weight.Value, out, 0, dx, in) // dx = dy W'
	}
}

func (d *Dense) Emit(g *onnx.Builder, x onnx.Value) onnx.Value {
	if !d.in.IsVector() {
		x = g.Node("Flatten", d.name+"/flatten", []onnx.Value{x}, onnx.Int("axis", 1))
	}
	y := g.Node("Gemm", d.name, []onnx.Value{x, d.weight.emit(g), d.bias.emit(g)}, onnx.Int("transB", 1))
	y = d.act.emit(g, d.name, y)
	if !d.out.IsVector() {
		// A dimension of 0 copies that of the input: the batch.
		shape := g.Int64(d.name+"/shape", []int{4}, []int64{0, int64(d.out.C), int64(d.out.H), int64(d.out.W)})
		y = g.Node("Reshape", d.name+"/reshape", []onnx.Value{y, shape})
	}
	return y
}
