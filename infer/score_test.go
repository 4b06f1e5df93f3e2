package infer_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/images"
	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

// metadata sets entries of a model.
func metadata(entries ...string) func(*onnx.Model) {
	return func(m *onnx.Model) {
		for i := 0; i < len(entries); i += 2 {
			m.SetMetadata(entries[i], entries[i+1])
		}
	}
}

// someImages returns n images of values in [0, 1].
func someImages(s size, n int) infer.Images {
	x := infer.Images{Shape: images.Shape{H: s.h, W: s.w, C: s.c}, Pixels: make([]float32, n*s.pixels())}
	for i := range x.Pixels {
		x.Pixels[i] = float32(i*7%11) / 10
	}
	return x
}

// dot returns row i of x wᵀ [n, out].
func dot(x []float32, i int, w []float32, in int) []float64 {
	y := make([]float64, len(w)/in)
	for o := range y {
		for j := range in {
			y[o] += float64(x[i*in+j]) * float64(w[o*in+j])
		}
	}
	return y
}

// TestScores compares the scores of linear models with the formulas, on both engines.
func TestScores(t *testing.T) {
	for form, loss := range map[string]func(logit, x float64) float64{
		"bernoulli": func(l, x float64) float64 { return math.Log1p(math.Exp(l)) - x*l },
		"gaussian": func(l, x float64) float64 {
			d := x - 1/(1+math.Exp(-l))
			return d*d/(2*0.2*0.2) + math.Log(2*math.Pi*0.2*0.2)/2
		},
		"logistic": func(l, x float64) float64 {
			p := func(x float64) float64 { return 1 / (1 + math.Exp((1/(1+math.Exp(-l))-x)/0.3)) }
			switch x {
			case 0:
				return -math.Log(p(1. / 510))
			case 1:
				return -math.Log(1 - p(1-1./510))
			}
			return -math.Log(p(x+1./510) - p(x-1./510))
		},
	} {
		t.Run(form, func(t *testing.T) {
			onEngines(t, func(t *testing.T, e engine.Options) { testScores(t, e, form, loss) })
		})
	}
}

func testScores(t *testing.T, e engine.Options, form string, loss func(logit, x float64) float64) {
	const n, draws = 21, 3
	x := someImages(small, n)
	o := infer.Options{Engine: e, Threads: 2}
	encoder := open(t, infer.OpenEncoderBytes, encoderModel(t, small), o)
	decoder := open(t, infer.OpenDecoderBytes, decoderModel(t, small, metadata(contract.KeyLikelihood, form, contract.KeySigma, "0.2", contract.KeyScale, "0.3")), o)
	points, err := latent.Collect(latent.Draws(encoder.EncodeAll(t.Context(), x.All()), draws, 5))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for got, err := range pair(t, encoder, decoder).Scores(t.Context(), x.All(), infer.ScoreOptions{Draws: draws, Seed: 5}) {
		if err != nil {
			t.Fatal(err)
		}
		mean := dot(x.Pixels, i, weights("mean_layer", small.latent, small.pixels()), small.pixels())
		logVar := dot(x.Pixels, i, weights("log_var_layer", small.latent, small.pixels()), small.pixels())
		var want infer.Score
		for j := range mean {
			want.KL += (mean[j]*mean[j] + math.Exp(logVar[j]) - 1 - logVar[j]) / 2
		}
		var ratio float64
		for _, point := range points[i*draws : (i+1)*draws] {
			logits := dot(point, 0, weights("pixels", small.pixels(), small.latent), small.latent)
			log := 0.
			for p, l := range logits {
				log -= loss(l, float64(x.At(i).Pixels[p]))
			}
			want.Reconstruction -= log / draws
			for j := range mean {
				z := float64(point[j])
				d := z - mean[j]
				log += d*d/math.Exp(logVar[j])/2 + logVar[j]/2 - z*z/2
			}
			ratio += math.Exp(log) / draws
		}
		want.ELBO, want.Bound = -want.Reconstruction-want.KL, math.Log(ratio)
		for name, d := range map[string]float64{"ELBO": got.ELBO - want.ELBO, "reconstruction": got.Reconstruction - want.Reconstruction, "KL": got.KL - want.KL, "bound": got.Bound - want.Bound} {
			if !(math.Abs(d) < 2e-4) {
				t.Errorf("image %d: %s differs by %g from %+v", i, name, d, want)
			}
		}
		if got.Index != i {
			t.Errorf("score %d has the index %d", i, got.Index)
		}
		i++
	}
	if i != n {
		t.Errorf("%d scores, want %d", i, n)
	}
}

