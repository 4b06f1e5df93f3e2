package goengine

import "slices"

// opConcat joins tensors along an axis.
func opConcat(c *call) *value {
	first := c.in[0]
	at := axis(int(c.Int("axis", 0)), len(first.shape))
	shape := slices.Clone(first.shape)
	shape[at] = 0
	for _, v := range c.in {
		others := slices.Clone(v.shape)
		if len(others) == len(shape) {
			others[at] = first.shape[at]
		}
		if !slices.Equal(others, first.shape) || v.typ != first.typ {
			failf("tensors of the shapes %v and %v cannot be joined along dimension %d", first.shape, v.shape, at)
		}
		shape[at] += v.shape[at]
	}
	y := c.newValue(first.typ, shape, first.order)
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

// opSplit cuts a tensor along an axis into parts of given sizes, or into equal
// parts, of which the last may be smaller.
func opSplit(c *call) *value {
	x := c.in[0]
	at := axis(int(c.Int("axis", 0)), len(x.shape))
	parts := c.ints(1)
	if parts == nil {
		n, rest := len(c.Outputs), x.shape[at]
		size := (rest + n - 1) / n
		for range n {
			parts = append(parts, min(size, rest))
			rest -= min(size, rest)
		}
	}
	sum := 0
	for _, size := range parts {
		if size < 0 || size > x.shape[at]-sum {
			failf("the parts %v do not make up the %d of dimension %d", parts, x.shape[at], at)
		}
		sum += size
	}
	if sum != x.shape[at] || len(parts) != len(c.Outputs) {
		failf("the parts %v do not make up the %d of dimension %d", parts, x.shape[at], at)
	}
	begin := 0
	for i, size := range parts {
		c.results[i] = c.part(x, at, begin, size)
		begin += size
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

// opSlice takes every step-th element from start to end of some dimensions. Places
// may count from the end, and are moved inside.
func opSlice(c *call) *value {
	x := c.in[0]
	starts, ends, steps := c.ints(1), c.ints(2), c.ints(4)
	if steps == nil {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	which := plainOrder(len(starts))
	if c.operand(3) != nil {
		which = axes(c.ints(3), len(x.shape))
	}
	if len(ends) != len(starts) || len(which) != len(starts) || len(steps) != len(starts) || len(starts) > len(x.shape) {
		failf("starts, ends, axes and steps have different lengths")
	}
	shape, strides, begin := slices.Clone(x.shape), x.strides(), 0
	for i, at := range which {
		step, size := steps[i], x.shape[at]
		if step == 0 {
			failf("step %d is 0", i)
		}
		low, high := 0, size
		if step < 0 {
			low, high = -1, size-1
		}
		inside := func(p int) int {
			if p < 0 {
				p += size
			}
			return min(max(p, low), high)
		}
		start, end := inside(starts[i]), inside(ends[i])
		step = min(max(step, -maxElements), maxElements) // beyond any size
		n := (end - start + step - 1) / step
		if step < 0 {
			n = (start - end - step - 1) / -step
		}
		shape[at] = max(n, 0)
		begin += start * strides[at]
		strides[at] *= step
	}
	y := c.newValue(x.typ, shape, x.order)
	c.copy(y, 0, pick(y.strides(), x.order), x, begin, pick(strides, x.order), pick(shape, x.order))
	return y
}
