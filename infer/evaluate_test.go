package infer_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

// smallPair is a linear model of images [1, 5, 4] in black and white with two latent
// dimensions, whose posteriors are near the prior.
func smallPair(t *testing.T, o infer.Options) *infer.Pair {
	t.Helper()
	near := func(m *onnx.Model) {
		for i, w := range m.Graph.Initializers {
			v := weights(strings.TrimSuffix(w.Name, "/weight"), small.latent, small.pixels())
			for j := range v {
				v[j] /= 5
			}
			m.Graph.Initializers[i] = onnx.Float32Tensor(w.Name, []int64{2, 20}, v)
		}
	}
	encoder := open(t, infer.OpenEncoderBytes, encoderModel(t, small, near), o)
	decoder := open(t, infer.OpenDecoderBytes, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), o)
	return pair(t, encoder, decoder)
}

// logP integrates p(x|z) p(z) of that model over the plane, by the trapezoidal rule, which
// is exact to many digits for integrands that are smooth and vanish (L. Trefethen and J.
// Weideman 2014).
func logP(x []float32, logPrior func(z []float64) float64) float64 {
	const half, step = 7, 0.1
	w := weights("pixels", small.pixels(), small.latent)
	var sum float64
	n := int(half / step)
	for i := -n; i <= n; i++ {
		for j := -n; j <= n; j++ {
			z := []float64{float64(i) * step, float64(j) * step}
			log := logPrior(z)
			for p, v := range x {
				l := float64(w[2*p])*z[0] + float64(w[2*p+1])*z[1]
				log += float64(v)*l - math.Log1p(math.Exp(l))
			}
			sum += math.Exp(log)
		}
	}
	return math.Log(sum * step * step)
}

// logNormal is the logarithm of the density at z of a normal distribution in the plane of
// independent coordinates.
func logNormal(z, mean, variance []float64) (log float64) {
	for k, v := range z {
		log -= (math.Log(2*math.Pi*variance[k]) + (v-mean[k])*(v-mean[k])/variance[k]) / 2
	}
	return log
}

// TestLogLikelihood compares the estimate with the integral, on both engines and with two
// priors.
func TestLogLikelihood(t *testing.T) {
	x := someImages(small, 6)
	mixture := &latent.Mixture{
		Latent: 2, Weights: []float64{0.3, 0.7}, Means: [][]float64{{1, -1}, {0.5, 0.2}},
		Covariances: [][][]float64{{{0.5, 0}, {0, 2}}, {{1.5, 0}, {0, 0.7}}},
	}
	density, err := mixture.Density()
	if err != nil {
		t.Fatal(err)
	}
	for name, prior := range map[string]struct {
		density *latent.Density
		log     func(z []float64) float64
	}{
		"N(0, I)": {nil, func(z []float64) float64 { return logNormal(z, []float64{0, 0}, []float64{1, 1}) }},
		"mixture": {density, func(z []float64) float64 {
			return math.Log(0.3*math.Exp(logNormal(z, mixture.Means[0], []float64{0.5, 2})) + 0.7*math.Exp(logNormal(z, mixture.Means[1], []float64{1.5, 0.7})))
		}},
	} {
		var want float64
		for i := range 4 {
			want += logP(x.At(i).Pixels, prior.log) / 4
		}
		onEngines(t, func(t *testing.T, e engine.Options) {
			vae := smallPair(t, infer.Options{Engine: e, Threads: 2})
			o := infer.EvaluateOptions{ScoreOptions: infer.ScoreOptions{Draws: 3000, Prior: prior.density}, Images: 4}
			got, err := vae.Evaluate(t.Context(), x.All(), o)
			if err != nil {
				t.Fatal(err)
			}
			if l := got.LogLikelihood; math.Abs(l.Mean-want) > 0.02 || l.Images != 4 || l.Draws != 3000 {
				t.Errorf("%s: log-likelihood %+v, want %.4f", name, l, want)
			}
			if !(got.ELBO.Mean < want) || math.Abs(got.ELBO.Mean+got.Reconstruction+got.KL) > 1e-9 {
				t.Errorf("%s: ELBO %g = -(%g + %g), log-likelihood %g", name, got.ELBO.Mean, got.Reconstruction, got.KL, want)
			}
		})
	}
}

