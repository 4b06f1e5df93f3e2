package kernel

import (
	"fmt"
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 16: 16, 17: 16, 32: 16, 33: 32, 96: 64, 128: 64, 129: 128, 1000: 512} {
		if got := TreeOf(64).Split(n); got != want {
			t.Errorf("Split(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestTreeOf(t *testing.T) {
	for batch, want := range map[int]int{1: 8, 32: 8, 33: 16, 64: 16, 100: 32, 128: 32, 1000: 32} {
		if got := TreeOf(batch).leaf; got != want {
			t.Errorf("TreeOf(%d) = %d, want %d", batch, got, want)
		}
	}
}

// TestTree: every sum over a batch is, bit by bit, the sum of those over its parts by
// [Tree.Split], each computed as a batch of its own.
func TestTree(t *testing.T) { eachProduct(t, testTree) }

func testTree(t *testing.T) {
	k := newKernel(t, 2)
	sums := map[string]func(first, n int) []float32{}
	add := func(name string, size int, f func(sum []float32, first, n int)) {
		sums[name] = func(first, n int) []float32 {
			sum := rubbish(size)
			f(sum, first, n)
			return sum
		}
	}
	const most = 100
	for _, m := range []struct{ rows, cols int }{{5, 3}, {40, 33}, {96, 64}, {33, 17}} {
		x, dy := normal(1, most*m.rows), normal(2, most*m.cols)
		add(fmt.Sprint("outer ", m), m.rows*m.cols, func(sum []float32, first, n int) {
			k.OuterSum(n, m.rows, m.cols, sum, x[first*m.rows:(first+n)*m.rows], dy[first*m.cols:(first+n)*m.cols])
		})
		add(fmt.Sprint("bias ", m), m.cols, func(sum []float32, first, n int) {
			k.BiasGradient(n, sum, dy[first*m.cols:(first+n)*m.cols], nil, m.cols, false)
		})
	}
	for name, s := range map[string]Conv{
		"thin":  {H: 12, W: 12, C: 1, OH: 12, OW: 12, K: 8, KH: 3, KW: 3, Stride: 1, Pad: 1},
		"outer": {H: 6, W: 5, C: 16, OH: 3, OW: 3, K: 20, KH: 3, KW: 3, Stride: 2, Pad: 1},
		"wide":  {H: 3, W: 3, C: 132, OH: 3, OW: 3, K: 128, KH: 3, KW: 3, Stride: 1, Pad: 1},
	} {
		x, y, dy, w := normal(1, most*s.in()), normal(2, most*s.out()), normal(3, most*s.out()), normal(4, s.weights())
		for _, transposed := range []bool{false, true} {
			channels, backward, in, out := s.K, k.ConvBackward, x, y
			size, outSize := s.in(), s.out()
			if transposed {
				channels, backward, in, out = s.C, k.ConvTransposeBackward, y, x
				size, outSize = outSize, size
			}
			gradient := dy
			if transposed {
				gradient = normal(5, most*s.in())
			}
			add(fmt.Sprint(name, " ", transposed), s.weights()+channels, func(sum []float32, first, n int) {
				dx := make([]float32, n*size)
				dy := slices.Clone(gradient[first*outSize : (first+n)*outSize])
				backward(&s, n, dx, sum[:s.weights()], sum[s.weights():], in[first*size:(first+n)*size], out[first*outSize:(first+n)*outSize], dy, w, true)
			})
		}
	}
	for name, sum := range sums {
		for _, k.Tree = range []Tree{TreeOf(1), TreeOf(most), TreeOf(1).Of(3)} {
			for _, n := range []int{20, 48, most} {
				split := k.Tree.Split(n)
				a, b := sum(0, split), sum(split, n-split)
				for i, want := range sum(0, n) {
					if got := a[i] + b[i]; got != want && split < n {
						t.Fatalf("%s: value %d of a batch of %d in leaves of %d is %v, and %v as a sum of its parts", name, i, n, k.Tree.leaf, want, got)
					}
				}
			}
		}
	}
}
