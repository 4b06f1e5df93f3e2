package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Sgemm computes C = alpha*op(A)*op(B) + beta*C on all workers, with the
// arguments and row-major layout of gonum's [blas.Float32Level3]: op(A) is m x
// kk, op(B) kk x n, C m x n. C is overwritten if beta is 0, whatever it held.
func (k *Kernel) Sgemm(tA, tB blas.Transpose, m, n, kk int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if m <= gemmRows && n <= gemmCols {
		// One piece, or wrong arguments: gonum knows the panics.
		k.Implementation.Sgemm(tA, tB, m, n, kk, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	launch(k, &k.sgemm, ceilDiv(m, gemmRows)*ceilDiv(n, gemmCols),
		sgemmTask{tA, tB, m, n, kk, alpha, a, lda, b, ldb, beta, c, ldc})
}

// A piece of C that gonum computes without starting goroutines of its own.
const (
	gemmRows = 64
	gemmCols = 128
)

type sgemmTask struct {
	tA, tB  blas.Transpose
	m, n, k int
	alpha   float32
	a       []float32
	lda     int
	b       []float32
	ldb     int
	beta    float32
	c       []float32
	ldc     int
}

func (t *sgemmTask) Do(i int) {
	across := ceilDiv(t.n, gemmCols)
	row, col := i/across*gemmRows, i%across*gemmCols
	a, b := t.a, t.b
	if t.k > 0 {
		if t.tA == blas.NoTrans {
			a = a[row*t.lda:]
		} else {
			a = a[row:]
		}
		if t.tB == blas.NoTrans {
			b = b[col:]
		} else {
			b = b[col*t.ldb:]
		}
	}
	gonum.Implementation{}.Sgemm(t.tA, t.tB, min(gemmRows, t.m-row), min(gemmCols, t.n-col), t.k,
		t.alpha, a, t.lda, b, t.ldb, t.beta, t.c[row*t.ldc+col:], t.ldc)
}

// serialSgemm is Sgemm on the calling goroutine alone.
func serialSgemm(tA, tB blas.Transpose, m, n, kk int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	t := sgemmTask{tA, tB, m, n, kk, 1, a, lda, b, ldb, beta, c, ldc}
	for i := range ceilDiv(m, gemmRows) * ceilDiv(n, gemmCols) {
		t.Do(i)
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
	if m == 0 || n == 0 {
		return
	}
	k.Sgemm(blas.NoTrans, blas.NoTrans, m, n, kk, 1, x, max(1, kk), w, n, 0, y, n)
	launch(k, &k.affine, ceilDiv(m, gemmRows), affineTask{y, bias, m, n, relu})
}

type affineTask struct {
	y, bias []float32
	m, n    int
	relu    bool
}

func (t *affineTask) Do(i int) {
	biasAndReLU(t.y[i*gemmRows*t.n:min((i+1)*gemmRows, t.m)*t.n], t.bias, t.n, t.relu)
}

// biasAndReLU finishes rows of n outputs in place. NaN passes ReLU.
func biasAndReLU(y, bias []float32, n int, relu bool) {
	for ; len(y) > 0; y = y[n:] {
		row := y[:n]
		for j := range bias {
			row[j] += bias[j]
		}
		if relu {
			for j, v := range row {
				if v < 0 {
					row[j] = 0
				}
			}
		}
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
