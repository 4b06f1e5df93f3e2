package goengine

import (
	"math"
	"slices"

	"govae/onnx"
)

func opArithmetic(c *call) *value {
	a, b := c.in[0], c.in[1]
	if isFloat(a.typ) {
		return c.arithmetic(c.Op, a, b)
	}
	return c.intArithmetic(a, b)
}

// arithmetic is a op b on float32 tensors, with numpy's broadcasting.
func (c *compiler) arithmetic(op string, a, b *value) *value {
	if y := c.absorb(op, a, b); y != nil {
		return y
	}
	if op == "Add" || op == "Mul" {
		if y := c.absorb(op, b, a); y != nil {
			return y
		}
	}
	return c.pair(a, b, map[string]row[float32, float32]{
		"Add": addRow, "Sub": subRow, "Mul": mulRow, "Div": divRow, "Pow": powRow,
	}[op])
}

// broadcast returns a new tensor for the results of an operator on the elements
// of a and b, and the walk over their rows. It lies in memory like the operand
// that has its shape. inPlace says that this is a, and nothing forbids to
// overwrite it.
func (c *compiler) broadcast(typ onnx.DataType, a, b *value) (y *value, w *walk, inPlace bool) {
	shape := broadcastShape(a.shape, b.shape)
	order := plainOrder(len(shape))
	switch {
	case slices.Equal(shape, a.shape):
		order, inPlace = a.order, a.mem != b.mem
	case slices.Equal(shape, b.shape):
		order = b.order
	}
	y = c.newValue(typ, shape, order)
	w = newWalk(y.stored(), pick(stretched(a, len(shape)), order), pick(stretched(b, len(shape)), order))
	return y, w, inPlace
}

// broadcastShape is the shape of an operator's result on tensors of two shapes.
func broadcastShape(a, b []int) []int {
	y, err := onnx.Broadcast(onnx.Sizes(a...), onnx.Sizes(b...))
	if err != nil {
		failf("%w", err)
	}
	shape, _ := y.Sizes()
	return shape
}

// stretched returns v's strides as an operand of that rank: 0 along dimensions
// that are stretched.
func stretched(v *value, rank int) []int {
	strides := make([]int, rank)
	for i, s := range v.strides() {
		if v.shape[i] != 1 {
			strides[rank-len(v.shape)+i] = s
		}
	}
	return strides
}

// combine applies an operator to the rows of two tensors.
func combine[T, R any](w *walk, dst []R, a, b []T, f row[T, R]) {
	aStep, bStep := w.step(0), w.step(1)
	w.rows(func(row, i, j int) {
		f(dst[row*w.inner:(row+1)*w.inner], a[i:], b[j:], aStep, bStep)
	})
}

func addRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		dst[i] = a[i*aStep] + b[i*bStep]
	}
}

func subRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		dst[i] = a[i*aStep] - b[i*bStep]
	}
}

func mulRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		dst[i] = a[i*aStep] * b[i*bStep]
	}
}

func divRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		dst[i] = a[i*aStep] / b[i*bStep]
	}
}

func powRow(dst, a, b []float32, aStep, bStep int) {
	for i := range dst {
		x, y := a[i*aStep], b[i*bStep]
		if y == 2 {
			dst[i] = x * x
		} else {
			dst[i] = float32(math.Pow(float64(x), float64(y)))
		}
	}
}

// intArithmetic is arithmetic on integers, which wrap like those of their type.
func (c *call) intArithmetic(a, b *value) *value {
	return c.intPair(a, b, map[string]func(a, b int64) int64{
		"Add": func(a, b int64) int64 { return a + b },
		"Sub": func(a, b int64) int64 { return a - b },
		"Mul": func(a, b int64) int64 { return a * b },
		"Div": func(a, b int64) int64 {
			if b == 0 {
				return 0 // undefined by the standard
			}
			return a / b
		},
	}[c.Op])
}

// opPow takes an integer exponent too.
func opPow(c *call) *value {
	x, y := c.float(0), c.in[1]
	if !isFloat(y.typ) {
		y = c.cast(y, onnx.Float32)
	}
	return c.arithmetic("Pow", x, y)
}

// opBatchNorm is (x - mean) / sqrt(var + epsilon) * scale + B, with numbers of one a
// channel. In inference this is one multiplication and one addition, which mostly
// become part of the convolution in front.
func opBatchNorm(c *call) *value {
	if c.Int("training_mode", 0) != 0 {
		failf("training_mode is set, but the pure-Go engine only does inference; export the model for inference")
	}
	x := c.float(0)
	perChannel := slices.Repeat([]int{1}, len(x.shape)-1)
	perChannel[0] = x.shape[1]
	p := make([]*value, 5)
	for i := 1; i < 5; i++ {
		p[i] = view(c.float(i), perChannel, nil)
	}
	deviation := c.unaryOf(c.arithmetic("Add", p[4], c.number(c.Float("epsilon", 1e-5))), each(func(v float32) float32 {
		return float32(math.Sqrt(float64(v)))
	}))
	scale := c.arithmetic("Div", p[1], deviation)
	shift := c.arithmetic("Sub", p[2], c.arithmetic("Mul", p[3], scale))
	return c.arithmetic("Add", c.arithmetic("Mul", x, scale), shift)
}
