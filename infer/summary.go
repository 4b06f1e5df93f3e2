package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"gonum.org/v1/gonum/floats"

	"govae/contract"
	"govae/internal/likelihood"
	"govae/latent"
)

// Summary is how [Figures] become an [Evaluation]: what that takes of the model and of the
// options. It is plain data, so that figures may be found on many machines, and summarised
// where there is no model.
type Summary struct {
	Latent     int                    `json:"latent"`
	Groups     []contract.LatentGroup `json:"groups,omitempty"`
	Likelihood string                 `json:"likelihood,omitempty"` // its form, where there are bits per dimension
	Values     int                    `json:"values"`               // of an image
	Images     int                    `json:"images"`               // with a log-likelihood, 0 for all
	Draws      int                    `json:"draws"`                // for each of them
	AlongMeans bool                   `json:"along_means,omitempty"`
	Learned    int                    `json:"learned,omitempty"` // codes of the probe, 0 without one
}

// Summary returns how figures that were found with these options are summarised.
func (p *Pair) Summary(o EvaluateOptions) Summary {
	s := Summary{
		Latent: p.Encoder.Latent(), Groups: p.Encoder.contract.Metadata.LatentGroups, Values: p.Decoder.contract.Shape().Len(),
		Images: o.Images, Draws: max(o.Draws, 1), AlongMeans: o.Scorer != nil && p.Hierarchical(),
	}
	if _, _, err := p.Decoder.formula(); err == nil {
		s.Likelihood = p.Decoder.contract.Metadata.Likelihood
	}
	if o.Probe != nil {
		s.Learned = o.Probe.N
	}
	return s
}

// errSummary is that of one that was read from a file.
var errSummary = errors.New("the summary of an evaluation is damaged")

// Check finds values that no model has.
func (s Summary) Check() error {
	const most = 1 << 24
	if s.Latent < 1 || s.Latent > most || s.Values < 1 || s.Images < 0 || s.Draws < 1 || s.Learned < 0 {
		return errSummary
	}
	for _, g := range s.Groups {
		if g.First < 0 || g.Size < 1 || g.First > s.Latent-g.Size {
			return errSummary
		}
	}
	return nil
}

// Evaluate judges the model by a stream of images: [Pair.Figures], summarised.
func (p *Pair) Evaluate(ctx context.Context, images iter.Seq2[Image, error], o EvaluateOptions) (Evaluation, error) {
	if err := o.check(p); err != nil {
		return Evaluation{}, err
	}
	return p.Summary(o).Of(p.Figures(ctx, images, o))
}

// Of returns the means of figures. Those of images from number Images on count for no
// log-likelihood. No figures are an error.
func (s Summary) Of(figures iter.Seq2[Figures, error]) (Evaluation, error) {
	if err := s.Check(); err != nil {
		return Evaluation{}, err
	}
	var all, bound latent.Moments // bound: of the images with all draws, the ELBO too
	nearest, linear := 0, 0
	for f, err := range figures {
		if err != nil {
			return Evaluation{}, err
		}
		if len(f.PosteriorMeans) != s.Latent || len(f.KLByDimension) != s.Latent {
			return Evaluation{}, fmt.Errorf("figures of %d latent dimensions, want %d", len(f.PosteriorMeans), s.Latent)
		}
		all.Add(f.Row()...)
		if s.Images == 0 || f.Index < s.Images {
			bound.Add(f.Bound, f.ELBO)
		}
		nearest += count(f.Nearest)
		linear += count(f.Linear)
	}
	if all.N == 0 {
		return Evaluation{}, errors.New("no images to evaluate a model by")
	}
	e := Evaluation{
		Images: all.N, ELBO: Estimate{all.Mean(0), all.Interval(0)}, Reconstruction: all.Mean(1), KL: all.Mean(2),
		LogLikelihood: LogLikelihood{Images: bound.N, Draws: s.Draws},
		SquaredError:  all.Mean(4), Latent: s.Latent, KLByDimension: all.Means()[alone : alone+s.Latent],
	}
	if bound.N > 0 {
		e.LogLikelihood.Estimate, e.LogLikelihood.ELBO = Estimate{bound.Mean(0), bound.Interval(0)}, bound.Mean(1)
	}
	if l := likelihood.ByName[s.Likelihood]; l != nil {
		e.BitsPerDimension = likelihood.BitsPerDimension(l, -e.ELBO.Mean, s.Values)
		e.LogLikelihood.BitsPerDimension = likelihood.BitsPerDimension(l, -e.LogLikelihood.Mean, s.Values)
	}
	if all.N > 1 {
		for k := range s.Latent {
			e.VarianceOfMeans = append(e.VarianceOfMeans, all.Variance(alone+s.Latent+k))
		}
		e.ActiveUnits = e.VarianceOfMeans.Used()
	}
	for _, g := range s.Groups {
		e.KLByGroup = append(e.KLByGroup, GroupKL{g.Name, floats.Sum(e.KLByDimension[g.First : g.First+g.Size])})
	}
	if s.AlongMeans {
		e.AlongMeans = -(e.Reconstruction + e.KL)
	}
	if s.Learned > 0 {
		e.Codes = &CodeAccuracy{s.Learned, float64(nearest) / float64(all.N), float64(linear) / float64(all.N)}
	}
	return e, nil
}
