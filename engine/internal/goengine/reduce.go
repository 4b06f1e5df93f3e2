package goengine

import (
	"math"
	"slices"

	"govae/onnx"
)

// opGlobalAveragePool is the mean over all spatial dimensions.
func opGlobalAveragePool(c *call) *value {
	x := c.float(0)
	return c.reduce(x, plainOrder(len(x.shape))[min(2, len(x.shape)):], true, true)
}

func opReduceMean(c *call) *value { return c.reduceNode(true) }
func opReduceSum(c *call) *value  { return c.reduceNode(false) }

// reduceNode reads axes from an attribute or, in newer operator sets, an input.
func (c *call) reduceNode(mean bool) *value {
	x := c.float(0)
	list := c.listOf("axes", 1)
	if len(list) == 0 {
		if c.Int("noop_with_empty_axes", 0) != 0 {
			return alias(x)
		}
		list = plainOrder(len(x.shape))
	}
	return c.reduce(x, axes(list, len(x.shape)), c.Int("keepdims", 1) != 0, mean)
}

// listOf returns integers from an attribute or else from input i.
func (c *call) listOf(attribute string, i int) []int {
	var list []int
	if c.Has(attribute) {
		for _, v := range c.Ints(attribute) {
			list = append(list, int(v))
		}
		return list
	}
	return c.ints(i)
}

// reduce sums over dimensions, or takes the mean. They become of size 1, or are
// dropped.
func (c *compiler) reduce(x *value, over []int, keep, mean bool) *value {
	var kept, shape []int
	for i, size := range x.shape {
		if !slices.Contains(over, i) {
			kept = append(kept, i)
			shape = append(shape, size)
		} else if keep {
			shape = append(shape, 1)
		}
	}
	strides := x.strides()
	none := make([]int, len(x.shape))
	sizes := append(pick(x.shape, kept), 1)
	outer := newWalk(sizes, append(pick(strides, kept), 0))
	terms := newWalk(pick(x.shape, over), pick(strides, over), pick(none, over))
	count := product(pick(x.shape, over))
	y := c.newValue(onnx.Float32, shape, nil)
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
	at := axis(int(c.Int("axis", -1)), len(x.shape))
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
