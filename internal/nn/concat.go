package nn

import "govae/onnx"

// Concat puts feature maps of one size, or vectors, side by side: their channels follow
// each other.
type Concat struct{ base }

// NewConcat returns the concatenation of inputs of the given shapes. It panics unless
// these differ in nothing but their channels.
func NewConcat(name string, in ...Shape) *Concat {
	out := in[0]
	for _, s := range in[1:] {
		if s.H != out.H || s.W != out.W {
			panic("nn: " + name + ": cannot concatenate " + s.String() + " with " + in[0].String())
		}
		out.C += s.C
	}
	return &Concat{base{name: name, in: in, out: out}}
}

func (l *Concat) Forward(c *Call) {
	at, rows := 0, len(c.Y)/l.out.C
	for i, x := range c.X {
		channels := l.in[i].C
		c.Kernel.CopyColumns(rows, channels, c.Y[at:], l.out.C, x, channels)
		at += channels
	}
}

func (l *Concat) Backward(c *Call) {
	at, rows := 0, len(c.DY)/l.out.C
	for i, dx := range c.DX {
		channels := l.in[i].C
		if dx != nil {
			c.Kernel.CopyColumns(rows, channels, dx, channels, c.DY[at:], l.out.C)
		}
		at += channels
	}
}

func (l *Concat) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	return g.Node("Concat", l.name, x, onnx.Int("axis", 1))
}
