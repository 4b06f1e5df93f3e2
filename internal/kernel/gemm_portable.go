package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// portableSgemm is Sgemm by gonum, cut into pieces. Unlike the assembly gonum
// skips products with a zero of A, also where B holds a NaN or an infinity.
func (k *Kernel) portableSgemm(tA, tB blas.Transpose, m, n, kk int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	launch(k, &k.calls.portableSgemm, ceilDiv(m, gemmRows)*ceilDiv(n, gemmCols),
		portableSgemmTask{tA, tB, m, n, kk, alpha, a, lda, b, ldb, beta, c, ldc})
}

// A piece of C that gonum computes without starting goroutines of its own.
const (
	gemmRows = 64
	gemmCols = 128
)

func (k *Kernel) portableOuterSum(n, rows, cols int, dw, x, dy []float32) {
	leaf, count := k.Tree.leaf, k.Tree.Leaves(n)
	parts := k.floats.borrow(count * len(dw))
	for i := range count {
		first, last := i*leaf, min((i+1)*leaf, n)
		k.portableSgemm(blas.Trans, blas.NoTrans, rows, cols, last-first, 1, x[first*rows:], rows, dy[first*cols:], cols, 0, (*parts)[i*len(dw):(i+1)*len(dw)], cols)
	}
	k.addParts(dw, *parts)
	k.floats.giveBack(parts)
}

type portableSgemmTask struct {
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

func (t *portableSgemmTask) Do(i int) {
	across := ceilDiv(t.n, gemmCols)
	row, col := i/across*gemmRows, i%across*gemmCols
	rows, cols := min(gemmRows, t.m-row), min(gemmCols, t.n-col)
	a, b, c := t.a, t.b, t.c[row*t.ldc+col:]
	if t.k == 0 { // of which gonum wants elements all the same
		for i := range rows {
			scale(c[i*t.ldc:][:cols], t.beta)
		}
		return
	}
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
	gonum.Implementation{}.Sgemm(t.tA, t.tB, rows, cols, t.k, t.alpha, a, t.lda, b, t.ldb, t.beta, c, t.ldc)
}

// scale multiplies by a number, where 0 makes 0 of everything.
func scale(x []float32, by float32) {
	if by == 0 {
		clear(x)
	}
	for i := range x {
		x[i] *= by
	}
}

// serialSgemm is Sgemm on the calling goroutine alone.
func serialSgemm(tA, tB blas.Transpose, m, n, kk int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	t := portableSgemmTask{tA, tB, m, n, kk, 1, a, lda, b, ldb, beta, c, ldc}
	for i := range ceilDiv(m, gemmRows) * ceilDiv(n, gemmCols) {
		t.Do(i)
	}
}

// epilogue adds the bias (nil for none) to rows of n outputs and applies ReLU.
func (k *Kernel) epilogue(y, bias []float32, n int, relu bool) {
	launch(k, &k.calls.epilogue, ceilDiv(len(y), gemmRows*n), epilogueTask{y, bias, n, relu})
}

type epilogueTask struct {
	y, bias []float32
	n       int
	relu    bool
}

func (t *epilogueTask) Do(i int) {
	biasAndReLU(t.y[i*gemmRows*t.n:min((i+1)*gemmRows*t.n, len(t.y))], t.bias, t.n, t.relu)
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
				row[j] = max(v, 0)
			}
		}
	}
}
