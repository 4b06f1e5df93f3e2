package nn

import (
	"fmt"

	"govae/internal/kernel"
	"govae/onnx"
)

// GroupNorm gives groups of channels of each image mean 0 and variance 1, then each
// channel a scale and a shift (Wu and He 2018, arXiv 1803.08494).
type GroupNorm struct {
	base
	geometry     kernel.GroupNorm
	weight, bias *Param // [C]
}

// groupNormEpsilon is added to the variances, as in PyTorch.
const groupNormEpsilon = 1e-5

// NewGroupNorm returns the normalisation of feature maps of shape in by groups, whose
// number must divide the channels: it panics if it does not.
func NewGroupNorm(name string, in Shape, groups int) *GroupNorm {
	if groups < 1 || in.C%groups != 0 {
		panic(fmt.Sprintf("nn: %s: %d channels in %d groups", name, in.C, groups))
	}
	l := &GroupNorm{
		geometry: kernel.GroupNorm{Pixels: in.Len() / in.C, C: in.C, Groups: groups, Epsilon: groupNormEpsilon},
		weight:   &Param{Name: name + "/weight", Shape: []int{in.C}, start: 1},
		bias:     &Param{Name: name + "/bias", Shape: []int{in.C}},
	}
	l.base = base{name: name, in: []Shape{in}, out: in, params: []*Param{l.weight, l.bias}}
	return l
}

func (l *GroupNorm) Scratch() int { return l.geometry.Stats() }

func (l *GroupNorm) Forward(c *Call) {
	c.Kernel.GroupNormForward(&l.geometry, c.N, c.Y, c.Scratch, c.X[0], l.weight.Value, l.bias.Value)
}

func (l *GroupNorm) Backward(c *Call) {
	c.Kernel.GroupNormBackward(&l.geometry, c.N, c.DX[0], l.weight.In(c.Grad), l.bias.In(c.Grad), c.Scratch, c.X[0], c.DY, l.weight.Value)
}

// Emit writes operators that every runtime has: GroupNormalization came with operator set
// 21, and ReduceMean takes its axes in another way from 18 on.
func (l *GroupNorm) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	node := func(op, name string, in ...onnx.Value) onnx.Value { return g.Node(op, l.name+"/"+name, in) }
	shape := func(name string, v ...int64) onnx.Value { return g.Int64(l.name+"/"+name, []int{len(v)}, v) }
	groups := node("Reshape", "groups", x[0], shape("groups_shape", 0, int64(l.geometry.Groups), int64(l.geometry.C/l.geometry.Groups), int64(l.geometry.Pixels)))
	centred := node("Sub", "centred", groups, node("GlobalAveragePool", "mean", groups))
	variance := node("GlobalAveragePool", "variance", node("Mul", "squares", centred, centred))
	epsilon := g.Float32(l.name+"/epsilon", nil, []float32{groupNormEpsilon})
	deviation := node("Sqrt", "deviation", node("Add", "variance_epsilon", variance, epsilon))
	y := node("Div", "normal", centred, deviation)

	whole := []int64{0, int64(l.out.C)}
	if !l.out.IsVector() {
		whole = append(whole, int64(l.out.H), int64(l.out.W))
	}
	y = node("Reshape", "reshape", y, shape("shape", whole...))
	// A batch normalisation by mean 0 and variance 1 is a scale and a shift by channel.
	constant := func(name string, v float32) onnx.Value {
		values := make([]float32, l.out.C)
		for i := range values {
			values[i] = v
		}
		return g.Float32(l.name+"/"+name, []int{l.out.C}, values)
	}
	return g.Node("BatchNormalization", l.name, []onnx.Value{y, l.weight.emit(g), l.bias.emit(g), constant("zeros", 0), constant("ones", 1)}, onnx.Float("epsilon", 0))
}