// TestScoresDoNotDependOnTheBatch scores images in one go and alone, and more of them
// than a stream has ahead.
func TestMeanScore(t *testing.T) {
	scores := []infer.Score{{ELBO: -4, Reconstruction: 3, KL: 1, Bound: -3}, {Index: 1, ELBO: -2, Reconstruction: 1, KL: 1, Bound: -1}}
	if mean := infer.MeanScore(scores); mean != (infer.Score{ELBO: -3, Reconstruction: 2, KL: 1, Bound: -2}) {
		t.Errorf("mean %+v", mean)
	}
	for draws, want := range map[int][]float64{0: {-4, -2}, 1: {-4, -2}, 2: {-3, -1}} {
		if got := (infer.ScoreOptions{Draws: draws}).Tightest(scores); !slices.Equal(got, want) {
			t.Errorf("%d draws: tightest %v, want %v", draws, got, want)
		}
	}
}

func TestScoresDoNotDependOnTheBatch(t *testing.T) {
	encoder, decoder := openEncoder(t, encoderModel(t, small), 3), openDecoder(t, decoderModel(t, small, metadata(contract.KeyLikelihood, "bernoulli")), 3)
	vae := pair(t, encoder, decoder)
	score := func(x infer.Images) (all []infer.Score) {
		for s, err := range vae.Scores(t.Context(), x.All(), infer.ScoreOptions{Draws: 2}) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s)
		}
		return all
	}
	many := score(someImages(small, 3000))
	if len(many) != 3000 {
		t.Fatalf("%d scores", len(many))
	}
	if few := score(someImages(small, 5)); !slices.Equal(few, many[:5]) {
		t.Errorf("scores %v and %v", few, many[:5])
	}
	for s := range vae.Scores(t.Context(), someImages(small, 3000).All(), infer.ScoreOptions{}) {
		if s.Bound == 0 {
			t.Error("no bound")
		}
		break // nothing runs on
	}
	i := 0
	for nats, err := range vae.ReconstructionNats(t.Context(), someImages(small, 9).All()) {
		if err != nil || !(nats > 0) {
			t.Errorf("nats %g, error %v", nats, err)
		}
		i++
	}
	if i != 9 {
		t.Errorf("%d images", i)
	}
}

// TestBoundGrows: of a decoder that does not look at z, log p(x) is known.
func TestBoundGrows(t *testing.T) {
	b := onnx.NewBuilder("decoder")
	z := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	zero := b.Node("Gemm", "dense", []onnx.Value{z, b.Float32("dense/weight", []int{20, 2}, make([]float32, 40))}, onnx.Int("transB", 1))
	shape := b.Int64("shape", []int{4}, []int64{-1, 1, 5, 4})
	logits := b.Node("Reshape", "reshape", []onnx.Value{zero, shape})
	b.Output("image", b.Node("Sigmoid", "sigmoid", []onnx.Value{logits}), dims(1, 5, 4)...)
	decoder := openDecoder(t, finish(t, b, small, []func(*onnx.Model){metadata(contract.KeyLikelihood, "bernoulli")}), 2)
	encoder := openEncoder(t, encoderModel(t, small), 2)
	vae := pair(t, encoder, decoder)
	want := -20 * math.Log(2)
	gap := func(draws int) (worst float64) {
		for s, err := range vae.Scores(t.Context(), someImages(small, 4).All(), infer.ScoreOptions{Draws: draws}) {
			if err != nil || s.ELBO > want {
				t.Fatalf("score %+v above log p(x) %g, error %v", s, want, err)
			}
			worst = max(worst, math.Abs(s.Bound-want))
		}
		return worst
	}
	if one, many := gap(1), gap(3000); many > one/2 {
		t.Errorf("the bound is off by %g with one draw and %g with 3000", one, many)
	}
	for _, draws := range []int{-1, math.MaxUint32} {
		for _, err := range vae.Scores(t.Context(), someImages(small, 1).All(), infer.ScoreOptions{Draws: draws}) {
			if !errors.As(err, new(*latent.OptionError)) {
				t.Errorf("%d draws: error %v", draws, err)
			}
			break
		}
	}
}

