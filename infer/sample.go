package infer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"

	"govae/internal/random"
)

// SampleOptions choose which samples are drawn. The zero value means seed 0 from
// the first sample on.
type SampleOptions struct {
	Seed        uint64
	First       int     // number of the first sample, for drawing a long series in parts
	Temperature float64 // standard deviation of the latent points; 0 means 1
}

// Sample draws n images from the model: latent points from the prior N(0, I),
// multiplied by the temperature, and decoded. Below 1 it trades variety for
// typical images. Sample i of a seed is the same image however many are drawn, in
// whatever parts and on however many threads. The stream is that of
// [Session.DecodeAll].
func (s *Session) Sample(ctx context.Context, n int, o SampleOptions) iter.Seq2[Image, error] {
	o.check("Sample", n)
	temperature := float32(cmp.Or(o.Temperature, 1))
	return s.DecodeAll(ctx, func(yield func([]float32, error) bool) {
		z := make([]float32, s.Latent)
		for i := range n {
			random.Latent(z, o.Seed, o.First+i)
			for j := range z {
				z[j] *= temperature
			}
			if !yield(z, nil) {
				return
			}
		}
	})
}

// check panics unless the numbers of n samples are those of random streams, and the
// temperature one of a distribution.
func (o SampleOptions) check(function string, n int) {
	switch {
	case n < 0 || o.First < 0 || o.First > math.MaxUint32-n:
		panic(fmt.Sprintf("infer: %s of %d from number %d on; want a range within [0, 2^32)", function, n, o.First))
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0):
		panic(fmt.Sprintf("infer: %s at temperature %g; want a positive number, or 0 for 1", function, o.Temperature))
	}
}
