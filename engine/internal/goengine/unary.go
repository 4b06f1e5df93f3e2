package goengine

import (
	"math"

	"govae/onnx"
)

// unary applies f to each element of float input 0.
func (c *call) unary(f func(dst, x []float32)) *value {
	return c.unaryOf(c.float(0), f)
}

func (c *compiler) unaryOf(x *value, f func(dst, x []float32)) *value {
	y := c.newValue(onnx.Float32, x.shape, x.order)
	c.emitInPlace(func(s *state) { f(s.f(y), s.f(x)) }, y, x)
	return y
}

// each makes a function on slices of one on numbers.
func each(f func(float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		for i, v := range x {
			dst[i] = f(v)
		}
	}
}

func opSigmoid(c *call) *value { return c.unary(c.kernel.Sigmoid) }
func opTanh(c *call) *value    { return c.unary(c.kernel.Tanh) }
func opExp(c *call) *value     { return c.unary(c.kernel.Exp) }

func opLeakyRelu(c *call) *value {
	alpha := c.Float("alpha", 0.01)
	return c.unary(each(func(v float32) float32 {
		if v >= 0 {
			return v
		}
		return alpha * v
	}))
}

func opRelu(c *call) *value {
	x := c.in[0]
	if !isFloat(x.typ) {
		return c.intUnary(x, func(v int64) int64 { return max(v, 0) })
	}
	if l := open(x); l != nil {
		l.relu = true
		return alias(x)
	}
	return c.unary(func(dst, x []float32) {
		for i, v := range x {
			if v < 0 {
				v = 0
			}
			dst[i] = v
		}
	})
}

func (c *compiler) intUnary(x *value, f func(int64) int64) *value {
	y := c.newValue(x.typ, x.shape, x.order)
	c.emit(func(s *state) {
		dst := s.i(y)
		for i, v := range s.i(x) {
			dst[i] = wrap(y.typ, f(v))
		}
	}, []*value{y}, []*value{x})
	return y
}

// opClip limits x to [min, max], which may be left out.
func opClip(c *call) *value {
	x := c.in[0]
	y := c.newValue(x.typ, x.shape, x.order)
	operands := []*value{x}
	low, high := c.operand(1), c.operand(2)
	for _, v := range []*value{low, high} {
		if v != nil {
			operands = append(operands, v)
		}
	}
	if !isFloat(x.typ) {
		c.emit(func(s *state) {
			lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
			clip(s.i(y), s.i(x), limit(s.ints, low, lo), limit(s.ints, high, hi))
		}, []*value{y}, operands)
		return y
	}
	c.float(0)
	c.emitInPlace(func(s *state) {
		inf := float32(math.Inf(1))
		clip(s.f(y), s.f(x), limit(s.floats, low, -inf), limit(s.floats, high, inf))
	}, y, operands...)
	return y
}

func limit[T any](memories [][]T, v *value, def T) T {
	if v == nil {
		return def
	}
	return memories[v.mem.id][0]
}

// clip lets NaN pass. Where low is above high, high wins.
func clip[T float32 | int64](dst, x []T, low, high T) {
	for i, v := range x {
		if v < low {
			v = low
		}
		if v > high {
			v = high
		}
		dst[i] = v
	}
}

// opIdentity gives its operand another name.
func opIdentity(c *call) *value { return alias(c.in[0]) }
