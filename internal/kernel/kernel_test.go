package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"govae/internal/alloctest"
	"govae/internal/random"
)

func newKernel(t testing.TB, threads int) *Kernel {
	t.Helper()
	k, err := New(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	if inBFloat16 {
		k, _ = k.BFloat16()
	}
	return k
}

// inBFloat16 is set while a test runs with kernels of bfloat16. [normal] returns numbers that
// these do not round, so that their products are as exact as those of float32.
var inBFloat16 bool

// eachKernel runs a test under every kernel that this processor supports, or
// under the one that the environment chose.
func eachKernel(t *testing.T, f func(t *testing.T)) {
	chosen := os.Getenv(Variable)
	for _, name := range Names() {
		if chosen == "" || chosen == name {
			t.Run(name, func(t *testing.T) {
				t.Setenv(Variable, name)
				f(t)
			})
		}
	}
}

// eachProduct is eachKernel and, where there are any, the products of bfloat16.
func eachProduct(t *testing.T, f func(t *testing.T)) {
	eachKernel(t, func(t *testing.T) {
		f(t)
		if _, ok := newKernel(t, 1).BFloat16(); ok {
			inBFloat16 = true
			defer func() { inBFloat16 = false }()
			t.Run("bfloat16", f)
		}
	})
}

// normal returns n pseudo-random numbers, the same for the same seed.
func normal(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
		if inBFloat16 {
			x[i] = math.Float32frombits(bfloat16(x[i]) << 16)
		}
	}
	return x
}

// rubbish is what a result slice holds before it is overwritten.
func rubbish(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// checkClose fails unless max|got-want| <= limit * max(1, max|want|).
func checkClose(t *testing.T, name string, got, want []float32, limit float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: length %d, want %d", name, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - float64(w)); !(d <= limit*scale) {
			t.Fatalf("%s[%d] = %v, want %v (limit %g)", name, i, got[i], w, limit*scale)
		}
	}
}

// checkThreads fails unless f computes the same bits with 1, 2 and 3 threads.
func checkThreads(t *testing.T, f func(k *Kernel) []float32) {
	t.Helper()
	want := f(newKernel(t, 1))
	for threads := 2; threads <= 3; threads++ {
		got := f(newKernel(t, threads))
		for i := range want {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Fatalf("%d threads: [%d] = %v, want the bits of 1 thread, %v", threads, i, got[i], want[i])
			}
		}
	}
}

func TestNewChoosesTheFastest(t *testing.T) {
	t.Setenv(Variable, "")
	want := Names()[0]
	if got := newKernel(t, 1).Name(); got != want {
		t.Errorf("New chose %q, want %q", got, want)
	}
}

func TestNewRefusesUnknownKernel(t *testing.T) {
	t.Setenv(Variable, "abacus")
	if k, err := New(1); err == nil {
		t.Errorf("New returned %q, want an error", k.Name())
	}
}

type count struct{ done []atomic.Int32 }

func (c *count) Do(i int) { c.done[i].Add(1) }

type nested struct {
	k     *Kernel
	inner []count
}

func (n *nested) Do(i int) { n.k.Run(len(n.inner[i].done), &n.inner[i]) }

func TestRunDoesEveryTaskOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		k := newKernel(t, threads)
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				for _, tasks := range []int{0, 1, 2, 3, 100} {
					n := &nested{k, make([]count, tasks)}
					for i := range n.inner {
						n.inner[i].done = make([]atomic.Int32, i%7)
					}
					k.Run(tasks, n)
					for i := range n.inner {
						for j := range n.inner[i].done {
							if got := n.inner[i].done[j].Load(); got != 1 {
								t.Errorf("%d threads: task %d of %d was done %d times", threads, j, i, got)
							}
						}
					}
				}
			})
		}
		callers.Wait()
	}
}

func TestWrongLengthPanics(t *testing.T) { eachKernel(t, testWrongLengthPanics) }

func testWrongLengthPanics(t *testing.T) {
	k := newKernel(t, 1)
	defer func() {
		want := "kernel: Affine: len(w) is 5, want 6"
		if got := fmt.Sprint(recover()); got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	k.Affine(1, 2, 3, make([]float32, 2), make([]float32, 3), make([]float32, 5), nil, false)
}

func TestNothingIsAllocated(t *testing.T) { eachProduct(t, testNothingIsAllocated) }

func testNothingIsAllocated(t *testing.T) {
	k := newKernel(t, 2)
	s := &Conv{H: 14, W: 14, C: 32, OH: 7, OW: 7, K: 64, KH: 3, KW: 3, Stride: 2, Pad: 1}
	const n = 20
	x, y, w, dw := make([]float32, n*s.in()), make([]float32, n*s.out()), make([]float32, s.weights()), make([]float32, s.weights())
	db, loss := make([]float32, s.K), make([]float64, n)
	average, m, v := slices.Clone(w), slices.Clone(w), slices.Clone(w)
	const latents = 2*n - 1
	l, index, pixels := make([]float32, latents), make([]int, latents), make([]byte, latents)
	kl := make([]float64, 3)
	counts := &count{make([]atomic.Int32, n)}
	step := func() {
		job := k.Start(n, counts)
		k.ConvForward(s, n, y, x, w, db, true)
		k.ConvBackwardInput(s, n, x, y, w, nil, false)
		k.ConvBackwardWeights(s, n, dw, x, y)
		k.BiasGradient(n, db, y, y, s.K, true)
		k.Affine(n*49, 64, 64, y, y, w[:64*64], db, true)
		k.Bernoulli(loss, y, y, y, 1)
		k.Gaussian(loss, y, y, y, 1)
		k.Logistic(loss, y, y, y, 0.1, 1)
		k.Sigmoid(y, y)
		k.Tanh(l, l)
		k.TanhGradient(l, l)
		sample(k, l, l, l, l)
		sampleGradient(k, l, l, l, l, l, l, 1)
		k.Sample(l, kl, l, l, l)
		k.SampleGradient(l, l, l, l, l, l, kl)
		k.Pixels(l, pixels)
		k.Normal(l, 1, random.TrainNoise, 0, index)
		job.Wait()
		k.Adam(w, average, m, v, dw, 1e-3, 0.9, 0.999, 1e-8, 0.1, 1)
	}
	alloctest.None(t, "a step", step)
}
