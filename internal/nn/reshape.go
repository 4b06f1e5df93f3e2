package nn

import (
	"fmt"

	"govae/onnx"
)

// Reshape makes a feature map of a vector, or a vector of a feature map. The vector has the
// order CHW, as in files, so that an ONNX graph needs no Transpose.
type Reshape struct{ base }

// NewReshape returns the layer between a vector and a feature map, either way. It panics if
// the shapes are not one of each, or hold different numbers of values.
func NewReshape(name string, in, out Shape) *Reshape {
	if in.Len() != out.Len() || in.IsVector() == out.IsVector() {
		panic(fmt.Sprintf("nn: %s: cannot make %v of %v", name, out, in))
	}
	return &Reshape{base{name: name, in: []Shape{in}, out: out}}
}

func (l *Reshape) Forward(c *Call) { l.move(c, c.Y, c.X[0], l.in[0]) }

func (l *Reshape) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		l.move(c, dx, c.DY, l.out)
	}
}

// move transposes what has the shape from: a map is a matrix of pixels by channels, a vector
// one of channels by pixels.
func (l *Reshape) move(c *Call, dst, src []float32, from Shape) {
	m := l.out
	if m.IsVector() {
		m = l.in[0]
	}
	rows, columns := m.H*m.W, m.C
	if from.IsVector() {
		rows, columns = columns, rows
	}
	c.Kernel.Transpose(c.N, rows, columns, dst, src)
}

func (l *Reshape) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	s := []int64{0, int64(l.out.C)}
	if !l.out.IsVector() {
		s = append(s, int64(l.out.H), int64(l.out.W))
	}
	return g.Node("Reshape", l.name, []onnx.Value{x[0], g.Int64(l.name+"/shape", []int{len(s)}, s)})
}
