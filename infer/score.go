package infer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"

	"govae/internal/option"
	"govae/internal/parallel"
	"govae/latent"
)

// Score says how likely a model finds an image: estimates of lower bounds of log
// p(x), in nats.
type Score struct {
	Index int // of the image, which counts from [ScoreOptions].First on
	// ELBO is -(Reconstruction + KL), the evidence lower bound.
	ELBO           float64
	Reconstruction float64 // -log p(x|z) summed over the pixels, the mean over the draws of z
	KL             float64 // of q(z|x) to the prior: exact to N(0, I), else the mean over the draws
	// Bound is the importance-weighted bound log 1/K sum_k p(x, z_k) / q(z_k|x) of K
	// draws, which lies between ELBO and log p(x) and grows with K (Y. Burda, R. Grosse
	// and R. Salakhutdinov, "Importance Weighted Autoencoders", 2016, section 3).
	Bound float64
}

// MeanScore returns the mean of one or more scores.
func MeanScore(scores []Score) (mean Score) {
	n := float64(len(scores))
	for _, s := range scores {
		mean.ELBO += s.ELBO / n
		mean.Reconstruction += s.Reconstruction / n
		mean.KL += s.KL / n
		mean.Bound += s.Bound / n
	}
	return mean
}

// Tightest returns the best estimate of log p(x) that o gave for each image: the
// importance-weighted bound, or the ELBO where there was one draw.
func (o ScoreOptions) Tightest(scores []Score) []float64 {
	best := make([]float64, len(scores))
	for i, s := range scores {
		if best[i] = s.ELBO; o.Draws > 1 {
			best[i] = s.Bound
		}
	}
	return best
}

// ScoreOptions choose how images are scored. The zero value means one draw and seed 0.
type ScoreOptions struct {
	Draws int    // points z of q(z|x) for each image; 0 means 1
	Seed  uint64 // of the draws, which are those of [latent.Draws]
	First int    // number of the stream's first image, by which it has its draws, its label and its Index
	// Prior, if not nil, takes the place of N(0, I). The figures are then those of a model that
	// draws z from it, as a decoder with a prior of its own does.
	Prior *latent.Density
}

// check refuses an impossible number of draws, and a prior of another model than p.
func (o ScoreOptions) check(p *Pair) error {
	if o.Draws < 0 || o.Draws >= math.MaxUint32 { // as latent.Draws
		return option.Wrong("Draws", o.Draws, fmt.Sprintf("a number from 1 to %d, or 0 for 1", uint32(math.MaxUint32-1)))
	}
	if o.First < 0 || o.First > math.MaxUint32 {
		return option.Wrong("First", o.First, fmt.Sprintf("a number from 0 to %d", uint32(math.MaxUint32)))
	}
	if o.Prior == nil {
		return nil
	}
	return o.Prior.Check(p.Encoder.Latent(), p.Encoder.contract.conditions())
}

// Scores estimates how likely a model finds each of a stream of images, in order. It
// needs a decoder with a [Likelihood]. Constant memory and cancellation are those of
// [Decoder.DecodeAll].
func (p *Pair) Scores(ctx context.Context, images iter.Seq2[Image, error], o ScoreOptions) iter.Seq2[Score, error] {
	if err := o.check(p); err != nil {
		return fail[Score](err)
	}
	return withLikelihood(ctx, p, images, p.Encoder.blockRows(), func(ctx context.Context, l *Likelihood, x []float32, first int) ([]Score, error) {
		codes, err := p.Encoder.posteriors(ctx, x, o.First+first)
		if err != nil {
			return nil, err
		}
		return l.scores(ctx, x, codes, o)
	})
}

