package goengine

import (
	"slices"

	"govae/onnx"
)

// take returns a tensor whose element i along dimension d is x's element
// indices[d][i], or a filling where that is negative. nil stands for all indices
// in order. filling is nil if there is no negative index.
func (c *compiler) take(x *value, indices [][]int, filling *value) *value {
	shape := slices.Clone(x.shape)
	for d, list := range indices {
		if list != nil {
			shape[d] = len(list)
		}
	}
	y := c.newValue(x.typ, shape, x.order)
	// places[i][j] is how far element j along the i-th dimension in memory is.
	checkTables(shape)
	places := make([][]int, len(shape))
	strides := x.strides()
	for i, d := range x.order {
		places[i] = make([]int, shape[d])
		for j := range places[i] {
			at := j
			if indices[d] != nil {
				at = indices[d][j]
			}
			places[i][j] = at * strides[d]
			if at < 0 {
				places[i][j] = outside
			}
		}
	}
	operands := []*value{x}
	if filling != nil {
		operands = append(operands, filling)
	}
	c.emit(func(s *state) {
		if x.mem.ints {
			takeRows(s.i(y), s.i(x), places, limit(s.ints, filling, 0))
		} else {
			takeRows(s.f(y), s.f(x), places, limit(s.floats, filling, 0))
		}
	}, []*value{y}, operands)
	return y
}

// outside makes any sum with places negative.
const outside = -1 << 60 / maxRank

func takeRows[T any](dst, src []T, places [][]int, filling T) {
	if len(places) == 0 {
		copy(dst, src)
		return
	}
	outer, inner := places[:len(places)-1], places[len(places)-1]
	var at [maxRank]int
	for len(dst) > 0 {
		base := 0
		for i, list := range outer {
			base += list[at[i]]
		}
		for j, p := range inner {
			if p += base; p < 0 {
				dst[j] = filling
			} else {
				dst[j] = src[p]
			}
		}
		dst = dst[len(inner):]
		for i := len(outer) - 1; i >= 0; i-- {
			if at[i]++; at[i] < len(outer[i]) {
				break
			}
			at[i] = 0
		}
	}
}

// opGather takes the elements of one dimension that a tensor of indices names;
// that dimension becomes those of the indices.
func opGather(c *call) *value {
	x, which := c.in[0], c.in[1]
	at := c.Axes[0]
	if !which.mem.known {
		unsupported("the indices depend on the data, which the pure-Go engine does not support")
	}
	which = c.plain(which)
	list := make([]int, which.mem.n)
	for i, v := range c.state.i(which) {
		size := int64(x.shape[at])
		if v < -size || v >= size {
			failf("index %d is outside the %d elements of dimension %d", v, size, at)
		}
		list[i] = int((v + size) % size)
	}
	indices := make([][]int, len(x.shape))
	indices[at] = list
	y := c.take(x, indices, nil)
	return c.reshaped(y, c.shape())
}

// opPad adds elements around x, or takes some away where a number is negative.
func opPad(c *call) *value {
	x, filling := c.in[0], c.operand(2)
	mode := c.String("mode", "constant")
	checkTables(c.shape())
	switch {
	case filling == nil && x.mem.ints:
		filling = c.known(x.typ, nil, nil, []int64{0})
	case filling == nil:
		filling = c.known(x.typ, nil, []float32{0}, nil)
	}
	indices := make([][]int, len(x.shape))
	for i, at := range c.Axes {
		start, size, padded := c.Starts[i], x.shape[at], c.shape()[at]
		if start == 0 && padded == size {
			continue
		}
		checkPad(mode, size, -start, padded+start-size)
		list := make([]int, padded)
		for j := range list {
			list[j] = source(mode, start+j, size)
		}
		indices[at] = list
	}
	return c.take(x, indices, filling)
}

// checkPad refuses padding that has no elements to repeat.
func checkPad(mode string, size, begin, end int) {
	switch {
	case mode == "constant":
	case size == 0 && begin+end > 0:
		failf("there is nothing to repeat in a dimension of no elements")
	case mode == "reflect" && max(begin, end) >= size:
		failf("pads %d and %d reflect more than the %d elements there are", begin, end, size)
	}
}

// source is the index of the element that stands at p in padding.
func source(mode string, p, size int) int {
	if p >= 0 && p < size {
		return p
	}
	switch mode {
	case "edge":
		return min(max(p, 0), size-1)
	case "reflect":
		if p < 0 {
			return -p
		}
		return 2*(size-1) - p
	case "wrap":
		return ((p % size) + size) % size
	}
	return -1
}

// wrap cuts an integer to the range of its type, as the types' arithmetic does.
func wrap(t onnx.DataType, v int64) int64 {
	switch t {
	case onnx.Int32:
		return int64(int32(v))
	case onnx.Uint32:
		return int64(uint32(v))
	case onnx.Int16:
		return int64(int16(v))
	case onnx.Uint16:
		return int64(uint16(v))
	case onnx.Int8:
		return int64(int8(v))
	case onnx.Uint8:
		return int64(uint8(v))
	}
	return v
}
