package nn

import "govae/onnx"

// Clip bounds every value: y = min(max(x, lo), hi). The gradient is 0 where a bound holds
// and a step against the gradient would lead further beyond it: whatever is beyond can
// come back.
type Clip struct {
	base
	lo, hi float32
}

// NewClip returns a layer for values of shape s.
func NewClip(name string, s Shape, lo, hi float32) *Clip {
	return &Clip{base{name: name, in: []Shape{s}, out: s}, lo, hi}
}

func (l *Clip) Forward(c *Call) {
	for i, v := range c.X[0] {
		c.Y[i] = min(max(v, l.lo), l.hi)
	}
}

func (l *Clip) Backward(c *Call) {
	if c.DX[0] == nil {
		return
	}
	for i, v := range c.Y {
		d := c.DY[i]
		if v <= l.lo && d > 0 || v >= l.hi && d < 0 {
			d = 0
		}
		c.DX[0][i] = d
	}
}

func (l *Clip) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	lo := g.Float32(l.name+"/min", nil, []float32{l.lo})
	hi := g.Float32(l.name+"/max", nil, []float32{l.hi})
	return g.Node("Clip", l.name+"/clip", []onnx.Value{x[0], lo, hi})
}
