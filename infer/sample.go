package infer

import (
	"context"
	"fmt"
	"math"

	"govae/internal/random"
)

// SampleOptions choose which samples are drawn. The zero value means seed 0 from the first sample on.
type SampleOptions struct {
	Seed  uint64
	First int // number of the first sample, for drawing a long series in parts
}

// Sample draws n images from the model: latent points from the prior N(0, I),
// decoded. Sample i of a seed is the same image however many are drawn, in
// whatever parts and on however many threads.
func (s *Session) Sample(ctx context.Context, n int, o SampleOptions) (Images, error) {
	if n < 0 || o.First < 0 || o.First > math.MaxUint32-n {
		panic(fmt.Sprintf("infer: Sample of %d images from number %d on; want a range within [0, 2^32)", n, o.First))
	}
	return s.Decode(ctx, random.Latents(o.Seed, o.First, n, s.Latent))
}
