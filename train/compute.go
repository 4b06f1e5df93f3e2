package train

import (
	"cmp"
	"fmt"
	"slices"

	"govae/internal/kernel"
)

// The arithmetic of [Options.Compute]: the numbers that a step's matrix products, dense layers and
// convolutions multiply. They add up in float32, in which everything else is.
const (
	// Float32 has 24 significant bits.
	Float32 = "float32"
	// BFloat16 rounds what is multiplied to 8 significant bits. Weights and the optimiser's vectors
	// stay float32 (Micikevicius et al. 2018, arXiv 1710.03740), and so does evaluation, as exported
	// files are float32. It takes a processor with AVX512_BF16. docs/benchmarks.md says what it gains.
	BFloat16 = "bf16"
)

// Computes are the values of [Options.Compute].
func Computes() []string { return []string{Float32, BFloat16} }

// ComputeLine says what a value of [Options.Compute] is, in a line.
func ComputeLine(compute string) string {
	return map[string]string{
		Float32:  "multiplies numbers of 24 significant bits",
		BFloat16: "multiplies numbers of 8 significant bits in the training of the VAE: faster on processors with AVX512_BF16 at twice the speed of float32",
	}[compute]
}

// ComputeError says that the kernel in use has no products of the kind that a run asks for.
type ComputeError struct{ Compute, Kernel string }

func (e *ComputeError) Error() string {
	return fmt.Sprintf("%s takes the avx512 kernel and a processor with AVX512_BF16, which this %s kernel has not: train in %s", e.Compute, e.Kernel, Float32)
}

// worthwhile is the least gain in the speed of products that makes steps faster: operands must be rounded
// first, which takes time.
const worthwhile = 1.3

// withCompute fills in and checks the arithmetic.
func (o Options) withCompute() (Options, error) {
	o.Compute = cmp.Or(o.Compute, Float32)
	if !slices.Contains(Computes(), o.Compute) {
		return o, fmt.Errorf("unknown arithmetic %q: choose one of %q", o.Compute, Computes())
	}
	return o, nil
}

// stepKernel returns the kernel of training steps, which shares the workers of k.
func (o Options) stepKernel(k *kernel.Kernel) (*kernel.Kernel, error) {
	if o.Compute != BFloat16 {
		return k, nil
	}
	half, ok := k.BFloat16()
	if !ok {
		return nil, &ComputeError{o.Compute, k.Name()}
	}
	if gain := half.Gain(); gain < worthwhile {
		o.Warn(fmt.Sprintf("this processor multiplies %.1f times as fast in %s as in %s: training will not be faster, nor as exact", gain, BFloat16, Float32))
	}
	return half, nil
}
