package goengine

import (
	"slices"

	"govae/onnx"
)

// opReshape gives x another shape: 0 copies a dimension (unless allowzero), -1
// takes what is left.
func opReshape(c *call) *value {
	x := c.in[0]
	shape := slices.Clone(c.ints(1))
	rest, others := -1, 1
	for i, size := range shape {
		if size == 0 && c.Int("allowzero", 0) == 0 {
			if i >= len(x.shape) {
				failf("the new shape %v copies a dimension that %v does not have", shape, x.shape)
			}
			shape[i] = x.shape[i]
		}
		if size == -1 && rest < 0 {
			rest = i
			continue
		}
		if shape[i] < 0 || shape[i] > 0 && others > maxElements/shape[i] {
			failf("the new shape is %v", shape)
		}
		others *= shape[i]
	}
	if rest >= 0 {
		if others == 0 || x.mem.n%others != 0 {
			failf("%v cannot become %v", x.shape, shape)
		}
		shape[rest] = x.mem.n / others
		others = x.mem.n
	}
	if others != x.mem.n {
		failf("%v cannot become %v", x.shape, shape)
	}
	return c.reshaped(x, shape)
}

// reshaped is x in another shape.
func (c *compiler) reshaped(x *value, shape []int) *value {
	y := view(c.plain(x), shape, nil)
	if len(shape) > 0 && len(x.shape) > 0 && shape[0] == x.shape[0] {
		if x.dense != nil && x.uses == 1 && len(x.shape) == 2 {
			y.dense = x.dense
		}
		if len(shape) == 2 {
			y.flatOf = x
		}
	}
	return y
}

// opFlatten makes a matrix of the dimensions before axis and the rest.
func opFlatten(c *call) *value {
	x := c.in[0]
	at := int(c.Int("axis", 1))
	if at < 0 {
		at += len(x.shape)
	}
	if at < 0 || at > len(x.shape) {
		failf("axis %d is outside the shape %v", c.Int("axis", 1), x.shape)
	}
	return c.reshaped(x, []int{product(x.shape[:at]), product(x.shape[at:])})
}

// opTranspose names the dimensions in another order. Nothing moves.
func opTranspose(c *call) *value {
	x := c.in[0]
	perm := slices.Clone(plainOrder(len(x.shape)))
	slices.Reverse(perm)
	if c.Has("perm") {
		perm = nil
		for _, p := range c.Ints("perm") {
			perm = append(perm, int(p))
		}
	}
	sorted := slices.Clone(perm)
	slices.Sort(sorted)
	if !slices.Equal(sorted, plainOrder(len(x.shape))) {
		failf("perm %v does not permute the dimensions of %v", perm, x.shape)
	}
	order := make([]int, len(x.order))
	for i, d := range x.order {
		order[i] = slices.Index(perm, d)
	}
	return view(x, pick(x.shape, perm), order)
}

// opSqueeze drops dimensions of size 1.
func opSqueeze(c *call) *value {
	x := c.in[0]
	drop := axes(c.ints(1), len(x.shape))
	var shape []int
	for i, size := range x.shape {
		dropped := slices.Contains(drop, i) || c.operand(1) == nil && size == 1
		if dropped && size != 1 {
			failf("dimension %d of %v cannot be dropped", i, x.shape)
		}
		if !dropped {
			shape = append(shape, size)
		}
	}
	return c.reshaped(x, shape)
}

// opUnsqueeze adds dimensions of size 1, which are at axes in the result.
func opUnsqueeze(c *call) *value {
	x := c.in[0]
	list := c.ints(1)
	rank := len(x.shape) + len(list)
	added := axes(list, rank)
	rest := x.shape
	shape := make([]int, rank)
	for i := range shape {
		if slices.Contains(added, i) {
			shape[i] = 1
		} else {
			shape[i], rest = rest[0], rest[1:]
		}
	}
	return c.reshaped(x, shape)
}

// opExpand repeats x along dimensions of size 1, and along new ones in front.
func opExpand(c *call) *value {
	x := c.in[0]
	shape := broadcastShape(x.shape, c.ints(1))
	y := c.newValue(x.typ, shape, nil)
	c.copy(y, 0, y.strides(), x, 0, stretched(x, len(shape)), shape)
	return y
}

// opShape is a list of dimensions.
func opShape(c *call) *value {
	x := c.in[0]
	rank := len(x.shape)
	bound := func(name string, def int) int {
		i := int(c.Int(name, int64(def)))
		if i < 0 {
			i += rank
		}
		return min(max(i, 0), rank)
	}
	start := bound("start", 0)
	list := []int64{}
	for _, size := range x.shape[start:max(start, bound("end", rank))] {
		list = append(list, int64(size))
	}
	return c.known(onnx.Int64, []int{len(list)}, nil, list)
}

// opDepthToSpace spreads blocks of b*b channels over b*b pixels.
func opDepthToSpace(c *call) *value {
	x := c.plain(c.in[0])
	b := int(c.Int("blocksize", 1))
	if len(x.shape) != 4 || b < 1 || x.shape[1]%(b*b) != 0 {
		failf("the shape %v does not divide into blocks of %d x %d channels", x.shape, b, b)
	}
	n, channels, rows, cols := x.shape[0], x.shape[1]/(b*b), x.shape[2], x.shape[3]
	sizes := []int{n, b, b, channels, rows, cols} // of x
	order := []int{0, 3, 4, 1, 5, 2}              // in the result
	if c.String("mode", "DCR") == "CRD" {
		sizes = []int{n, channels, b, b, rows, cols}
		order = []int{0, 1, 4, 2, 5, 3}
	}
	y := c.newValue(x.typ, []int{n, channels, rows * b, cols * b}, nil)
	from, to := &value{shape: sizes, order: plainOrder(6)}, &value{shape: sizes, order: order}
	c.copy(y, 0, pick(to.strides(), order), x, 0, pick(from.strides(), order), pick(sizes, order))
	return y
}
