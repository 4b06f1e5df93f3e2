package goengine

import (
	"slices"

	"govae/onnx"
)

// dense is a product x*w + bias with a constant matrix w. Rows and columns of w
// may be permuted, to go with images that lie in memory with the channels last.
type dense struct {
	*linear
	rows, cols tensorForm
	transposed bool // w is [columns, rows] in the file
}

// tensorForm is a shape and the order in which its dimensions lie in memory.
type tensorForm struct{ shape, order []int }

// addDense returns x*w + bias, the matrix x being the rows of a tensor. The
// result has the given shape. bias may be nil.
func (c *compiler) addDense(x, w *value, transposed bool, shape []int, scale, bias []float32) *value {
	k, n := w.shape[0], w.shape[1]
	if transposed {
		k, n = n, k
	}
	d := &dense{
		rows: tensorForm{[]int{k}, []int{0}}, cols: tensorForm{[]int{n}, []int{0}}, transposed: transposed,
	}
	d.linear = &linear{weights: w, form: d.form, channels: len(shape) - 1, scale: scale, bias: bias,
		channel: func(i int) int {
			if transposed {
				return i / k
			}
			return i % n
		}}
	if from := x.flatOf; from != nil && from.order[0] == 0 {
		d.rows = inner(from.shape, from.order)
		x = from
	} else {
		x = c.plain(x)
	}
	y := c.newValue(onnx.Float32, shape, nil)
	c.addLinear(y, d.linear)
	y.dense = d
	m := y.mem.n / max(n, 1)
	c.emitStep(step{late: true, work: m * n * k, run: func(s *state) {
		c.kernel.Affine(m, n, k, s.f(y), s.f(x), d.w, d.bias, d.relu)
	}}, []*value{y}, []*value{x})
	return y
}

// inner is the form of what is behind the first dimension.
func inner(shape, order []int) tensorForm {
	f := tensorForm{shape[1:], slices.Clone(order[1:])}
	for i := range f.order {
		f.order[i]--
	}
	return f
}

// form is that of the weights for the kernel: [rows, columns].
func (d *dense) form() (sizes, order []int) {
	add := func(list []int, n int) []int {
		sum := slices.Clone(list)
		for i := range sum {
			sum[i] += n
		}
		return sum
	}
	if d.transposed {
		return slices.Concat(d.cols.shape, d.rows.shape), slices.Concat(add(d.rows.order, len(d.cols.shape)), d.cols.order)
	}
	return slices.Concat(d.rows.shape, d.cols.shape), slices.Concat(d.rows.order, add(d.cols.order, len(d.rows.shape)))
}

// permuteColumns makes the dense layer that computes v, a tensor [N, ...], put its
// columns into the order in which v's elements are to lie, and reports whether it
// could. So no copy is needed between a dense layer and a convolution.
func permuteColumns(v *value, order []int) bool {
	d := v.dense
	if d == nil || v.uses != 1 || v.mem.known || order[0] != 0 || product(v.shape[1:]) != d.count {
		return false
	}
	d.cols = inner(v.shape, order)
	if d.bias != nil {
		d.bias = permuted(d.bias, d.cols.shape, d.cols.order)
	}
	v.order = order
	v.dense = nil // once is enough
	return true
}
