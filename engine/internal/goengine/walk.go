package goengine

// walk visits the elements of tensors of the same sizes that lie in memory
// differently, row by row along the last dimension.
type walk struct {
	outer   []int   // sizes of all dimensions but the last
	inner   int     // size of the last
	strides [][]int // of each tensor: its outer ones, then the inner one
}

// newWalk makes neighbouring dimensions one where they are one in all tensors.
func newWalk(sizes []int, strides ...[]int) *walk {
	merged := []int{1}
	steps := make([][]int, len(strides))
	for j := range steps {
		steps[j] = []int{0}
	}
	for i, size := range sizes {
		if size == 1 {
			continue
		}
		last := len(merged) - 1
		one := merged[last] != 1
		for j := range strides {
			one = one && steps[j][last] == strides[j][i]*size
		}
		if one || last == 0 && merged[0] == 1 {
			merged[last] *= size
			for j := range strides {
				steps[j][last] = strides[j][i]
			}
			continue
		}
		merged = append(merged, size)
		for j := range strides {
			steps[j] = append(steps[j], strides[j][i])
		}
	}
	last := len(merged) - 1
	return &walk{outer: merged[:last], inner: merged[last], strides: steps}
}

// step returns how far apart the elements of a row of tensor j are.
func (w *walk) step(j int) int { return w.strides[j][len(w.outer)] }

// rows calls f for each row with its number and the place of its first element in
// the first two tensors.
func (w *walk) rows(f func(row, a, b int)) {
	if w.inner == 0 {
		return
	}
	var at [2 * maxRank]int // the weights of a dense layer have the dimensions before it and those behind it
	n := product(w.outer)
	a, b := 0, 0
	second := w.strides[len(w.strides)-1]
	for row := range n {
		f(row, a, b)
		for i := len(w.outer) - 1; i >= 0; i-- {
			at[i]++
			a += w.strides[0][i]
			b += second[i]
			if at[i] < w.outer[i] {
				break
			}
			at[i] = 0
			a -= w.strides[0][i] * w.outer[i]
			b -= second[i] * w.outer[i]
		}
	}
}

// copyWalk copies elements from one tensor to another, beginning at the places
// given.
func copyWalk[T any](w *walk, dst []T, dstAt int, src []T, srcAt int) {
	dstStep, srcStep := w.step(0), w.step(1)
	w.rows(func(_, a, b int) {
		a += dstAt
		b += srcAt
		if dstStep == 1 && srcStep == 1 {
			copy(dst[a:a+w.inner], src[b:b+w.inner])
			return
		}
		for range w.inner {
			dst[a] = src[b]
			a += dstStep
			b += srcStep
		}
	})
}

// copy emits a copy of elements of src to dst. The sizes and the strides may name
// parts of both, beginning at the places given, and in any order.
func (c *compiler) copy(dst *value, dstAt int, dstStrides []int, src *value, srcAt int, srcStrides []int, sizes []int) {
	c.emit(copyRun(dst, dstAt, dstStrides, src, srcAt, srcStrides, sizes), []*value{dst}, []*value{src})
}

func copyRun(dst *value, dstAt int, dstStrides []int, src *value, srcAt int, srcStrides []int, sizes []int) func(*state) {
	w := newWalk(sizes, dstStrides, srcStrides)
	if dst.mem.ints {
		return func(s *state) { copyWalk(w, s.i(dst), dstAt, s.i(src), srcAt) }
	}
	return func(s *state) { copyWalk(w, s.f(dst), dstAt, s.f(src), srcAt) }
}

// permuted returns the elements of a tensor of the given sizes with dimension
// order[0] outermost, order[1] next, and so on.
func permuted(x []float32, sizes, order []int) []float32 {
	from := &value{shape: sizes, order: plainOrder(len(sizes))}
	to := &value{shape: sizes, order: order}
	if to.liesIn(from.order) {
		return x
	}
	y := make([]float32, len(x))
	copyWalk(newWalk(pick(sizes, order), pick(to.strides(), order), pick(from.strides(), order)), y, 0, x, 0)
	return y
}
