package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"govae/internal/gradienttest"
	"govae/internal/random"
	"govae/models"
)

func importanceModel(t *testing.T) *models.VAE {
	m := smallModel(t, models.Config{Arch: "mlp", Hidden: []int{6}, Activation: "tanh", Latent: 3, Image: models.Shape{H: 3, W: 4, C: 1}})
	for i, p := range m.Params() {
		r := random.New(2, random.Probe, 0, uint32(i))
		noise := make([]float32, p.Len())
		r.Normal(noise)
		for j := range noise {
			p.Value[j] += noise[j] / 3
		}
	}
	return m
}

// TestImportanceByHand computes the bound from the definition, for each image and in float64.
func TestImportanceByHand(t *testing.T) {
	m := importanceModel(t)
	const n, draws = 3, 4
	e := testTrainerOf(t, m, 2, n, &IWAE{Samples: draws, Beta: Constant(1)})
	batch := e.pipeline.load(noiseImages(n, m.Config.Image), []int{2, 0, 1}, 1, random.EvalNoise, 0)
	got := e.terms(batch, 0, nil)
	mean, logVar := m.NewEvaluator(e.kernel, n).Encode(batch.Image)
	var want Terms
	pixels, latent := m.Config.Image.Len(), m.Config.Latent
	normal := func(x, mean, sd float64) float64 {
		d := (x - mean) / sd
		return -d*d/2 - math.Log(sd) - math.Log(2*math.Pi)/2
	}
	for i := range n {
		var sum float64
		for k := range draws {
			var logW float64
			for j := range latent {
				mu, sd := float64(mean[i*latent+j]), math.Exp(float64(logVar[i*latent+j])/2)
				z := mu + sd*float64(batch.Noise[(i*draws+k)*latent+j])
				logW += normal(z, 0, 1) - normal(z, mu, sd)
			}
			for j, l := range e.net.Logits()[(i*draws+k)*pixels : (i*draws+k+1)*pixels] {
				p := 1 / (1 + math.Exp(-float64(l)))
				x := float64(batch.Image[i*pixels+j])
				loss := -(x*math.Log(p) + (1-x)*math.Log(1-p))
				logW -= loss
				want.Reconstruction += loss / draws
			}
			sum += math.Exp(logW)
		}
		want.Importance += math.Log(sum / draws)
	}
	one := testTrainer(t, m, 2, n, 1)
	first := *batch
	first.Noise = batch.Noise[:n*latent]
	want.KL = one.terms(&first, 0, nil).KL
	for name, v := range map[string][2]float64{
		"bound":          {got.Importance, want.Importance},
		"reconstruction": {got.Reconstruction, want.Reconstruction},
		"KL":             {got.KL, want.KL},
	} {
		if math.Abs(v[0]-v[1]) > 1e-5*math.Max(1, math.Abs(v[1])) {
			t.Errorf("%s %g, want %g", name, v[0], v[1])
		}
	}
	if !(got.Bound() == got.Importance && got.Importance > got.ELBO()) {
		t.Errorf("the bound is %g, importance weighted %g, the ELBO %g", got.Bound(), got.Importance, got.ELBO())
	}
}

func TestImportanceGradient(t *testing.T) {
	m := importanceModel(t)
	const n, beta = 3, 0.8
	objective := &IWAE{Samples: 4, Beta: Constant(beta), Plain: true}
	e := testTrainerOf(t, m, 2, n+1, objective)
	batch := e.pipeline.load(noiseImages(n, m.Config.Image), []int{2, 0, 1}, 1, random.TrainNoise, 0)
	grad := make([]float32, len(m.Theta))
	loss := func() float64 {
		e.terms(batch, 0, nil)
		objective.weigh(e.net.Draws().Ratio, beta)
		return -floats.Sum(objective.bound) / n
	}
	for i := range grad {
		grad[i] = float32(math.NaN())
	}
	e.terms(batch, 1, grad)
	for _, p := range m.Params() {
		gradienttest.Check(t, p.Name, p.Value, p.In(grad), 2e-3, 0.01, loss)
	}
}

// TestDoublyReparameterised: it has the expectation of the plain gradient, less variance in
// the encoder, and the same values in the decoder.
func TestDoublyReparameterised(t *testing.T) {
	m := importanceModel(t)
	const n, tries = 2, 4000
	sums := map[bool][]float64{}
	squares := map[bool][]float64{}
	images := noiseImages(n, m.Config.Image)
	decoder := map[bool][]float32{}
	for _, plain := range []bool{false, true} {
		e := testTrainerOf(t, m, 1, n, &IWAE{Samples: 5, Beta: Constant(1), Plain: plain})
		sum, square, grad := make([]float64, len(m.Theta)), make([]float64, len(m.Theta)), make([]float32, len(m.Theta))
		for try := range tries {
			e.terms(e.pipeline.load(images, []int{0, 1}, 1, random.TrainNoise, try), 1, grad)
			for i, g := range grad {
				sum[i] += float64(g)
				square[i] += float64(g) * float64(g)
			}
		}
		sums[plain], squares[plain] = sum, square
		decoder[plain] = nil
		for _, p := range m.Params() {
			if strings.HasPrefix(p.Name, "decoder/") {
				decoder[plain] = append(decoder[plain], p.In(grad)...)
			}
		}
	}
	if !slices.Equal(decoder[true], decoder[false]) {
		t.Error("the gradients of the decoder differ")
	}
	var variance [2]float64
	places := make([]float32, len(m.Theta))
	for i := range places {
		places[i] = float32(i)
	}
	for _, p := range m.Params() {
		if strings.HasPrefix(p.Name, "decoder/") {
			continue
		}
		for i, place := range p.In(places) {
			at := int(place)
			var mean, error2 [2]float64
			for j, plain := range []bool{false, true} {
				mean[j] = sums[plain][at] / tries
				v := squares[plain][at]/tries - mean[j]*mean[j]
				variance[j] += v
				error2[j] = v / tries
			}
			if d := math.Abs(mean[0] - mean[1]); d > 5*math.Sqrt(error2[0]+error2[1])+1e-6 {
				t.Errorf("%s at %d: a mean of %g, that of the plain gradient is %g", p.Name, i, mean[0], mean[1])
			}
		}
	}
	if !(variance[0] < variance[1]) {
		t.Errorf("a variance of %g in the encoder, of the plain gradient %g", variance[0], variance[1])
	}
}

func TestImportanceWantsAConstantScale(t *testing.T) {
	for _, c := range []models.Config{{Likelihood: models.Gaussian, LearnSigma: true}, {Likelihood: models.Logistic}} {
		c.Image, c.Arch, c.Hidden = smallShape, "mlp", []int{4}
		if _, err := Run(t.Context(), smallModel(t, c), smallData(), Options{Importance: 2}); err == nil || !strings.Contains(err.Error(), "scale is a constant") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}
