package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Encoder maps images to their codes. One that is conditional on a class needs a label
// ([Encoder.WithLabel]).
type Encoder struct{ *session }

// Encode maps images x [n, C, H, W] to the mean and the logarithm of the variance
// of their latent points' distribution q(z|x), both [n, L]. A file of another
// program may give the mean alone; logVar is nil then.
func (e *Encoder) Encode(ctx context.Context, x []float32) (mean, logVar []float32, err error) {
	return e.encode(ctx, x, 0)
}

// encode is Encode for images number first and following.
func (e *Encoder) encode(ctx context.Context, x []float32, first int) (mean, logVar []float32, err error) {
	out, err := e.run(ctx, x, first)
	if err != nil {
		return nil, nil, err
	}
	if len(out) == 2 {
		logVar = out[1]
	}
	return out[0], logVar, nil
}

// EncodeAll maps a stream of images to their codes, in order, like [Decoder.DecodeAll].
func (e *Encoder) EncodeAll(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[latent.Code, error] {
	return mapRows(ctx, e.session, pixels(images, e.contract), e.codes)
}

// codes encodes the images x [n, C, H, W], number first and following.
func (e *Encoder) codes(ctx context.Context, x []float32, first int) ([]latent.Code, error) {
	mean, logVar, err := e.encode(ctx, x, first)
	if err != nil {
		return nil, err
	}
	dims := e.Latent()
	row := func(x []float32, i int) []float32 { return x[i*dims : (i+1)*dims : (i+1)*dims] }
	codes := make([]latent.Code, len(mean)/dims)
	for i := range codes {
		codes[i] = latent.Code{Index: first + i, Mean: row(mean, i)}
		if logVar != nil {
			codes[i].LogVar = row(logVar, i)
		}
	}
	return codes, nil
}
