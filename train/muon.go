package train

import (
	"cmp"
	"math"
	"slices"

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

// muon moves all matrices, several at the same time: the many products of a small one are too
// short to be shared by the cores.
type muon struct {
	weights []matrix // those that take longest first: in the end idle cores help with products of the last
	side    int      // the largest smaller one
	free    chan *squares

	// The step that is being taken.
	k                       *kernel.Kernel
	theta, average, m, grad []float32
	rate                    float64
	keep, share             float32
}

// squares is memory for square matrices of the largest smaller side.
type squares struct{ gram, poly, root, work []float32 }

func newMuon(weights []matrix) *muon {
	o := &muon{weights: slices.Clone(weights), free: make(chan *squares, len(weights))}
	for _, w := range weights {
		o.side = max(o.side, min(w.rows, w.columns))
	}
	work := func(w matrix) int { n := min(w.rows, w.columns); return n * n * (2*max(w.rows, w.columns) + 13*n) }
	slices.SortStableFunc(o.weights, func(a, b matrix) int { return cmp.Compare(work(b), work(a)) })
	return o
}

// step updates the matrices among the parameters theta, after multiplying them by keep (weight decay),
// and moves the average towards them by share. m is the momentum, and grad the gradient, which is
// overwritten.
func (o *muon) step(k *kernel.Kernel, theta, average, m, grad []float32, rate float64, keep, share float32) {
	o.k, o.theta, o.average, o.m, o.grad, o.rate, o.keep, o.share = k, theta, average, m, grad, rate, keep, share
	k.Run(len(o.weights), o)
}

// Do moves matrix number i.
func (o *muon) Do(i int) {
	w := o.weights[i]
	theta, x := w.In(o.theta), w.In(o.grad)
	o.k.Momentum(w.In(o.m), x, momentum)
	s := o.borrow()
	n := min(w.rows, w.columns)
	gramOf(o.k, s.gram[:n*n], w, x, n)
	root, norm := s.inverseRoot(o.k.Float32(), n)
	if norm == 0 {
		norm = 1 // nothing moves
	}
	o.k.Scale(root, -float32(o.rate*stepSize*math.Sqrt(float64(max(w.rows, w.columns)))/norm))
	if w.rows >= w.columns {
		o.k.Sgemm(blas.NoTrans, blas.NoTrans, w.rows, n, n, 1, x, n, root, n, o.keep, theta, n)
	} else {
		o.k.Sgemm(blas.NoTrans, blas.NoTrans, n, w.columns, n, 1, root, n, x, w.columns, o.keep, theta, w.columns)
	}
	o.free <- s
	o.k.Average(w.In(o.average), theta, o.share)
}

// borrow returns memory that nobody uses; a core needs one at a time.
func (o *muon) borrow() *squares {
	select {
	case s := <-o.free:
		return s
	default:
		n := o.side * o.side
		return &squares{make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)}
	}
}

// gramOf sets gram to X'X, or to XX' if that is smaller, n x n. Both are symmetric: of the blocks below
// the diagonal none is computed.
func gramOf(k *kernel.Kernel, gram []float32, w matrix, x []float32, n int) {
	const high, narrow = 64, 16 // of a block; narrow ones are not multiplied in bfloat16 as the others are
	first, second, step := blas.Trans, blas.NoTrans, 1
	if w.rows < w.columns {
		first, second, step = blas.NoTrans, blas.Trans, w.columns
	}
	for i, rows := 0, 0; i < n; i += rows {
		if rows = high; n-i < high+narrow {
			rows = n - i
		}
		from := x[i*step:]
		k.Sgemm(first, second, rows, n-i, max(w.rows, w.columns), 1, from, w.columns, from, w.columns, 0, gram[i*n+i:], n)
	}
	for i := range n {
		for j := range i {
			gram[i*n+j] = gram[j*n+i]
		}
	}
}

// inverseRoot returns (X'X)^(-1/2) about for X = x/norm, whose singular values are at most 1.
// s.gram begins with x'x, n x n. In numbers of few bits the powers of X'X would not stay positive
// definite.
func (s *squares) inverseRoot(k *kernel.Kernel, n int) (root []float32, norm float64) {
	square := n * n
	gram, poly, root, work := s.gram[:square], s.poly[:square], s.root[:square], s.work[:square]
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
