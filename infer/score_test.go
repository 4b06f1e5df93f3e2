package infer_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/infer"
	"govae/internal/enginetest"
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
	x := infer.Images{C: s.c, H: s.h, W: s.w, Pixels: make([]float32, n*s.pixels())}
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
	enginetest.ONNXRuntime(t)
	const n, draws = 21, 3
	x := someImages(small, n)
	for form, loss := range map[string]func(logit, x float64) float64{
		"bernoulli": func(l, x float64) float64 { return math.Log1p(math.Exp(l)) - x*l },
		"gaussian": func(l, x float64) float64 {
			d := x - 1/(1+math.Exp(-l))
			return d*d/(2*0.2*0.2) + math.Log(2*math.Pi*0.2*0.2)/2
		},
	} {
		for _, engine := range []string{"onnxruntime", "gonum"} {
			o := infer.Options{Engine: engine, Threads: 2}
			encoder, err := infer.OpenBytes(encoderModel(t, small), o)
			if err != nil {
				t.Fatal(err)
			}
			decoder, err := infer.OpenBytes(decoderModel(t, small, metadata("vae.likelihood", form, "vae.sigma", "0.2")), o)
			if err != nil {
				t.Fatal(err)
			}
			var points []float32 // the draws
			codes := encoder.EncodeAll(t.Context(), x.All())
			for z, err := range latent.Draws(codes, draws, 5) {
				if err != nil {
					t.Fatal(err)
				}
				points = append(points, z...)
			}
			i := 0
			for got, err := range infer.Scores(t.Context(), encoder, decoder, x.All(), infer.ScoreOptions{Draws: draws, Seed: 5}) {
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
				for k := range draws {
					logits := dot(points, i*draws+k, weights("pixels", small.pixels(), small.latent), small.latent)
					log := 0.
					for p, l := range logits {
						log -= loss(l, float64(x.At(i).Pixels[p]))
					}
					want.Reconstruction -= log / draws
					for j := range mean {
						z := float64(points[(i*draws+k)*small.latent+j])
						d := z - mean[j]
						log += d*d/math.Exp(logVar[j])/2 + logVar[j]/2 - z*z/2
					}
					ratio += math.Exp(log) / draws
				}
				want.ELBO, want.Bound = -want.Reconstruction-want.KL, math.Log(ratio)
				for name, d := range map[string]float64{"ELBO": got.ELBO - want.ELBO, "reconstruction": got.Reconstruction - want.Reconstruction, "KL": got.KL - want.KL, "bound": got.Bound - want.Bound} {
					if !(math.Abs(d) < 2e-4) {
						t.Errorf("%s, %s, image %d: %s differs by %g from %+v", form, engine, i, name, d, want)
					}
				}
				i++
			}
			if i != n {
				t.Errorf("%s, %s: %d scores, want %d", form, engine, i, n)
			}
			encoder.Close()
			decoder.Close()
		}
	}
}

