package goengine

import (
	"slices"

	"govae/onnx"
)

// opReshape is for the operators that give x another shape.
func opReshape(c *call) *value { return c.reshaped(c.in[0], c.shape()) }

// reshaped is x in another shape.
func (c *compiler) reshaped(x *value, shape []int) *value {
	if x.from != nil && slices.Equal(x.from.shape, shape) { // there and back
		return view(x.from, shape, x.from.order)
	}
	y := view(c.plain(x), shape, nil)
	y.from = x
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

// opTranspose names the dimensions in another order. Nothing moves.
func opTranspose(c *call) *value {
	x := c.in[0]
	order := make([]int, len(x.order))
	for i, d := range x.order {
		order[i] = slices.Index(c.Axes, d)
	}
	return view(x, c.shape(), order)
}

// opExpand repeats x along dimensions of size 1, and along new ones in front.
func opExpand(c *call) *value {
	return alias(c.stretch(c.in[0], c.shape()))
}

// stretch is x in a shape that it broadcasts to, in row-major order.
func (c *compiler) stretch(x *value, shape []int) *value {
	if slices.Equal(x.shape, shape) {
		return c.plain(x)
	}
	y := c.newValue(x.typ, shape, nil)
	c.copy(y, 0, y.strides(), x, 0, stretched(x, len(shape)), shape)
	return y
}

// opShape is a list of dimensions.
func opShape(c *call) *value {
	return c.known(onnx.Int64, c.shape(), nil, c.Out[0].Ints)
}

// opSize is the number of elements.
func opSize(c *call) *value {
	return c.known(onnx.Int64, nil, nil, []int64{int64(c.in[0].mem.n)})
}

// opDepthToSpace spreads blocks of b*b channels over b*b pixels.
func opDepthToSpace(c *call) *value {
	x, b := c.in[0], int(c.Int("blocksize", 1))
	n, channels, rows, cols := x.shape[0], c.shape()[1], x.shape[2], x.shape[3]
	if c.String("mode", "DCR") == "CRD" {
		return c.rearranged([]int{n, channels, b, b, rows, cols}, []int{0, 1, 4, 2, 5, 3})
	}
	return c.rearranged([]int{n, b, b, channels, rows, cols}, []int{0, 3, 4, 1, 5, 2})
}

// opSpaceToDepth puts the pixels of blocks of b*b into as many channels.
func opSpaceToDepth(c *call) *value {
	x, b := c.in[0], int(c.Int("blocksize", 1))
	return c.rearranged([]int{x.shape[0], x.shape[1], c.shape()[2], b, c.shape()[3], b}, []int{0, 3, 5, 1, 2, 4})
}

// rearranged is the node's input, seen as a tensor of the given sizes, with dimension
// order[0] outermost, and so on.
func (c *call) rearranged(sizes, order []int) *value {
	x := c.plain(c.in[0])
	y := c.newValue(x.typ, c.shape(), nil)
	from, to := &value{shape: sizes, order: plainOrder(len(sizes))}, &value{shape: sizes, order: order}
	c.copy(y, 0, pick(to.strides(), order), x, 0, pick(from.strides(), order), pick(sizes, order))
	return y
}

// opTile repeats x along its dimensions.
func opTile(c *call) *value {
	x, shape := c.in[0], c.shape()
	checkTables(shape)
	indices := make([][]int, len(shape))
	for d, size := range shape {
		if size == x.shape[d] {
			continue
		}
		indices[d] = make([]int, size)
		for i := range indices[d] {
			indices[d][i] = i % x.shape[d]
		}
	}
	return c.take(x, indices, nil)
}

// opRange is start, start + delta, and so on.
func opRange(c *call) *value {
	shape := c.shape()
	checkTables(shape)
	if isFloat(c.in[0].typ) {
		start, delta := c.state.f(c.in[0])[0], c.state.f(c.in[2])[0]
		y := make([]float32, shape[0])
		for i := range y {
			y[i] = start + float32(i)*delta
		}
		return c.known(onnx.Float32, shape, y, nil)
	}
	start, delta := c.state.i(c.in[0])[0], c.state.i(c.in[2])[0]
	y := make([]int64, shape[0])
	for i := range y {
		y[i] = start + int64(i)*delta
	}
	return c.known(c.in[0].typ, shape, nil, y)
}

// opTrilu keeps the upper or the lower triangle of each matrix, from the k-th diagonal on.
func opTrilu(c *call) *value {
	x, k := c.plain(c.in[0]), 0
	if v := c.operand(1); v != nil {
		if !v.mem.known {
			unsupported("input 1 depends on the data, which the pure-Go engine does not support")
		}
		k = int(min(max(c.state.i(v)[0], -maxElements), maxElements))
	}
	upper := c.Int("upper", 1) != 0
	rank := len(x.shape)
	rows, cols := x.shape[rank-2], x.shape[rank-1]
	y := c.newValue(x.typ, x.shape, nil)
	c.emit(func(s *state) {
		if x.mem.ints {
			triangle(s.i(y), s.i(x), rows, cols, k, upper)
		} else {
			triangle(s.f(y), s.f(x), rows, cols, k, upper)
		}
	}, []*value{y}, []*value{x})
	return y
}

func triangle[T any](dst, src []T, rows, cols, k int, upper bool) {
	clear(dst)
	for i := 0; i < len(src); i += cols {
		edge := min(max(i/cols%rows+k, 0), cols)
		if upper {
			copy(dst[i+edge:i+cols], src[i+edge:])
		} else {
			edge = min(max(i/cols%rows+k+1, 0), cols)
			copy(dst[i:i+edge], src[i:])
		}
	}
}
