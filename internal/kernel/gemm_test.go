package kernel

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// naiveSgemm is the definition, in float64.
func naiveSgemm(tA, tB blas.Transpose, m, n, kk int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	at := func(t blas.Transpose, x []float32, ld, i, j int) float64 {
		if t != blas.NoTrans {
			i, j = j, i
		}
		return float64(x[i*ld+j])
	}
	for i := range m {
		for j := range n {
			var sum float64
			for l := range kk {
				sum += at(tA, a, lda, i, l) * at(tB, b, ldb, l, j)
			}
			sum *= float64(alpha)
			if beta != 0 {
				sum += float64(beta) * float64(c[i*ldc+j])
			}
			c[i*ldc+j] = float32(sum)
		}
	}
}

func TestSgemm(t *testing.T) { eachProduct(t, testSgemm) }

func testSgemm(t *testing.T) {
	k := newKernel(t, 2)
	sizes := []struct{ m, n, k int }{
		{0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 1, 1}, {1, 7, 5}, {7, 1, 5}, {2, 3, 1}, {5, 6, 7}, {12, 32, 16}, {13, 33, 17},
		{11, 31, 15}, {24, 64, 300}, {25, 65, 4}, {64, 100, 9}, {130, 257, 33}, {200, 2, 64}, {3, 140, 601}, {67, 48, 520}, {20, 64, 700}, {64, 18, 16},
	}
	for _, s := range sizes {
		for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			for _, tB := range []blas.Transpose{blas.NoTrans, blas.ConjTrans} {
				for _, f := range []struct{ alpha, beta float32 }{{1, 0}, {1, 1}, {-0.5, 2}, {0, 0.5}} {
					lda, ldb, ldc := s.k+3, s.n+1, s.n+2
					la, lb := max(0, (s.m-1)*lda+s.k), max(0, (s.k-1)*ldb+s.n)
					if tA != blas.NoTrans {
						lda = s.m + 3
						la = max(0, (s.k-1)*lda+s.m)
					}
					if tB != blas.NoTrans {
						ldb = s.k + 1
						lb = max(0, (s.n-1)*ldb+s.k)
					}
					if s.k == 0 { // matrices of no elements
						la, lb = 0, 0
					}
					a, b := normal(1, la), normal(2, lb)
					got, want := normal(3, max(0, (s.m-1)*ldc+s.n)), normal(3, max(0, (s.m-1)*ldc+s.n))
					naiveSgemm(tA, tB, s.m, s.n, s.k, f.alpha, a, lda, b, ldb, f.beta, want, ldc)
					k.Sgemm(tA, tB, s.m, s.n, s.k, f.alpha, a, lda, b, ldb, f.beta, got, ldc)
					checkClose(t, fmt.Sprintf("%+v tA=%c tB=%c %+v c", s, tA, tB, f), got, want, 2e-6)
				}
			}
		}
	}
}

func TestSgemmSpecialValues(t *testing.T) { eachProduct(t, testSgemmSpecialValues) }

func testSgemmSpecialValues(t *testing.T) {
	k := newKernel(t, 2)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, s := range []struct{ m, n int }{{2, 3}, {70, 150}} {
		for _, v := range []float32{nan, inf, -inf} {
			a, b := make([]float32, s.m*2), make([]float32, 2*s.n)
			for i := range a {
				a[i] = 1
			}
			for i := range b {
				b[i] = 1
			}
			a[0], b[2*s.n-1] = v, v
			c := rubbish(s.m * s.n)
			k.Sgemm(blas.NoTrans, blas.NoTrans, s.m, s.n, 2, 1, a, 2, b, s.n, 0, c, s.n)
			for i, got := range c {
				want := float32(2)
				if i < s.n || i%s.n == s.n-1 {
					want = v
				}
				if math.Float32bits(got) != math.Float32bits(want) && !(got != got && want != want) {
					t.Fatalf("%+v with %v: c[%d] = %v, want %v", s, v, i, got, want)
				}
			}
		}
	}
}

func TestSgemmThreads(t *testing.T) { eachProduct(t, testSgemmThreads) }

func testSgemmThreads(t *testing.T) {
	checkThreads(t, func(k *Kernel) []float32 {
		c := rubbish(300 * 200)
		k.Sgemm(blas.NoTrans, blas.Trans, 300, 200, 700, 1, normal(1, 300*700), 700, normal(2, 200*700), 700, 0, c, 200)
		return c
	})
}

func TestAffine(t *testing.T) { eachProduct(t, testAffine) }

func testAffine(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range []struct{ m, n, k int }{{0, 3, 2}, {1, 1, 0}, {70, 5, 0}, {1, 5, 3}, {128, 2, 256}, {130, 70, 40}, {13, 33, 34}, {40, 64, 700}} {
		for _, relu := range []bool{false, true} {
			for _, withBias := range []bool{false, true} {
				x, w := normal(1, s.m*s.k), normal(2, s.k*s.n)
				want, got := make([]float32, s.m*s.n), rubbish(s.m*s.n)
				naiveSgemm(blas.NoTrans, blas.NoTrans, s.m, s.n, s.k, 1, x, s.k, w, s.n, 0, want, s.n)
				var bias []float32
				if withBias {
					bias = normal(3, s.n)
				}
				biasAndReLU(want, bias, s.n, relu)
				k.Affine(s.m, s.n, s.k, got, x, w, bias, relu)
				checkClose(t, fmt.Sprintf("%+v relu=%v bias=%v y", s, relu, withBias), got, want, 2e-6)
			}
		}
	}
}

func TestReLUPassesNaN(t *testing.T) { eachProduct(t, testReLUPassesNaN) }

func testReLUPassesNaN(t *testing.T) {
	k := newKernel(t, 1)
	y := make([]float32, 2)
	k.Affine(1, 2, 1, y, []float32{1}, []float32{float32(math.NaN()), -1}, []float32{1, -1}, true)
	if y[0] == y[0] || y[1] != 0 {
		t.Errorf("ReLU of NaN and -2 is %v, want [NaN 0]", y)
	}
}
