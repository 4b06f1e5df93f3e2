package goengine

import (
	"math"
	"slices"

	"govae/onnx"
)

// opGlobalAveragePool is the mean over all spatial dimensions.
func opGlobalAveragePool(c *call) *value {
	return c.reduce(c.float(0), true)
}

func opReduceMean(c *call) *value { return c.reduce(c.float(0), true) }
func opReduceSum(c *call) *value  { return c.reduce(c.float(0), false) }

// reduce sums over the node's axes, or takes the mean.
func (c *call) reduce(x *value, mean bool) *value {
	if len(c.Axes) == 0 {
		return alias(x)
	}
	over := c.Axes
	kept := slices.DeleteFunc(plainOrder(len(x.shape)), func(d int) bool { return slices.Contains(over, d) })
	strides := x.strides()
	none := make([]int, len(x.shape))
	sizes := append(pick(x.shape, kept), 1)
	outer := newWalk(sizes, append(pick(strides, kept), 0))
	terms := newWalk(pick(x.shape, over), pick(strides, over), pick(none, over))
	count := product(pick(x.shape, over))
	y := c.newValue(onnx.Float32, c.shape(), nil)
	c.emitStep(step{work: y.mem.n * count, run: func(s *state) {
		dst, src := s.f(y), s.f(x)
		step := outer.step(0)
		outer.rows(func(row, at, _ int) {
			for i := range outer.inner {
				sum := 0.0
				terms.rows(func(_, a, _ int) {
					a += at + i*step
					for range terms.inner {
						sum += float64(src[a])
						a += terms.step(0)
					}
				})
				if mean {
					sum /= float64(count)
				}
				dst[row*outer.inner+i] = float32(sum)
			}
		})
	}}, []*value{y}, []*value{x})
	return y
}

// opSoftmax is e^x over the sum of e^x along an axis.
func opSoftmax(c *call) *value {
	x := c.float(0)
	at := c.Axes[0]
	order := append(slices.DeleteFunc(plainOrder(len(x.shape)), func(d int) bool { return d == at }), at)
	x = c.inOrder(x, order)
	n := x.shape[at]
	y := c.newValue(onnx.Float32, x.shape, order)
	c.emitInPlace(func(s *state) {
		dst, src := s.f(y), s.f(x)
		for i := 0; i < len(src); i += n {
			row, highest, sum := dst[i:i+n], slices.Max(src[i:i+n]), 0.0
			for j, v := range src[i : i+n] {
				e := math.Exp(float64(v - highest))
				row[j] = float32(e)
				sum += e
			}
			for j := range row {
				row[j] = float32(float64(row[j]) / sum)
			}
		}
	}, y, x)
	return y
}
