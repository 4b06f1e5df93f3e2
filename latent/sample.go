package latent

import (
	"cmp"
	"math"

	"govae/internal/option"
	"govae/internal/random"
)

// SampleOptions choose which points are drawn. The zero value means seed 0 from the first
// point on.
type SampleOptions struct {
	Seed        uint64
	First       int     // number of the first point, for drawing a long series in parts
	Temperature float64 // standard deviation of the points; 0 means 1
}

// Prior yields n points of dims dimensions of the prior N(0, I), multiplied by the
// temperature. Point i of a seed is the same however many are drawn, and in whatever
// parts.
func Prior(dims, n int, o SampleOptions) Points {
	if err := o.check(n); err != nil {
		return fail(err)
	}
	if dims < 0 {
		return fail(option.Wrong("dims", dims, "a number of dimensions"))
	}
	temperature := float32(cmp.Or(o.Temperature, 1))
	return func(yield func([]float32, error) bool) {
		for i := range n {
			z := make([]float32, dims)
			random.Latent(z, o.Seed, o.First+i)
			for k := range z {
				z[k] *= temperature
			}
			if !yield(z, nil) {
				return
			}
		}
	}
}

// check returns an error unless the numbers of n samples are those of random streams, and
// the temperature one of a distribution.
func (o SampleOptions) check(n int) error {
	switch {
	case n < 0 || n > math.MaxUint32:
		return option.Wrong("n", n, "a number of samples from 0 to 2^32-1")
	case o.First < 0 || o.First > math.MaxUint32-n:
		return option.Wrong("First", o.First, "the number of a sample from 0 to 2^32-1-n")
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0):
		return option.Wrong("Temperature", o.Temperature, "a positive number, or 0 for 1")
	}
	return nil
}
