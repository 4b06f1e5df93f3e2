package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Sample draws n images from the model: latent points from the prior ([latent.Prior]),
// decoded. A temperature below 1 trades variety for typical images. Sample i of a seed is
// the same image however many are drawn, in whatever parts and on however many threads.
// The stream is that of [Session.DecodeAll].
func (s *Session) Sample(ctx context.Context, n int, o latent.SampleOptions) iter.Seq2[Image, error] {
	return s.DecodeAll(ctx, latent.Prior(s.Latent, n, o))
}
