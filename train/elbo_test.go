package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/internal/gradienttest"
	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
	"govae/models"
)

// testTrainer returns a trainer of the ELBO on a kernel of its own.
func testTrainer(t testing.TB, m *models.VAE, threads, batch int, beta float64) *trainer {
	t.Helper()
	return testTrainerOf(t, m, threads, batch, &ELBO{Beta: Constant(beta)})
}

// testTrainerOf returns a trainer of an objective.
func testTrainerOf(t testing.TB, m *models.VAE, threads, batch int, o Objective) *trainer {
	t.Helper()
	k := kerneltest.New(t, threads)
	e, err := newTrainer(m, k, k, batch, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// noiseImages returns n images of random bytes.
func noiseImages(n int, s dataset.Shape) *dataset.Images {
	m := &dataset.Images{Shape: s, Pixels: make([]byte, n*s.Len())}
	r := random.New(5, random.Probe, 0, 0)
	for i := range m.Pixels {
		m.Pixels[i] = byte(r.IntN(256))
	}
	return m
}

// TestELBOGradient compares the gradient with differences, by the default kernel: package kernel
// compares all of them.
func TestELBOGradient(t *testing.T) {
	if testing.Short() {
		t.Skip("arithmetic, in which the race detector sees nothing")
	}
	gray, colour := models.Shape{H: 7, W: 6, C: 1}, models.Shape{H: 5, W: 5, C: 3}
	for _, c := range []models.Config{
		{Image: gray},
		{Arch: "residual", Image: models.Shape{H: 16, W: 15, C: 1}, Latent: 3, Width: 2, Depth: 2},
		{Arch: "ladder", Image: models.Shape{H: 16, W: 15, C: 1}, Groups: []int{2, 1}, Width: 2},
		{Arch: "conv", Image: colour, Latent: 3, Likelihood: models.Gaussian, Sigma: 0.5},
		{Arch: "conv", Image: colour, Latent: 1, Likelihood: models.Gaussian, Sigma: 0.3, LearnSigma: true},
		{Arch: "mlp", Image: colour, Hidden: []int{8}, Likelihood: models.Gaussian, OptimalSigma: true},
		{Arch: "mlp", Image: colour, Hidden: []int{8}, Likelihood: models.Logistic},
		{Arch: "mlp", Image: gray, Latent: 3, Hidden: []int{9, 5}, Activation: "tanh"},
		{Arch: "mlp", Image: colour, Hidden: []int{8}, Likelihood: models.Gaussian},
		conditional(models.Config{Arch: "mlp", Image: gray, Latent: 3, Hidden: []int{9, 5}, Activation: "tanh"}),
		conditional(models.Config{Arch: "residual", Image: models.Shape{H: 16, W: 15, C: 1}, Latent: 3, Width: 2}),
	} {
		t.Run(fmt.Sprintf("%s %v %s %d", c.Arch, c.Image, c.Likelihood, c.Classes()), func(t *testing.T) {
			m, err := models.New(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			// With biases of zero many sums would lie so close to ReLU's kink that no
			// difference could be trusted; behind weights of zero no gradient could be wrong.
			r := random.New(1, random.Probe, 0, 1)
			for _, p := range m.Params() {
				zero := c.Arch == "ladder" && slices.Max(p.Value) == slices.Min(p.Value)
				if strings.HasSuffix(p.Name, "/bias") || zero {
					r.Normal(p.Value)
				}
				for i := range p.Value {
					if zero {
						p.Value[i] /= 8
					}
				}
			}
			const n, beta = 3, 1.7
			e := testTrainer(t, m, 2, n, beta)
			batch := e.pipeline.load(labelled(noiseImages(n, c.Image), c), []int{2, 0, 1}, 1, random.TrainNoise, 0)
			// The loss in float64, from the sums that the forward pass returns.
			loss := func() float64 {
				sum := e.terms(batch, 0, nil)
				return (sum.Reconstruction + beta*sum.KL) / n
			}
			grad := make([]float32, len(m.Theta))
			e.terms(batch, 1, grad) // and a scale that is fitted stays as this batch has it
			for _, p := range m.Params() {
				gradienttest.Check(t, p.Name, p.Value, p.In(grad), 2e-3, 0.02, loss)
			}
		})
	}
}

// TestELBOByHand computes the terms of one image in float64 from the definitions.
func TestELBOByHand(t *testing.T) {
	m, err := models.New(models.Config{Image: models.Shape{H: 4, W: 4, C: 1}, Likelihood: models.Gaussian, Sigma: 0.2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	e := testTrainer(t, m, 1, 1, 1)
	batch := e.pipeline.load(noiseImages(1, m.Config.Image), []int{0}, 1, random.EvalNoise, 0)
	got := e.terms(batch, 0, nil)
	mean, logVar := m.NewEvaluator(e.kernel, 1).Encode(batch.Image)
	var want Terms
	for i, mu := range mean {
		kl := -(1 + float64(logVar[i]) - float64(mu)*float64(mu) - math.Exp(float64(logVar[i]))) / 2
		want.KL += kl
		if math.Abs(got.KLByDimension[i]-kl) > 1e-9 {
			t.Errorf("the KL of dimension %d is %g, want %g", i, got.KLByDimension[i], kl)
		}
	}
	for i, l := range e.net.Logits() {
		d := (float64(batch.Image[i]) - 1/(1+math.Exp(-float64(l)))) / 0.2
		want.Reconstruction += d*d/2 + math.Log(0.2*math.Sqrt(2*math.Pi))
	}
	if math.Abs(got.KL-want.KL) > 1e-9 || math.Abs(got.Reconstruction-want.Reconstruction) > 1e-6*math.Abs(want.Reconstruction) {
		t.Errorf("terms %+v, want %+v", got, want)
	}
	if got.KL < 0 {
		t.Errorf("a KL divergence of %g is negative", got.KL)
	}
}
