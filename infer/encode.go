package infer

import (
	"context"
	"iter"

	"govae/latent"
)

// Encode maps images x [n, C, H, W] to the mean and the logarithm of the variance
// of their latent points' distribution q(z|x), both [n, L]. A file of another
// program may give the mean alone; logVar is nil then.
func (s *Session) Encode(ctx context.Context, x []float32) (mean, logVar []float32, err error) {
	if err := s.want(Encoder); err != nil {
		return nil, nil, err
	}
	if s.channelsLast {
		x = transposeImages(x, s.C, s.H*s.W)
	}
	codes := [][]int{{s.Latent}, {s.Latent}}
	if s.logVar < 0 {
		codes = codes[:1]
	}
	out, err := s.runRows(ctx, len(x)/(s.C*s.H*s.W), x, s.imageShape(), codes...)
	if err != nil {
		return nil, nil, err
	}
	if s.logVar >= 0 {
		logVar = out[s.logVar]
	}
	return out[s.mean], logVar, nil
}

// EncodeAll maps a stream of images to their codes, in order, like [Session.DecodeAll].
func (s *Session) EncodeAll(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[latent.Code, error] {
	return mapRows(ctx, s, Encoder, pixels(images, s.Contract), func(ctx context.Context, x []float32) ([]latent.Code, error) {
		mean, logVar, err := s.Encode(ctx, x)
		codes := make([]latent.Code, len(mean)/s.Latent)
		for i := range codes {
			first, end := i*s.Latent, (i+1)*s.Latent
			codes[i].Mean = mean[first:end:end]
			if logVar != nil {
				codes[i].LogVar = logVar[first:end:end]
			}
		}
		return codes, err
	})
}
