package kernel

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
)

// Sgemm computes C = alpha*op(A)*op(B) + beta*C on all workers, with the
// arguments and row-major layout of gonum's [blas.Float32Level3]: op(A) is m x
// kk, op(B) kk x n, C m x n. C is overwritten if beta is 0, whatever it held,
// and A and B are not read if alpha is 0.
//
// The product is computed in register blocks, over blocks of [gemmDepth] along
// kk. A block of op(B) one register block wide is packed, by the first rows of
// op(A) that meet it where they can, so that it stays in the first-level cache
// while the others pass by where they lie.
func (k *Kernel) Sgemm(tA, tB blas.Transpose, m, n, kk int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	checkMatrix("a", tA, m, kk, a, lda)
	checkMatrix("b", tB, kk, n, b, ldb)
	checkMatrix("c", blas.NoTrans, m, n, c, ldc)
	switch {
	case m == 0 || n == 0:
	case !k.isa.products() || kk == 0 || alpha == 0:
		k.portableSgemm(tA, tB, m, n, kk, alpha, a, lda, b, ldb, beta, c, ldc)
	default:
		k.gemm(gemmTask{transA: tA != blas.NoTrans, transB: tB != blas.NoTrans, m: m, n: n, kk: kk,
			alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc, floor: floor(false)})
	}
}

// OuterSum sets dw, of rows x cols, to x' dy: the sum over a batch of n images, each a row of x
// and of dy, of their outer products.
func (k *Kernel) OuterSum(n, rows, cols int, dw, x, dy []float32) {
	checkLen("OuterSum", "dw", len(dw), rows*cols)
	checkLen("OuterSum", "x", len(x), n*rows)
	checkLen("OuterSum", "dy", len(dy), n*cols)
	switch {
	case n == 0:
		clear(dw)
	case !k.isa.products():
		k.portableOuterSum(n, rows, cols, dw, x, dy)
	case len(dw) > 0:
		k.gemm(gemmTask{transA: true, m: rows, n: cols, kk: n, alpha: 1, a: x, lda: rows, b: dy, ldb: cols, c: dw, ldc: cols, floor: floor(false), tree: k.Tree})
	}
}

// checkMatrix panics unless x can hold a rows x cols matrix, or its transpose.
func checkMatrix(name string, t blas.Transpose, rows, cols int, x []float32, ld int) {
	if t != blas.NoTrans && t != blas.Trans && t != blas.ConjTrans {
		panic(fmt.Sprintf("kernel: Sgemm: transposition of %s is %q, want N, T or C", name, byte(t)))
	}
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("kernel: Sgemm: %s is %d x %d, want no negative size", name, rows, cols))
	}
	if t != blas.NoTrans {
		rows, cols = cols, rows
	}
	if ld < max(1, cols) {
		panic(fmt.Sprintf("kernel: Sgemm: ld%s is %d, want at least %d", name, ld, max(1, cols)))
	}
	if rows > 0 && cols > 0 && len(x) < (rows-1)*ld+cols {
		panic(fmt.Sprintf("kernel: Sgemm: len(%s) is %d, want at least %d", name, len(x), (rows-1)*ld+cols))
	}
}

// Affine computes y = x*w + bias, followed by ReLU if relu is set: the forward
// pass of a dense layer. x is m x kk, w kk x n, bias n long (nil for none), y m x n.
func (k *Kernel) Affine(m, n, kk int, y, x, w, bias []float32, relu bool) {
	checkLen("Affine", "y", len(y), m*n)
	checkLen("Affine", "x", len(x), m*kk)
	checkLen("Affine", "w", len(w), kk*n)
	if bias != nil {
		checkLen("Affine", "bias", len(bias), n)
	}
	switch {
	case m == 0 || n == 0:
	case !k.isa.products() || kk == 0:
		k.portableSgemm(blas.NoTrans, blas.NoTrans, m, n, kk, 1, x, max(1, kk), w, n, 0, y, n)
		k.epilogue(y, bias, n, relu)
	default:
		k.gemm(gemmTask{m: m, n: n, kk: kk, alpha: 1, a: x, lda: kk, b: w, ldb: n, c: y, ldc: n, bias: bias, floor: floor(relu)})
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
