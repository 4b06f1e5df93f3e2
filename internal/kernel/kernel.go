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
// [Kernel.ConvBackwardWeights]. [Kernel.ConvBackward] and
// [Kernel.ConvTransposeBackward] do a layer's whole backward pass, which is
// faster than its parts.
//
// Two pieces of assembly carry nearly all of the work. Each computes a block of
// outputs that fills the vector registers: gather multiplies rows that lie
// anywhere in memory, outer adds up outer products. They and the vector maths
// are generated from gen/ for AVX2, AVX-512 and NEON; the two have a form for bfloat16
// too, on AVX-512 alone ([Kernel.BFloat16]). isa.go says what each computes; the rest of the package finds
// them their operands. Where an instruction set lacks one,
// portable Go does the same: the products through gonum, in the files *_portable.go.
//
// Work is cut into tasks by the size of the problem alone, every element of a
// result is computed by one worker, and sums are added in a fixed order. So a
// result has the same bits for any number of threads.
//
// Lengths that do not fit the given shape are the caller's bug and panic.
package kernel

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Kernel is the arithmetic for one kind of processor with a pool of workers.
// It is safe for concurrent use and implements gonum's [blas.Float32Level3].
type Kernel struct {
	gonum.Implementation // what we do no faster, and the reference in tests

	// Tree is how sums over a batch are added up; by default that of large batches.
	Tree Tree

	isa     *isa
	pool    *pool
	exact   *Kernel // of a kernel of bfloat16: that of float32
	paired  *Kernel // and what multiplies pairs of bfloat16 that stand for one float32; else nil
	floats  scratch[float32]
	doubles scratch[float64]
	ints    scratch[int]
	plans   plans
	calls
}

var _ blas.Float32Level3 = (*Kernel)(nil)

// Variable is the environment variable that overrides the choice of kernel.
const Variable = "VAE_KERNEL"

// New starts a kernel with the given number of threads, the caller's own
// included; 0 stands for all that Go may use. The fastest kernel that this
// processor supports is chosen unless [Variable] names another: "avx512" or
// "avx2" (with FMA), "neon" on arm64, or "gonum", which runs everywhere and is slow.
func New(threads int) (*Kernel, error) {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	name, err := Default()
	if err != nil {
		return nil, err
	}
	k := &Kernel{Tree: TreeOf(math.MaxInt), isa: append(supported(), portable)[slices.Index(Names(), name)], pool: new(pool)}
	k.pool.start(threads)
	return k, nil
}

// Default returns the name of the kernel that [New] starts.
func Default() (string, error) {
	names := Names()
	name := cmp.Or(os.Getenv(Variable), names[0])
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("kernel: %s=%s: no such kernel on this processor, use one of %s", Variable, name, strings.Join(names, ", "))
	}
	return name, nil
}

// Names returns the names of the kernels that this processor supports, the fastest
// first.
func Names() []string {
	var names []string
	for _, set := range append(supported(), portable) {
		names = append(names, set.name)
	}
	return names
}

// Name returns the kernel's name, a value of [Variable].
func (k *Kernel) Name() string { return k.isa.name }

// Threads returns the number of threads that share the work.
func (k *Kernel) Threads() int { return k.pool.threads }

// Close stops the workers. The kernel must not be used afterwards.
func (k *Kernel) Close() { k.pool.stop() }

// Run does the tasks 0..n-1 of t on all workers, the calling goroutine among
// them, and returns when all are done. Tasks may call Run themselves. It panics where a
// task does, on another goroutine with a [*parallel.Panic]; so does [Job.Wait].
func (k *Kernel) Run(n int, t Task) { k.pool.run(n, t) }

// Start begins the tasks 0..n-1 of t on a worker that finds nothing else to do, and
// returns at once. [Job.Wait] ends it and must be called once.
func (k *Kernel) Start(n int, t Task) Job {
	return Job{k.pool, k.pool.begin(n, t, min(k.pool.threads-1, 1))}
}

// Job is work that [Kernel.Start] began.
type Job struct {
	pool *pool
	job  *job
}

// Wait returns when all tasks are done; it does itself those that no worker has begun.
func (j Job) Wait() { j.pool.wait(j.job) }

// checkLen panics unless a slice has the length that the shapes call for.
func checkLen(function, name string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %s: len(%s) is %d, want %d", function, name, got, want))
	}
}

// checkRows panics unless a slice, of one value for each column, has a length that
// divides the n values of whole rows.
func checkRows(function, name string, columns, n int) {
	if columns == 0 || n%columns != 0 {
		panic(fmt.Sprintf("kernel: %s: len(%s) is %d, which does not divide %d values into rows", function, name, columns, n))
	}
}
