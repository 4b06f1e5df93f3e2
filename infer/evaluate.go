package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"govae/internal/option"
	"govae/internal/parallel"
	"govae/latent"
)

// EvaluateOptions choose how a model is judged by images. The zero value means one draw
// for each of them.
type EvaluateOptions struct {
	// ScoreOptions.Draws are the points z of q(z|x) for each of the first Images images,
	// or of all where that is 0, from which log p(x) is estimated. Others have one.
	ScoreOptions
	Images int

	// Probe, if not nil, tells the classes of the images from their codes, and Labels,
	// one for each image from number 0 on, say which are right.
	Probe  *latent.Probe
	Labels []int

	// Scorer, if not nil, is that of the same model, which [Pair.CheckScorer] says, with the label
	// of the pair. Of a hierarchical model ([Pair.Hierarchical]) it knows the posterior, of
	// which the pair knows a part: each group where those above it are at their means. ELBO
	// and Bound are then the model's own, as a rule higher; all else is that of the pair.
	Scorer *Scorer
}

// Figures are what evaluation finds about one image.
type Figures struct {
	Score                    // by the draws that the options say
	SquaredError   float64   // of the reconstruction of the code's mean, the mean over the image's values
	Nearest        bool      // whether the probe finds the label by the nearest code
	Linear         bool      // and whether by a linear map
	KLByDimension  []float64 // [L], in nats
	PosteriorMeans []float32 // [L]
}

// alone is the number of figures in a row that are not by dimension.
const alone = 7

// Row returns all figures but the index as numbers, 7 + 2 L of them, so that they can be
// kept: [FiguresOf] is the inverse.
func (f Figures) Row() []float64 {
	row := append([]float64{f.ELBO, f.Reconstruction, f.KL, f.Bound, f.SquaredError, float64(count(f.Nearest)), float64(count(f.Linear))}, f.KLByDimension...)
	for _, v := range f.PosteriorMeans {
		row = append(row, float64(v))
	}
	return row
}