// TestEvaluate compares the figures with those of the tasks that know them alone, and with
// those of other threads and beginnings.
func TestEvaluate(t *testing.T) {
	const n, draws, many = 2100, 3, 50
	x := someImages(small, n)
	vae := smallPair(t, infer.Options{Threads: 3})
	labels := make([]int, n)
	for i := range labels {
		labels[i] = i % 2 * 5
	}
	means, err := latent.Collect(latent.Means(vae.Encoder.EncodeAll(t.Context(), x.All())))
	if err != nil {
		t.Fatal(err)
	}
	probe, err := latent.LearnProbe(means[:100], labels[:100], nil)
	if err != nil {
		t.Fatal(err)
	}
	o := infer.EvaluateOptions{ScoreOptions: infer.ScoreOptions{Draws: draws, Seed: 5}, Images: many, Probe: probe, Labels: labels}
	got, err := vae.Evaluate(t.Context(), x.All(), o)
	if err != nil {
		t.Fatal(err)
	}
	all, i := latent.Moments{}, 0
	for s, err := range vae.Scores(t.Context(), x.All(), infer.ScoreOptions{Seed: 5}) {
		if err != nil {
			t.Fatal(err)
		}
		if i >= many {
			all.Add(s.ELBO, s.Reconstruction)
		}
		i++
	}
	i = 0
	for s, err := range vae.Scores(t.Context(), infer.Images{Shape: x.Shape, Pixels: x.Pixels[:many*small.pixels()]}.All(), infer.ScoreOptions{Draws: draws, Seed: 5}) {
		if err != nil {
			t.Fatal(err)
		}
		all.Add(s.ELBO, s.Reconstruction)
		i++
	}
	activity, err := latent.MeasureActivity(latent.Of(means...), nil)
	if err != nil {
		t.Fatal(err)
	}
	var squares []float64
	for _, err := range infer.SquaredErrors(&squares, vae.Reconstruct(t.Context(), x.All()), x.All()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	square := 0.0
	for _, v := range squares {
		square += v / n
	}
	near := func(name string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) < 1e-9*max(1, math.Abs(want))) {
			t.Errorf("%s %g, want %g", name, got, want)
		}
	}
	near("ELBO", got.ELBO.Mean, all.Mean(0))
	near("interval", got.ELBO.Interval[1], all.Interval(0)[1])
	near("reconstruction", got.Reconstruction, all.Mean(1))
	near("KL", got.KL, got.KLByDimension[0]+got.KLByDimension[1])
	near("squared error", got.SquaredError, square)
	if !reflect.DeepEqual(got.VarianceOfMeans, activity) || got.ActiveUnits != activity.Used() || got.Latent != 2 || got.Images != n {
		t.Errorf("%+v, want the activity %v", got, activity)
	}
	if c := got.Codes; c == nil || c.Learned != 100 || c.Nearest <= 0 || c.Nearest > 1 || c.Linear <= 0 || c.Linear > 1 {
		t.Errorf("codes %+v", c)
	}

	other := smallPair(t, infer.Options{Threads: 1})
	resumed := func(yield func(infer.Figures, error) bool) {
		for i, first := range []int{0, 37, 1500} {
			end := []int{37, 1500, n}[i]
			o := o
			o.First = first
			part := infer.Images{Shape: x.Shape, Pixels: x.Pixels[first*small.pixels() : end*small.pixels()]}
			for f, err := range other.Figures(t.Context(), part.All(), o) {
				if err == nil {
					f = infer.FiguresOf(f.Row(), f.Index)
				}
				if !yield(f, err) {
					return
				}
			}
		}
	}
	again, err := other.Summary(o).Of(resumed)
	if err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("in parts: %+v, want %+v; error %v", again, got, err)
	}

	o.First = many // images that have no log-likelihood
	rest := infer.Images{Shape: x.Shape, Pixels: x.Pixels[many*small.pixels() : (many+20)*small.pixels()]}
	if e, err := other.Evaluate(t.Context(), rest.All(), o); err != nil || e.Images != 20 || e.LogLikelihood != (infer.LogLikelihood{Draws: draws}) {
		t.Errorf("after the images with all draws: %+v, error %v", e, err)
	}
}

func TestEvaluateErrors(t *testing.T) {
	vae := smallPair(t, infer.Options{})
	if _, err := vae.Evaluate(t.Context(), someImages(small, 0).All(), infer.EvaluateOptions{}); err == nil || !strings.Contains(err.Error(), "no images") {
		t.Errorf("no images: error %v", err)
	}
	wide, err := latent.LearnProbe([][]float32{make([]float32, 99), make([]float32, 99)}, []int{0, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []infer.EvaluateOptions{
		{ScoreOptions: infer.ScoreOptions{Draws: -1}}, {ScoreOptions: infer.ScoreOptions{First: -1}}, {Images: -1}, {Probe: wide, Labels: []int{0, 1}},
	} {
		if _, err := vae.Evaluate(t.Context(), someImages(small, 2).All(), o); !errors.As(err, new(*latent.OptionError)) {
			t.Errorf("%+v: error %v", o, err)
		}
	}
	probe, err := latent.LearnProbe([][]float32{{0, 0}, {1, 1}}, []int{0, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vae.Evaluate(t.Context(), someImages(small, 3).All(), infer.EvaluateOptions{Probe: probe, Labels: []int{1}}); err == nil || !strings.Contains(err.Error(), "labels") {
		t.Errorf("too few labels: error %v", err)
	}
	three, err := (&latent.Mixture{Latent: 3, Weights: []float64{1}, Means: [][]float64{{0, 0, 0}}, Covariances: [][][]float64{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}}).Density()
	if err != nil {
		t.Fatal(err)
	}
	o := infer.EvaluateOptions{ScoreOptions: infer.ScoreOptions{Prior: three}}
	if _, err := vae.Evaluate(t.Context(), someImages(small, 2).All(), o); err == nil || !strings.Contains(err.Error(), "3 latent dimensions, and the model 2") {
		t.Errorf("a prior of three dimensions: error %v", err)
	}
	means := pair(t, openEncoder(t, meanModel(t, small), 1), openDecoder(t, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), 1))
	if _, err := means.Evaluate(t.Context(), someImages(small, 2).All(), infer.EvaluateOptions{}); !errors.Is(err, latent.ErrNoLogVar) {
		t.Errorf("an encoder without variances: error %v", err)
	}
	one, err := vae.Evaluate(t.Context(), someImages(small, 1).All(), infer.EvaluateOptions{})
	if err != nil || one.Images != 1 || one.LogLikelihood.Draws != 1 || one.VarianceOfMeans != nil {
		t.Errorf("one image: %+v, error %v", one, err)
	}
}
