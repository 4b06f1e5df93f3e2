// Package kernel does the float32 arithmetic of training and inference: matrix
// products, convolutions and vector maths on all cores.
//
// Images are channels last: a batch is N x H x W x C, row major, so one pixel's
// channels lie side by side. The weights of a convolution are KH x KW x C x K
// (C input channels, K output channels), those of a dense layer in x out: in
// both the output channels lie side by side, ready for vector instructions.
//
// A transposed convolution needs nothing of its own. Its forward pass is
// [Kernel.ConvBackwardInput] of the convolution that it transposes, its
// backward pass is [Kernel.ConvForward], and both share
// [Kernel.ConvBackwardWeights].
//
// Work is cut into tasks by the size of the problem alone, every element of a
// result is computed by one worker, and sums are added in a fixed order. So a
// result has the same bits for any number of threads.
//
// Lengths that do not fit the given shape are the caller's bug and panic.
package kernel

import (
	"fmt"
	"os"
	"runtime"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Kernel is the arithmetic for one kind of processor with a pool of workers.
// It is safe for concurrent use and implements gonum's [blas.Float32Level3].
type Kernel struct {
	gonum.Implementation // what we do no faster, and the reference in tests

	name string
	pool pool
	scratch
	calls
}

var _ blas.Float32Level3 = (*Kernel)(nil)

// Variable is the environment variable that overrides the choice of kernel.
const Variable = "VAE_KERNEL"

// New starts a kernel with the given number of threads, the caller's own
// included; 0 stands for all that Go may use. The fastest kernel that this
// processor supports is chosen unless [Variable] names another.
func New(threads int) (*Kernel, error) {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	k := &Kernel{name: "gonum"}
	switch name := os.Getenv(Variable); name {
	case "", "gonum":
	default:
		return nil, fmt.Errorf("kernel: %s=%s: no such kernel on this processor, use gonum", Variable, name)
	}
	k.pool.start(threads)
	return k, nil
}

// Name returns the kernel's name, a value of [Variable].
func (k *Kernel) Name() string { return k.name }

// Threads returns the number of threads that share the work.
func (k *Kernel) Threads() int { return k.pool.threads }

// Close stops the workers. The kernel must not be used afterwards.
func (k *Kernel) Close() { k.pool.stop() }

// Run does the tasks 0..n-1 of t on all workers, the calling goroutine among
// them, and returns when all are done. Tasks may call Run themselves.
func (k *Kernel) Run(n int, t Task) { k.pool.run(n, t) }

// checkLen panics unless a slice has the length that the shapes call for.
func checkLen(function, name string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %s: len(%s) is %d, want %d", function, name, got, want))
	}
}