// TestScoresDoNotDependOnTheBatch scores images in one go and alone, and more of them
// than a stream has ahead.
func TestScoresDoNotDependOnTheBatch(t *testing.T) {
	encoder, decoder := open(t, encoderModel(t, small), 3), open(t, decoderModel(t, small, metadata("vae.likelihood", "bernoulli")), 3)
	score := func(x infer.Images) (all []infer.Score) {
		for s, err := range infer.Scores(t.Context(), encoder, decoder, x.All(), infer.ScoreOptions{Draws: 2}) {
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
	for s := range infer.Scores(t.Context(), encoder, decoder, someImages(small, 3000).All(), infer.ScoreOptions{}) {
		if s.Bound == 0 {
			t.Error("no bound")
		}
		break // nothing runs on
	}
	i := 0
	for nats, err := range infer.ReconstructionNats(t.Context(), encoder, decoder, someImages(small, 9).All()) {
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
	decoder := open(t, finish(t, b, small, []func(*onnx.Model){metadata("vae.likelihood", "bernoulli")}), 2)
	encoder := open(t, encoderModel(t, small), 2)
	want := -20 * math.Log(2)
	gap := func(draws int) (worst float64) {
		for s, err := range infer.Scores(t.Context(), encoder, decoder, someImages(small, 4).All(), infer.ScoreOptions{Draws: draws}) {
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
}

func TestLikelihoodErrors(t *testing.T) {
	noSigmoid := onnx.NewBuilder("decoder")
	z := noSigmoid.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	shape := noSigmoid.Int64("shape", []int{4}, []int64{-1, 1, 5, 4})
	noSigmoid.Output("image", noSigmoid.Node("Reshape", "reshape", []onnx.Value{noSigmoid.Node("Tanh", "tanh", []onnx.Value{dense(noSigmoid, "pixels", z, 20, 2)}), shape}), dims(1, 5, 4)...)
	bernoulli := metadata("vae.likelihood", "bernoulli")
	for name, tt := range map[string]struct {
		decoder []byte
		want    string
	}{
		"not told":   {decoderModel(t, small), `its likelihood (vae.likelihood) is ""`},
		"unknown":    {decoderModel(t, small, metadata("vae.likelihood", "poisson")), `is "poisson", and only bernoulli and gaussian`},
		"no sigma":   {decoderModel(t, small, metadata("vae.likelihood", "gaussian")), `vae.sigma is ""`},
		"sigma 0":    {decoderModel(t, small, metadata("vae.likelihood", "gaussian", "vae.sigma", "0")), `vae.sigma is "0"`},
		"no sigmoid": {finish(t, noSigmoid, small, []func(*onnx.Model){bernoulli}), "not the output of a Sigmoid"},
		"an encoder": {encoderModel(t, small, bernoulli), "holds the encoder where the decoder is needed"},
	} {
		if _, err := open(t, tt.decoder, 1).Likelihood(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
	other := open(t, decoderModel(t, small, bernoulli, metadata("vae.model_id", "bbbb")), 1)
	for _, err := range infer.Scores(t.Context(), open(t, encoderModel(t, small), 1), other, someImages(small, 1).All(), infer.ScoreOptions{}) {
		if err == nil || !strings.Contains(err.Error(), "different models") {
			t.Errorf("error %v", err)
		}
	}
}

// TestDraws: draws have the code's mean and variance, and are the same in any number.
func TestDraws(t *testing.T) {
	code := latent.Code{Mean: []float32{1, -2}, LogVar: []float32{0, float32(2 * math.Log(3))}}
	codes := func(yield func(latent.Code, error) bool) {
		for i := 0; i < 2 && yield(code, nil); i++ {
		}
	}
	const k = 5000
	var sum, squares [2]float64
	all, err := latent.Collect(latent.Draws(codes, k, 1))
	if err != nil || len(all) != 2*k {
		t.Fatalf("%d draws, want %d (%v)", len(all), 2*k, err)
	}
	for _, z := range all {
		for j, v := range z {
			sum[j] += float64(v) / (2 * k)
			squares[j] += float64(v) * float64(v) / (2 * k)
		}
	}
	for j, want := range []struct{ mean, deviation float64 }{{1, 1}, {-2, 3}} {
		if d := math.Sqrt(squares[j] - sum[j]*sum[j]); math.Abs(sum[j]-want.mean) > 0.1 || math.Abs(d-want.deviation) > 0.1 {
			t.Errorf("dimension %d: mean %.2f and deviation %.2f, want %g and %g", j, sum[j], d, want.mean, want.deviation)
		}
	}
	few, err := latent.Collect(latent.Draws(codes, 3, 1))
	if want := slices.Concat(all[:3], all[k:k+3]); err != nil || !reflect.DeepEqual(few, want) {
		t.Errorf("3 draws of each code are %v (%v), of %d the first are %v", few, err, k, want)
	}
	code.LogVar = nil
	for _, err := range latent.Draws(codes, 1, 1) {
		if err == nil || !strings.Contains(err.Error(), "log variances") {
			t.Errorf("means alone: error %v", err)
		}
	}
}
