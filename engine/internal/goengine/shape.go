package goengine

import (
	"slices"

	"govae/onnx"
)

// opReshape is for the operators that give x another shape.
func opReshape(c *call) *value { return c.reshaped(c.in[0], c.shape()) }

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
	x := c.in[0]
	y := c.newValue(x.typ, c.shape(), nil)
	c.copy(y, 0, y.strides(), x, 0, stretched(x, len(y.shape)), y.shape)
	return y
}

// opShape is a list of dimensions.
func opShape(c *call) *value {
	return c.known(onnx.Int64, c.shape(), nil, c.Out[0].Ints)
}

// opDepthToSpace spreads blocks of b*b channels over b*b pixels.
func opDepthToSpace(c *call) *value {
	x := c.plain(c.in[0])
	b := int(c.Int("blocksize", 1))
	n, channels, rows, cols := x.shape[0], c.shape()[1], x.shape[2], x.shape[3]
	sizes := []int{n, b, b, channels, rows, cols} // of x
	order := []int{0, 3, 4, 1, 5, 2}              // in the result
	if c.String("mode", "DCR") == "CRD" {
		sizes = []int{n, channels, b, b, rows, cols}
		order = []int{0, 1, 4, 2, 5, 3}
	}
	y := c.newValue(x.typ, c.shape(), nil)
	from, to := &value{shape: sizes, order: plainOrder(6)}, &value{shape: sizes, order: order}
	c.copy(y, 0, pick(to.strides(), order), x, 0, pick(from.strides(), order), pick(sizes, order))
	return y
}
