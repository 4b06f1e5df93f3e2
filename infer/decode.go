package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Decode maps latent points z [n, L] to images.
func (s *Session) Decode(ctx context.Context, z []float32) (Images, error) {
	if err := s.want(Decoder); err != nil {
		return Images{}, err
	}
	out, err := s.runRows(ctx, len(z)/s.Latent, z, []int{s.Latent}, s.imageShape())
	if err != nil {
		return Images{}, err
	}
	return s.images(out[0]), nil
}

// DecodeAll maps a stream of latent points [L] to their images, in order. Some
// hundred points are read and decoded ahead of the consumer, in constant memory.
// The stream ends with its first error; ctx cancels it between chunks.
func (s *Session) DecodeAll(ctx context.Context, points latent.Points) iter.Seq2[Image, error] {
	return mapRows(ctx, s, Decoder, points, func(ctx context.Context, z []float32) ([]Image, error) {
		images, err := s.Decode(ctx, z)
		return images.split(), err
	})
}