// count is 1 where something holds, else 0.
func count(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// FiguresWidth returns the length of [Figures.Row] for a model of so many latent dimensions.
func FiguresWidth(latent int) int { return alone + 2*latent }

// FiguresOf returns the figures of the image with this index from their row, which must have a
// length of [FiguresWidth].
func FiguresOf(row []float64, index int) Figures {
	dims := (len(row) - alone) / 2
	f := Figures{
		Score: Score{index, row[0], row[1], row[2], row[3]}, SquaredError: row[4], Nearest: row[5] != 0, Linear: row[6] != 0,
		KLByDimension: slices.Clone(row[alone : alone+dims]),
	}
	for _, v := range row[alone+dims:] {
		f.PosteriorMeans = append(f.PosteriorMeans, float32(v))
	}
	return f
}

// Figures finds the figures of each of a stream of images, in order, in constant memory.
// They do not depend on threads, nor on where a stream begins (First). It needs a decoder
// with a [Likelihood] and an encoder with variances.
func (p *Pair) Figures(ctx context.Context, images iter.Seq2[Image, error], o EvaluateOptions) iter.Seq2[Figures, error] {
	if err := o.check(p); err != nil {
		return fail[Figures](err)
	}
	// Many draws make a block take long. Small ones can be kept, and stopped, soon.
	most := max(p.Encoder.blockRows()/max(o.Draws, 1), 2*chunkRows*max(p.Encoder.threads, 1))
	return withLikelihood(ctx, p, images, most, func(ctx context.Context, l *Likelihood, x []float32, first int) ([]Figures, error) {
		codes, err := p.Encoder.posteriors(ctx, x, o.First+first)
		if err != nil {
			return nil, err
		}
		return p.figures(ctx, l, x, codes, o)
	})
}

// check finds mistakes in the options.
func (o EvaluateOptions) check(p *Pair) error {
	switch {
	case o.Prior != nil && o.Scorer != nil:
		return errors.New("the scorer has a prior inside: give another one or the scorer, not both")
	case o.Images < 0:
		return option.Wrong("Images", o.Images, "a number of images, or 0 for all")
	case o.Probe != nil && o.Probe.Dims() != p.Decoder.Latent():
		return option.Wrong("Probe", fmt.Sprintf("of %d dimensions", o.Probe.Dims()), fmt.Sprintf("one of %d", p.Decoder.Latent()))
	}
	if o.Scorer != nil {
		if err := p.CheckScorer(o.Scorer); err != nil {
			return err
		}
	}
	return o.ScoreOptions.check(p)
}

// figures finds those of the images x, which have these codes.
func (p *Pair) figures(ctx context.Context, l *Likelihood, x []float32, codes []latent.Code, o EvaluateOptions) ([]Figures, error) {
	width := len(x) / len(codes)
	many := len(codes) // images with all draws
	if o.Images > 0 {
		many = min(max(o.Images-codes[0].Index, 0), many)
	}
	scores, err := l.judge(ctx, x[:many*width], codes[:many], o, o.Draws)
	if err != nil {
		return nil, err
	}
	others, err := l.judge(ctx, x[many*width:], codes[many:], o, 1)
	if err != nil {
		return nil, err
	}
	var means []float32
	for _, code := range codes {
		means = append(means, code.Mean...)
	}
	reconstructions, err := p.Decoder.decode(ctx, means, codes[0].Index)
	if err != nil {
		return nil, err
	}
	figures := make([]Figures, len(codes))
	for i, s := range append(scores, others...) {
		f := Figures{Score: s, PosteriorMeans: codes[i].Mean, KLByDimension: make([]float64, len(codes[i].Mean))}
		for k := range f.KLByDimension {
			f.KLByDimension[k] = divergence(codes[i], k)
		}
		f.SquaredError = meanSquare(x[i*width:(i+1)*width], reconstructions.Pixels[i*width:(i+1)*width])
		figures[i] = f
	}
	return figures, o.find(ctx, figures, p.Encoder.threads)
}

// find lets the probe, if there is one, find the labels of images from their codes.
func (o EvaluateOptions) find(ctx context.Context, figures []Figures, threads int) error {
	if o.Probe == nil {
		return nil
	}
	return parallel.For(ctx, len(figures), threads, func(i int) error {
		f := &figures[i]
		if f.Index >= len(o.Labels) {
			return fmt.Errorf("%d labels for more images", len(o.Labels))
		}
		f.Nearest = o.Probe.Nearest(f.PosteriorMeans) == o.Labels[f.Index]
		f.Linear = o.Probe.Linear(f.PosteriorMeans) == o.Labels[f.Index]
		return nil
	})
}

// judge is scores, with ELBO and Bound by the scorer where there is one.
func (l *Likelihood) judge(ctx context.Context, x []float32, codes []latent.Code, o EvaluateOptions, draws int) ([]Score, error) {
	o.Draws = draws
	if o.Scorer == nil || len(codes) == 0 {
		return l.scores(ctx, x, codes, o.ScoreOptions)
	}
	elbos, bounds, err := o.Scorer.estimates(ctx, x, codes[0].Index, o.ScoreOptions)
	if err != nil {
		return nil, err
	}
	o.Draws = 1
	scores, err := l.scores(ctx, x, codes, o.ScoreOptions)
	for i := range scores {
		scores[i].ELBO, scores[i].Bound = elbos[i], bounds[i]
	}
	return scores, err
}

// Evaluation is how good a model is for a set of images. Means are over images; nats are
// per image.
type Evaluation struct {
	Images         int      `json:"images"`
	ELBO           Estimate `json:"elbo"`           // nats
	Reconstruction float64  `json:"reconstruction"` // -log p(x|z) in nats, as in [Score]
	KL             float64  `json:"kl"`             // nats
	// AlongMeans is -(Reconstruction + KL), the bound of a hierarchical model by the pair,
	// where a Scorer gave its own; else it is 0.
	AlongMeans float64 `json:"elbo_along_means,omitempty"`
	// LogLikelihood is an estimate of log p(x) in nats by importance sampling, which is
	// [Score].Bound: on average it is below log p(x), and less so the more draws there are
	// (Burda et al. 2016).
	LogLikelihood LogLikelihood `json:"log_likelihood"`
	// BitsPerDimension is that of -ELBO, 0 for a likelihood that says nothing of bytes
	// ([Decoder.BitsPerDimension]).
	BitsPerDimension float64 `json:"bits_per_dimension,omitempty"`
	SquaredError     float64 `json:"squared_error"` // of reconstructions from posterior means, of values in [0, 1]
	Latent           int     `json:"latent"`
	// ActiveUnits is the number of latent dimensions whose posterior means have a variance
	// above 0.01 (Burda et al. 2016).
	ActiveUnits     int             `json:"active_units"`
	KLByDimension   []float64       `json:"kl_by_dimension"`       // nats
	KLByGroup       []GroupKL       `json:"kl_by_group,omitempty"` // of a hierarchical model, from coarse to fine
	VarianceOfMeans latent.Activity `json:"variance_of_means"`     // by dimension; nil for one image
	Codes           *CodeAccuracy   `json:"codes,omitempty"`       // nil without labels
}

// Estimate is a mean with its 95 % confidence interval, which tells what another choice of
// as many images might give; one image tells nothing of that, and both ends are its value.
type Estimate struct {
	Mean     float64    `json:"mean"`
	Interval [2]float64 `json:"interval"`
}

// GroupKL is the divergence of a group of latent variables.
type GroupKL struct {
	Name string  `json:"name"`
	KL   float64 `json:"kl"` // nats
}

// LogLikelihood is an estimate of log p(x) from so many draws for each image.
type LogLikelihood struct {
	Estimate
	Images           int     `json:"images"`
	Draws            int     `json:"draws"`
	BitsPerDimension float64 `json:"bits_per_dimension,omitempty"`
	// ELBO is that of these images, which may be other than those of all: the first ones of a folder
	// are of one class.
	ELBO float64 `json:"elbo"`
}

// CodeAccuracy is the share of images whose class a [latent.Probe] finds from their
// posterior means.
type CodeAccuracy struct {
	Learned int     `json:"learned"` // codes from which the probe has learned
	Nearest float64 `json:"nearest_neighbour"`
	Linear  float64 `json:"linear"`
}
