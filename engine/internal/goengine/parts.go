package goengine

import "slices"

// opConcat joins tensors along an axis.
func opConcat(c *call) *value {
	first := c.in[0]
	at := c.Axes[0]
	y := c.newValue(first.typ, c.shape(), first.order)
	strides := y.strides()
	var copies []func(*state)
	begin := 0
	for _, v := range c.in {
		copies = append(copies, copyRun(y, begin*strides[at], pick(strides, y.order), v, 0, pick(v.strides(), y.order), pick(v.shape, y.order)))
		begin += v.shape[at]
	}
	c.emit(func(s *state) {
		for _, run := range copies {
			run(s)
		}
	}, []*value{y}, c.in)
	return y
}

// opSplit cuts a tensor along an axis into parts.
func opSplit(c *call) *value {
	x, at, begin := c.in[0], c.Axes[0], 0
	for i, part := range c.Out {
		c.results[i] = c.part(x, at, begin, part.Shape[at])
		begin += part.Shape[at]
	}
	return c.results[0]
}

// part is the stretch [begin, begin+size) of a dimension.
func (c *compiler) part(x *value, at, begin, size int) *value {
	shape := slices.Clone(x.shape)
	shape[at] = size
	y := c.newValue(x.typ, shape, x.order)
	strides := x.strides()
	c.copy(y, 0, pick(y.strides(), x.order), x, begin*strides[at], pick(strides, x.order), pick(shape, x.order))
	return y
}

// opSlice takes every step-th element of some dimensions, from a first one on.
func opSlice(c *call) *value {
	x, shape := c.in[0], c.shape()
	strides, begin := x.strides(), 0
	for i, at := range c.Axes {
		begin += c.Starts[i] * strides[at]
		strides[at] *= c.Steps[i]
	}
	y := c.newValue(x.typ, shape, x.order)
	c.copy(y, 0, pick(y.strides(), x.order), x, begin, pick(strides, x.order), pick(shape, x.order))
	return y
}
