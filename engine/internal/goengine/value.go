package goengine

import (
	"slices"

	"govae/onnx"
)

// value is a tensor of a program: what its elements mean, and where they lie.
type value struct {
	typ   onnx.DataType
	shape []int
	// order says how the elements lie in memory: dimension order[0] is the
	// outermost there. A plain tensor has 0, 1, 2...
	order []int
	mem   *memory // shared by all views of the tensor

	uses   int     // how many nodes and graph outputs read it
	linear *linear // the operation that computes it, if more may become part of it
	dense  *dense  // the dense layer whose result this is, reshaped and for one reader
	flatOf *value  // a tensor [N, ...] that this is a copy of, as a matrix [N, all else]
	from   *value  // a tensor that this is a copy of, in another shape
}

// memory is a stretch of elements.
type memory struct {
	id    int // index into a state
	n     int // elements
	ints  bool
	known bool // the content is the same in every run, and in the compiler's state
}

// isFloat reports whether elements of that type are kept as float32; all others
// are kept as int64.
func isFloat(t onnx.DataType) bool {
	return t == onnx.Float32 || t == onnx.Float16 || t == onnx.BFloat16 || t == onnx.Float64
}

// plainOrder is 0, 1, ... rank-1.
func plainOrder(rank int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = i
	}
	return order
}

// channelsLast is the order of images [N, C, spatial...] with a pixel's channels
// side by side.
func channelsLast(rank int) []int {
	order := append(plainOrder(rank)[:1], plainOrder(rank)[2:]...)
	return append(order, 1)
}

// liesIn reports whether the elements lie as in the given order. Dimensions of
// one element lie anywhere.
func (v *value) liesIn(order []int) bool {
	long := func(order []int) []int {
		return slices.DeleteFunc(slices.Clone(order), func(d int) bool { return v.shape[d] == 1 })
	}
	return slices.Equal(long(v.order), long(order))
}

// strides returns how far apart in memory neighbours along each dimension are.
func (v *value) strides() []int {
	strides := make([]int, len(v.shape))
	step := 1
	for _, d := range slices.Backward(v.order) {
		strides[d] = step
		step *= v.shape[d]
	}
	return strides
}

// stored returns the sizes of the dimensions as they lie in memory.
func (v *value) stored() []int {
	sizes := make([]int, len(v.shape))
	for i, d := range v.order {
		sizes[i] = v.shape[d]
	}
	return sizes
}

// product multiplies sizes that were checked before.
func product(sizes []int) int {
	n := 1
	for _, s := range sizes {
		n *= s
	}
	return n
}

// pick returns the elements of list at the indices.
func pick(list, indices []int) []int {
	picked := make([]int, len(indices))
	for i, at := range indices {
		picked[i] = list[at]
	}
	return picked
}
