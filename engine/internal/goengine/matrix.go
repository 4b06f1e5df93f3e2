package goengine

import (
	"slices"

	"gonum.org/v1/gonum/blas"

	"govae/onnx"
)

// opGemm is alpha*A'*B' + beta*C, with A' and B' transposed on demand.
func opGemm(c *call) *value {
	a, b, bias := c.float(0), c.float(1), c.operand(2)
	transA, transB := c.Int("transA", 0) != 0, c.Int("transB", 0) != 0
	alpha, beta := c.Float("alpha", 1), c.Float("beta", 1)
	n := c.shape()[1]
	var y *value
	if b.mem.known && !transA {
		var scale []float32
		if alpha != 1 {
			scale = slices.Repeat([]float32{alpha}, n)
		}
		y = c.addDense(a, c.plain(b), transB, c.shape(), scale, nil)
	} else {
		y = c.product(a, b, transA, transB, alpha)
	}
	if bias == nil || beta == 0 {
		return y
	}
	if beta != 1 {
		bias = c.arithmetic("Mul", bias, c.number(beta))
	}
	return c.arithmetic("Add", y, bias)
}

// product is alpha*a'*b' of matrices.
func (c *compiler) product(a, b *value, transA, transB bool, alpha float32) *value {
	a, b = c.plain(a), c.plain(b)
	m, k, n := a.shape[0], a.shape[1], b.shape[1]
	tA, tB := blas.NoTrans, blas.NoTrans
	if transA {
		tA, m, k = blas.Trans, k, m
	}
	if transB {
		tB, n = blas.Trans, b.shape[0]
	}
	y := c.newValue(onnx.Float32, []int{m, n}, nil)
	lda, ldb := max(1, a.shape[1]), max(1, b.shape[1])
	c.emitStep(step{work: m * n * k, run: func(s *state) {
		c.kernel.Sgemm(tA, tB, m, n, k, alpha, s.f(a), lda, s.f(b), ldb, 0, s.f(y), n)
	}}, []*value{y}, []*value{a, b})
	return y
}

// opMatMul is numpy's matmul: products of the last two dimensions, the others
// broadcast. A vector is a row in front and a column behind, and that dimension
// is dropped from the result.
func opMatMul(c *call) *value {
	a, b := c.float(0), c.float(1)
	x, w := a, b
	if len(a.shape) == 1 {
		x = view(a, []int{1, a.shape[0]}, nil)
	}
	if len(b.shape) == 1 {
		w = view(b, []int{b.shape[0], 1}, nil)
	}
	rankX, rankW := len(x.shape), len(w.shape)
	m, k, n := x.shape[rankX-2], x.shape[rankX-1], w.shape[rankW-1]
	if w.mem.known && rankW == 2 && len(b.shape) == 2 {
		return c.addDense(x, c.plain(w), false, c.shape(), nil, nil)
	}
	x, w = c.plain(x), c.plain(w)
	batch := broadcastShape(x.shape[:rankX-2], w.shape[:rankW-2])
	y := c.newValue(onnx.Float32, c.shape(), nil)
	matrices := func(v *value) []int { // strides over the batch
		rank := len(v.shape) - 2
		outer := &value{shape: v.shape[:rank], order: plainOrder(rank)}
		strides := stretched(outer, len(batch))
		for i := range strides {
			strides[i] *= v.shape[rank] * v.shape[rank+1]
		}
		return strides
	}
	walk := newWalk(append(slices.Clone(batch), 1), append(matrices(x), 0), append(matrices(w), 0))
	c.emitStep(step{work: y.mem.n * k, run: func(s *state) {
		dst, left, right := s.f(y), s.f(x), s.f(w)
		walk.rows(func(row, i, j int) {
			for range walk.inner {
				c.kernel.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 1, left[i:], max(1, k), right[j:], max(1, n), 0, dst, max(1, n))
				i, j, dst = i+walk.step(0), j+walk.step(1), dst[m*n:]
			}
		})
	}}, []*value{y}, []*value{x, w})
	return y
}