// fail is a stream that yields one error.
func fail[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// posteriors is codes for callers that need variances.
func (e *Encoder) posteriors(ctx context.Context, x []float32, first int) ([]latent.Code, error) {
	codes, err := e.codes(ctx, x, first)
	if err == nil && codes[0].LogVar == nil {
		err = latent.ErrNoLogVar
	}
	return codes, err
}

// divergence returns KL(q(z|x) || N(0, I)) in nats of dimension k of a code (Kingma and
// Welling 2014, appendix B).
func divergence(code latent.Code, k int) float64 {
	mu, lv := float64(code.Mean[k]), float64(code.LogVar[k])
	return -(1 + lv - mu*mu - math.Exp(lv)) / 2
}

// scores scores the images x, which have these codes.
func (l *Likelihood) scores(ctx context.Context, x []float32, codes []latent.Code, o ScoreOptions) ([]Score, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	dims := l.logits.Latent()
	label, err := l.logits.labels(codes[0].Index, len(codes))
	if err != nil {
		return nil, err
	}
	classes := len(label) / len(codes)
	scores := make([]Score, len(codes))
	for i, code := range codes {
		scores[i].Index = code.Index
		for k := range dims {
			if o.Prior == nil {
				scores[i].KL += divergence(code, k)
			}
		}
	}
	draws := cmp.Or(o.Draws, 1)
	weights := make([]logSum, len(scores))
	logRatio := make([]float64, len(scores))
	z, noise := make([]float32, len(codes)*dims), make([]float32, len(codes)*dims)
	for draw := range draws {
		err := parallel.For(ctx, (len(codes)+chunkRows-1)/chunkRows, l.logits.threads, func(c int) error {
			for i := c * chunkRows; i < min((c+1)*chunkRows, len(codes)); i++ {
				code, noise, point := codes[i], noise[i*dims:(i+1)*dims], z[i*dims:(i+1)*dims]
				latent.Noise(noise, o.Seed, code.Index, draw)
				copy(point, noise)
				code.Draw(point)
				logRatio[i] = o.logRatio(code, noise, point, label[i*classes:(i+1)*classes])
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		nats, err := l.nats(ctx, x, z, codes[0].Index)
		if err != nil {
			return nil, err
		}
		for i := range scores {
			scores[i].Reconstruction += nats[i] / float64(draws)
			if o.Prior != nil {
				scores[i].KL -= logRatio[i] / float64(draws)
			}
			weights[i].add(logRatio[i] - nats[i])
		}
	}
	for i := range scores {
		s := &scores[i]
		s.ELBO = -(s.Reconstruction + s.KL)
		s.Bound = weights[i].log() - math.Log(float64(draws))
		if !finite(s.ELBO) || !finite(s.Bound) {
			return nil, fmt.Errorf("the score of image %d is not finite: its code is far from all latent points of the prior", s.Index)
		}
	}
	return scores, nil
}

// logRatio returns log p(z) - log q(z|x) of a point z of a code, which noise was drawn for, and
// which has this label.
func (o ScoreOptions) logRatio(code latent.Code, noise, z, label []float32) float64 {
	ratio := 0. // the normalisers of p and q cancel
	for k, e := range noise {
		e, lv, v := float64(e), float64(code.LogVar[k]), float64(z[k])
		if ratio += (e*e + lv) / 2; o.Prior == nil {
			ratio -= v * v / 2
		}
	}
	if o.Prior != nil {
		ratio += o.Prior.Log(z, label) + float64(len(z))*math.Log(2*math.Pi)/2
	}
	return ratio
}

// finite reports whether v is neither infinite nor NaN.
func finite(v float64) bool { return v-v == 0 }

// logSum is the sum of numbers that are given by their logarithms: scale e^max. The
// zero value is an empty sum.
type logSum struct{ scale, max float64 }

func (s *logSum) add(log float64) {
	if s.scale == 0 {
		*s = logSum{1, log}
		return
	}
	top := math.Max(s.max, log)
	s.scale = s.scale*math.Exp(s.max-top) + math.Exp(log-top)
	s.max = top
}

func (s *logSum) log() float64 { return s.max + math.Log(s.scale) }

// ReconstructionNats returns -log p(x|z) in nats of each of a stream of images, where
// z is the mean of its code: what is lost by [Pair.Reconstruct].
func (p *Pair) ReconstructionNats(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[float64, error] {
	return withLikelihood(ctx, p, images, p.Encoder.blockRows(), func(ctx context.Context, l *Likelihood, x []float32, first int) ([]float64, error) {
		mean, _, err := p.Encoder.encode(ctx, x, first)
		if err != nil {
			return nil, err
		}
		return l.nats(ctx, x, mean, first)
	})
}

// withLikelihood yields, one by one, what run makes of blocks of at most so many images
// x [n, C, H, W]. first is the number of a block's first image.
func withLikelihood[T any](ctx context.Context, p *Pair, images iter.Seq2[Image, error], most int, run func(ctx context.Context, l *Likelihood, x []float32, first int) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		l, err := p.Decoder.Likelihood()
		if err != nil {
			fail[T](err)(yield)
			return
		}
		defer l.Close()
		c := p.Encoder.contract
		ahead(ctx, pixels(images, c), c.inputSize(), most, func(ctx context.Context, x []float32, first int) ([]T, error) {
			return run(ctx, l, x, first)
		})(yield)
	}
}
