package infer

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"govae/latent"
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
	label, err := s.labels(0, n)
	if err != nil {
		return nil, err
	}
	return s.logWeights(ctx, x.Pixels, eps, label)
}

// logWeights are those of images [n, C, H, W], with their labels if the model is
// conditional.
func (s *Scorer) logWeights(ctx context.Context, pixels, eps, label []float32) ([]float64, error) {
	c := s.contract
	n := len(eps) / c.Latent
	inputs := []rows{{pixels, s.imageShape()}, {eps, []int{c.Latent}}}
	if label != nil {
		inputs = append(inputs, rows{label, []int{c.Classes}})
	}
	out, err := s.runRows(ctx, n, inputs, []int{})
	if err != nil {
		return nil, err
	}
	weights := make([]float64, n)
	for i, v := range out[0] {
		weights[i] = float64(v)
	}
	return weights, nil
}

// estimates returns the ELBO of each image of x [n, C, H, W] and its importance-weighted bound,
// as [Score] has them, from draws by the noise of [latent.Noise]. The first image has this
// index.
func (s *Scorer) estimates(ctx context.Context, x []float32, first int, o ScoreOptions) (elbos, bounds []float64, err error) {
	dims, width := s.Latent(), s.Shape().Len()
	n, draws := len(x)/width, cmp.Or(o.Draws, 1)
	label, err := s.labels(first, n)
	if err != nil {
		return nil, nil, err
	}
	elbos, bounds = make([]float64, n), make([]float64, n)
	sums, eps := make([]logSum, n), make([]float32, n*dims)
	for draw := range draws {
		for i := range n {
			latent.Noise(eps[i*dims:(i+1)*dims], o.Seed, first+i, draw)
		}
		weights, err := s.logWeights(ctx, x, eps, label)
		if err != nil {
			return nil, nil, err
		}
		for i, w := range weights {
			elbos[i] += w / float64(draws)
			sums[i].add(w)
		}
	}
	for i := range bounds {
		bounds[i] = sums[i].log() - math.Log(float64(draws))
	}
	return elbos, bounds, nil
}

// WithLabel returns the scorer with a label for the images, as [Decoder.WithLabel] does.
func (s *Scorer) WithLabel(l Label) (*Scorer, error) {
	labelled, err := s.withLabel(l)
	if err != nil {
		return nil, err
	}
	return &Scorer{labelled}, nil
}

// CheckValues implements [Session].
func (s *Scorer) CheckValues(ctx context.Context) (difference float64, err error) {
	raw := *s.session
	raw.unchecked = true // they are compared
	return s.checkValues([]int{s.Shape().Len(), s.Latent()}, func(in [][]float32) ([][]float32, error) {
		weights, err := (&Scorer{&raw}).logWeights(ctx, in[0], in[1], labelAmong(in, 2))
		out := make([]float32, len(weights))
		for i, v := range weights {
			out[i] = float32(v)
		}
		return [][]float32{out}, err
	})
}