// TestScoresAreFinite: weights that are no numbers, pixels that are none, and variances
// beyond all numbers give errors.
func TestScoresAreFinite(t *testing.T) {
	nan := float32(math.NaN())
	bernoulli := metadata(contract.KeyLikelihood, "bernoulli")
	broken := func(m *onnx.Model) {
		m.Graph.Initializers[0] = onnx.Float32Tensor(m.Graph.Initializers[0].Name, []int64{20, 2}, slices.Repeat([]float32{nan}, 40))
	}
	wide := func(m *onnx.Model) {
		for i, w := range m.Graph.Initializers {
			if w.Name == "log_var_layer/weight" {
				m.Graph.Initializers[i] = onnx.Float32Tensor(w.Name, []int64{2, 20}, slices.Repeat([]float32{1000}, 40))
			}
		}
	}
	onEngines(t, func(t *testing.T, e engine.Options) {
		o := infer.Options{Engine: e}
		for name, vae := range map[string]*infer.Pair{
			"decoder": pair(t, open(t, infer.OpenEncoderBytes, encoderModel(t, small), o), open(t, infer.OpenDecoderBytes, decoderModel(t, small, bernoulli, broken), o)),
			"encoder": pair(t, open(t, infer.OpenEncoderBytes, encoderModel(t, small, wide), o), open(t, infer.OpenDecoderBytes, decoderModel(t, small, bernoulli), o)),
		} {
			if err := last(vae.Scores(t.Context(), someImages(small, 3).All(), infer.ScoreOptions{})); err == nil || !strings.Contains(err.Error(), "not finite") {
				t.Errorf("%s: error %v", name, err)
			}
		}
		l, err := open(t, infer.OpenDecoderBytes, decoderModel(t, small, bernoulli), o).Likelihood()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if _, err := l.Nats(t.Context(), slices.Repeat([]float32{nan}, 20), []float32{0, 0}); err == nil || !strings.Contains(err.Error(), "not finite") {
			t.Errorf("pixels: error %v", err)
		}
	})
}

func TestLikelihoodErrors(t *testing.T) {
	noSigmoid := onnx.NewBuilder("decoder")
	z := noSigmoid.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	shape := noSigmoid.Int64("shape", []int{4}, []int64{-1, 1, 5, 4})
	noSigmoid.Output("image", noSigmoid.Node("Reshape", "reshape", []onnx.Value{noSigmoid.Node("Tanh", "tanh", []onnx.Value{dense(noSigmoid, "pixels", z, 20, 2)}), shape}), dims(1, 5, 4)...)
	bernoulli := metadata(contract.KeyLikelihood, "bernoulli")
	for name, tt := range map[string]struct {
		decoder []byte
		want    string
	}{
		"not told":   {decoderModel(t, small), `its likelihood (vae.likelihood) is ""`},
		"unknown":    {decoderModel(t, small, metadata(contract.KeyLikelihood, "poisson")), `is "poisson", and only bernoulli, gaussian and logistic`},
		"no sigma":   {decoderModel(t, small, metadata(contract.KeyLikelihood, "gaussian")), "vae.sigma is missing"},
		"no scale":   {decoderModel(t, small, metadata(contract.KeyLikelihood, "logistic", contract.KeySigma, "1")), "vae.scale is missing"},
		"scale -1":   {decoderModel(t, small, metadata(contract.KeyLikelihood, "logistic", contract.KeyScale, "-1")), `vae.scale is "-1"`},
		"sigma 0":    {decoderModel(t, small, metadata(contract.KeyLikelihood, "gaussian", contract.KeySigma, "0")), `vae.sigma is "0"`},
		"no sigmoid": {finish(t, noSigmoid, small, []func(*onnx.Model){bernoulli}), "not the output of a Sigmoid"},
	} {
		if _, err := openDecoder(t, tt.decoder, 1).Likelihood(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}
