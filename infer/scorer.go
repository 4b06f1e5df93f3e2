package infer

import (
	"context"
	"fmt"
	"math"

	"govae/engine"
	"govae/images"
	"govae/internal/parallel"
)

// Scorer computes log weights: how likely a model finds images together with points of their
// posteriors. Its file holds encoder, decoder and likelihood.
type Scorer struct{ *session }

// LogWeights returns log p(x,z) - log q(z|x), in nats, of each image, with z drawn from its
// posterior by standard normal noise eps [n, L]. Their mean is the ELBO, and the logarithm of
// the mean of e^weight over many draws of one image approaches log p(x) (Burda, Grosse and
// Salakhutdinov 2016, arXiv 1509.00519).
func (s *Scorer) LogWeights(ctx context.Context, x Images, eps []float32) ([]float64, error) {
	n, c := x.Len(), s.contract
	if x.Shape != s.Shape() || len(eps) != n*c.Latent {
		return nil, fmt.Errorf("%s: %d images of %v with %d values of noise: want images of %v with %d values each", s.name, n, x.Shape, len(eps), s.Shape(), c.Latent)
	}
	pixels := x.Pixels
	if c.channelsLast {
		pixels = images.ChannelsLast(pixels, x.Shape)
	}
	out := make([]float32, n)
	err := parallel.For(ctx, (n+chunkRows-1)/chunkRows, s.threads, func(i int) error {
		first, end := i*chunkRows, min((i+1)*chunkRows, n)
		into := chunk(out, nil, first, end)
		in := []engine.Tensor{chunk(pixels, s.imageShape(), first, end), chunk(eps, []int{c.Latent}, first, end)}
		if _, err := s.program.Run(in, into); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		copy(out[first:end], into.Data)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if firstOutside(out, -math.MaxFloat32, math.MaxFloat32) >= 0 && !s.unchecked {
		return nil, fmt.Errorf("%s: a log weight is not finite; the file is damaged, or it was given numbers far from all that it has learned", s.name)
	}
	weights := make([]float64, n)
	for i, v := range out {
		weights[i] = float64(v)
	}
	return weights, nil
}

// CheckValues implements [Session].
func (s *Scorer) CheckValues(ctx context.Context) (difference float64, err error) {
	raw := *s.session
	raw.unchecked = true // they are compared
	return s.checkValues([]int{s.Shape().Len(), s.Latent()}, func(in [][]float32) ([][]float32, error) {
		weights, err := (&Scorer{&raw}).LogWeights(ctx, Images{Shape: s.Shape(), Pixels: in[0]}, in[1])
		out := make([]float32, len(weights))
		for i, v := range weights {
			out[i] = float32(v)
		}
		return [][]float32{out}, err
	})
}
