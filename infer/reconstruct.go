package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Reconstruct encodes images and decodes the means of their codes, in order. The
// sessions must come from one model; [CheckPair] says whether they do.
func Reconstruct(ctx context.Context, encoder, decoder *Session, images iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	if err := CheckPair(encoder, decoder); err != nil {
		return func(yield func(Image, error) bool) { yield(Image{}, err) }
	}
	return decoder.DecodeAll(ctx, latent.Means(encoder.EncodeAll(ctx, images)))
}
