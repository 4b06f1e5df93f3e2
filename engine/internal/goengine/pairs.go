package goengine

import (
	"math"

	"govae/onnx"
)

// row computes elements of an operator's result from rows of its two operands, whose
// elements lie a step apart: 0 for a number that is stretched.
type row[T, R any] = func(dst []R, a, b []T, aStep, bStep int)

// pairwise makes a row of a function of two elements.
func pairwise[T, R any](f func(a, b T) R) row[T, R] {
	return func(dst []R, a, b []T, aStep, bStep int) {
		for i := range dst {
			dst[i] = f(a[i*aStep], b[i*bStep])
		}
	}
}

// pairs are the operators on the elements of two tensors, or of more from the left to
// the right, with numpy's broadcasting. Add, Sub, Mul and Div are apart, see
// [compiler.arithmetic].
var pairs = map[string]row[float32, float32]{
	"Max": pairwise(func(a, b float32) float32 { return max(a, b) }),
	"Min": pairwise(func(a, b float32) float32 { return min(a, b) }),
	"PRelu": pairwise(func(x, slope float32) float32 {
		if x < 0 {
			return slope * x
		}
		return x
	}),
	"Mod": pairwise(func(a, b float32) float32 { // of the sign of b
		m := float32(math.Mod(float64(a), float64(b)))
		if m != 0 && (m < 0) != (b < 0) {
			m += b
		}
		return m
	}),
	"FMod": pairwise(func(a, b float32) float32 { return float32(math.Mod(float64(a), float64(b))) }),
}

// intPairs are those that take integers or booleans, too, or only these.
var intPairs = map[string]func(a, b int64) int64{
	"Max": func(a, b int64) int64 { return max(a, b) },
	"Min": func(a, b int64) int64 { return min(a, b) },
	"And": func(a, b int64) int64 { return a & b },
	"Or":  func(a, b int64) int64 { return a | b },
	"Xor": func(a, b int64) int64 { return a ^ b },
	"PRelu": func(x, slope int64) int64 {
		if x < 0 {
			return slope * x
		}
		return x
	},
	"Mod": func(a, b int64) int64 { // of the sign of b
		if b == 0 {
			return 0 // undefined by the standard
		}
		return (a%b + b) % b
	},
	"FMod": func(a, b int64) int64 { // of the sign of a
		if b == 0 {
			return 0
		}
		return a % b
	},
}

func opPair(c *call) *value {
	y := c.in[0]
	name := c.Op
	if c.Int("fmod", 0) != 0 {
		name = "FMod"
	}
	for _, v := range c.in[1:] {
		switch {
		case c.Op == "Sum" || c.Op == "Mean":
			y = c.arithmetic("Add", y, v)
		case isFloat(y.typ):
			y = c.pair(y, v, pairs[name])
		default:
			y = c.intPair(y, v, intPairs[name])
		}
	}
	if c.Op == "Mean" {
		y = c.arithmetic("Div", y, c.number(float32(len(c.in))))
	}
	return alias(y)
}

// pair is f of the elements of two float tensors.
func (c *compiler) pair(a, b *value, f row[float32, float32]) *value {
	y, w, inPlace := c.broadcast(onnx.Float32, a, b)
	run := func(s *state) { combine(w, s.f(y), s.f(a), s.f(b), f) }
	c.emitStep(step{run: run, inPlace: inPlace}, []*value{y}, []*value{a, b})
	return y
}

// intPair is f of the elements of two integer tensors of one type, wrapped to that.
func (c *compiler) intPair(a, b *value, f func(a, b int64) int64) *value {
	if f == nil || a.typ == onnx.Uint64 || a.typ != b.typ {
		unsupported("the pure-Go engine does not compute this for %v and %v", a.typ, b.typ)
	}
	y, w, _ := c.broadcast(a.typ, a, b)
	rows := pairwise(func(a, b int64) int64 { return wrap(y.typ, f(a, b)) })
	c.emit(func(s *state) { combine(w, s.i(y), s.i(a), s.i(b), rows) }, []*value{y}, []*value{a, b})
	return y
}

// opWhere takes elements of the second tensor where the first is true, else of the third.
func opWhere(c *call) *value {
	shape := c.shape()
	condition, a, b := c.stretch(c.in[0], shape), c.stretch(c.in[1], shape), c.stretch(c.in[2], shape)
	y := c.newValue(a.typ, shape, nil)
	c.emit(func(s *state) {
		if y.mem.ints {
			choose(s.i(y), s.i(condition), s.i(a), s.i(b))
		} else {
			choose(s.f(y), s.i(condition), s.f(a), s.f(b))
		}
	}, []*value{y}, []*value{condition, a, b})
	return y
}

func choose[T any](dst []T, condition []int64, a, b []T) {
	for i, yes := range condition {
		if yes != 0 {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}
