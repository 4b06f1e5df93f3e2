package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Decoder maps latent points to images. One that is conditional on a class needs a label
// ([Decoder.WithLabel]).
type Decoder struct{ *session }

// Decode maps latent points z [n, L] to images.
func (d *Decoder) Decode(ctx context.Context, z []float32) (Images, error) {
	return d.decode(ctx, z, 0)
}

// decode is Decode for latent points number first and following.
func (d *Decoder) decode(ctx context.Context, z []float32, first int) (Images, error) {
	out, err := d.run(ctx, z, first)
	if err != nil {
		return Images{}, err
	}
	return d.images(out[0]), nil
}

// DecodeAll maps a stream of latent points [L] to their images, in order, in constant
// memory. The points are read and decoded ahead of the consumer: a few at first, then up to a
// thousand, and whatever there is where they come slowly. The stream ends with its first
// error; ctx cancels it between chunks.
func (d *Decoder) DecodeAll(ctx context.Context, points latent.Points) iter.Seq2[Image, error] {
	return mapRows(ctx, d.session, points, func(ctx context.Context, z []float32, first int) ([]Image, error) {
		images, err := d.decode(ctx, z, first)
		return split(images), err
	})
}

// Sample draws n images from the model: latent points from the prior ([latent.Prior]),
// decoded. A temperature below 1 trades variety for typical images. Sample i of a seed is
// the same image however many are drawn, in whatever parts and on however many threads.
// The stream is that of [Decoder.DecodeAll].
func (d *Decoder) Sample(ctx context.Context, n int, o latent.SampleOptions) iter.Seq2[Image, error] {
	return d.DecodeAll(ctx, latent.Prior(d.Latent(), n, o))
}
