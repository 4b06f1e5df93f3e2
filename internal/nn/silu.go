package nn

import "govae/onnx"

// SiLU applies x sigmoid(x) (Elfwing, Uchibe and Doya 2018, arXiv 1702.03118). It is a
// layer and no [Activation], because its gradient needs the sums that another layer's
// output no longer shows.
type SiLU struct{ base }

// NewSiLU returns the function for feature maps or vectors of a shape.
func NewSiLU(name string, s Shape) *SiLU {
	return &SiLU{base{name: name, in: []Shape{s}, out: s}}
}

func (l *SiLU) Forward(c *Call) { c.Kernel.SiLU(c.Y, c.X[0]) }

func (l *SiLU) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		copy(dx, c.DY)
		c.Kernel.SiLUGradient(dx, c.X[0])
	}
}

func (l *SiLU) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	return g.Node("Mul", l.name, []onnx.Value{x[0], g.Node("Sigmoid", l.name+"/sigmoid", x)})
}
