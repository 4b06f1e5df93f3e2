package infer

import (
	"context"
	"fmt"
	"iter"
)

// Reconstruct encodes images and decodes the means of their codes, in order. The
// sessions must come from one model; [CheckPair] says whether they do.
func Reconstruct(ctx context.Context, encoder, decoder *Session, images iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	if err := CheckPair(encoder, decoder); err != nil {
		return func(yield func(Image, error) bool) { yield(Image{}, err) }
	}
	return decoder.DecodeAll(ctx, Means(encoder.EncodeAll(ctx, images)))
}

// CheckPair returns an error unless encoder and decoder are what they are
// called, are made for one size, and come from one model as far as they tell.
func CheckPair(encoder, decoder *Session) error {
	if err := encoder.want(Encoder); err != nil {
		return err
	}
	if err := decoder.want(Decoder); err != nil {
		return err
	}
	e, d := encoder.Contract, decoder.Contract
	if e.ModelID != "" && d.ModelID != "" && e.ModelID != d.ModelID {
		return fmt.Errorf("%s and %s come from different models (vae.model_id %.8s… and %.8s…); use the two files of one export", encoder.name, decoder.name, e.ModelID, d.ModelID)
	}
	if e.Latent != d.Latent || e.C != d.C || e.H != d.H || e.W != d.W {
		return fmt.Errorf("%s is made for %dx%dx%d images and latent %d, %s for %dx%dx%d and latent %d; use the two files of one export",
			encoder.name, e.C, e.H, e.W, e.Latent, decoder.name, d.C, d.H, d.W, d.Latent)
	}
	return nil
}
