package train

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"govae/internal/kernel"
)

// Muon moves a weight matrix by the gradient's momentum made orthogonal: all directions of
// the matrix move alike, not those most that the gradient prefers (Jordan et al. 2024,
// "Muon: an optimizer for hidden layers in neural networks"). Scaled so that an element
// moves by about stepSize of the learning rate, as with Adam, one rate serves matrices of all
// sizes (Liu et al. 2025, arXiv 2502.16982, section 2.2). docs/photos.md says what it gains.
//
// The momentum X, with singular values S, is to become U V' of X = U S V'. That is X Q for
// the matrix Q = (X'X)^(-1/2), to which polynomials of X'X converge (Amsel et al. 2025, "The
// Polar Express", arXiv 2505.16932, which has the best ones for float arithmetic of few
// bits). All of them are computed on the smaller side of the matrix.

const (
	muonRate = 4e-3
	momentum = 0.9
	stepSize = 0.2
)

// polar are the coefficients of x, x^3 and x^5 of the polynomials, one after the other. They
// bring singular values from 1e-3 to 1 to between 0.4 and 1.6, which serves as well as 1.
var polar = [][3]float32{
	{8.287212, -23.595886, 17.300387},
	{4.107059, -2.947850, 0.544843},
	{3.948691, -2.908902, 0.551819},
	{3.318420, -2.488488, 0.510049},
}

// headroom is how far rounding may take a singular value above the largest possible one.
const headroom = 1.01

// muon is memory for square matrices of the largest smaller side.
type muon struct{ gram, poly, root, work []float32 }

func newMuon(weights []matrix) *muon {
	size := 0
	for _, w := range weights {
		side := min(w.rows, w.columns)
		size = max(size, side*side)
	}
	return &muon{make([]float32, size), make([]float32, size), make([]float32, size), make([]float32, size)}
}

// step moves w, of which the share keep stays. m is its momentum, and grad, which is lost,
// its gradient.
func (o *muon) step(k *kernel.Kernel, w matrix, theta, m, grad []float32, rate float64, keep float32) {
	k.Momentum(m, grad, momentum)
	n := min(w.rows, w.columns)
	square := n * n
	root, norm := o.inverseRoot(k, w, grad, n)
	if norm == 0 {
		norm = 1 // nothing moves
	}
	move := -float32(rate * stepSize * math.Sqrt(float64(max(w.rows, w.columns))) / norm)
	if w.rows >= w.columns {
		k.Sgemm(blas.NoTrans, blas.NoTrans, w.rows, n, n, move, grad, n, root[:square], n, keep, theta, n)
	} else {
		k.Sgemm(blas.NoTrans, blas.NoTrans, n, w.columns, n, move, root[:square], n, grad, w.columns, keep, theta, w.columns)
	}
}

// inverseRoot returns (X'X)^(-1/2) about, or that of XX' if that is smaller, for X = x/norm,
// whose singular values are at most 1.
func (o *muon) inverseRoot(k *kernel.Kernel, w matrix, x []float32, n int) (root []float32, norm float64) {
	square := n * n
	gram, poly, root, work := o.gram[:square], o.poly[:square], o.root[:square], o.work[:square]
	first, second := blas.Trans, blas.NoTrans
	if w.rows < w.columns {
		first, second = second, first
	}
	k.Sgemm(first, second, n, n, max(w.rows, w.columns), 1, x, w.columns, x, w.columns, 0, gram, n)
	var trace float64 // the sum of the squares of x
	for i := 0; i < square; i += n + 1 {
		trace += float64(gram[i])
	}
	norm = headroom * math.Sqrt(trace)
	if trace > 0 {
		k.Scale(gram, float32(1/(norm*norm)))
	}
	multiply := func(c, a, b []float32, alpha, beta float32) {
		k.Sgemm(blas.NoTrans, blas.NoTrans, n, n, n, alpha, a, n, b, n, beta, c, n)
	}
	for i, p := range polar {
		// poly = p0 + p1 gram + p2 gram^2
		copy(poly, gram)
		multiply(poly, gram, gram, p[2], p[1])
		for j := 0; j < square; j += n + 1 {
			poly[j] += p[0]
		}
		if i == 0 {
			copy(root, poly)
		} else {
			multiply(work, root, poly, 1, 0)
			root, work = work, root
		}
		if i < len(polar)-1 { // gram becomes that of X root
			multiply(work, gram, poly, 1, 0)
			multiply(gram, work, poly, 1, 0)
		}
	}
	return root, norm
}
