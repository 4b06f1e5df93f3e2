package export

import (
	"fmt"
	"math"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/images"
	"govae/infer"
	"govae/internal/kernel/kerneltest"
	"govae/latent"
	"govae/models"
)

// TestScoresAreTheTrainers: with the same draws, files score images as the network does
// that is trained, in nats and in bits, for every likelihood.
func TestScoresAreTheTrainers(t *testing.T) {
	for _, c := range []models.Config{
		{Likelihood: models.Bernoulli},
		{Likelihood: models.Gaussian, Sigma: 0.07},
		{Likelihood: models.Gaussian, LearnSigma: true},
		{Likelihood: models.Gaussian, OptimalSigma: true},
		{Likelihood: models.Logistic},
		conditional(models.Config{Likelihood: models.Bernoulli}),
	} {
		c.Arch, c.Hidden, c.Latent, c.Image = "mlp", []int{9}, 3, models.Shape{H: 5, W: 6, C: 3}
		t.Run(fmt.Sprintf("%s %v %v %d", c.Likelihood, c.LearnSigma, c.OptimalSigma, c.Classes()), func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, _ *engine.Engine, run engine.Options) { testScores(t, testModel(t, c), run) })
		})
	}
}

func testScores(t *testing.T, m *models.VAE, run engine.Options) {
	const n, seed = 5, 7
	x := &images.Set{Shape: m.Config.Image}
	for i := range n * x.Shape.Len() {
		x.Pixels = append(x.Pixels, byte(i*i*31%256))
	}
	in := models.Inputs{N: n, Image: make([]float32, len(x.Pixels)), Noise: make([]float32, n*m.Config.Latent)}
	x.Floats(in.Image, []int{0, 1, 2, 3, 4})
	classes := []int{0, 2, 1, 1, 2}
	if c := m.Config.Classes(); c > 0 {
		in.Label = make([]float32, n*c)
		models.OneHot(in.Label, c, classes...)
	}
	for i := range n {
		latent.Noise(in.Noise[i*m.Config.Latent:(i+1)*m.Config.Latent], seed, i, 0)
	}
	k := kerneltest.New(t, 1)
	net, loss := m.NewNetwork(n), make([]float64, n)
	// A step of training moves a scale that is fitted from where it started.
	net.Forward(k, in, true)
	net.Loss(k, loss, in.Image, 1, true)
	net.Forward(k, in, false)
	net.Loss(k, loss, in.Image, 1, false)
	var want float64
	for _, v := range loss {
		want -= v / n
	}
	for _, v := range net.Divergences()[0].KL {
		want -= v / n
	}

	pair, decoder := testPair(t, m, run)
	if m.Config.Conditional {
		labelled, err := pair.WithLabel(infer.Classes(classes))
		if err != nil {
			t.Fatal(err)
		}
		pair = labelled
	}
	var scores []infer.Score
	for s, err := range pair.Scores(t.Context(), x.All(), infer.ScoreOptions{Seed: seed}) {
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, s)
	}
	got := infer.MeanScore(scores).ELBO
	if math.Abs(got-want) > 1e-5*math.Abs(want) {
		t.Errorf("ELBO %v, that of the trainer is %v", got, want)
	}
	if bits, want := pair.Decoder.BitsPerDimension(-got), m.BitsPerDimension(-got); bits != want || (bits == 0) != (m.Config.Likelihood == models.Bernoulli) {
		t.Errorf("%v bits per dimension, those of the trainer are %v", bits, want)
	}
	_, sigma := decoder.MetadataValue(contract.KeySigma)
	_, scale := decoder.MetadataValue(contract.KeyScale)
	if sigma != (m.Config.Likelihood == models.Gaussian) || scale != (m.Config.Likelihood == models.Logistic) {
		t.Errorf("%s is told: %v, %s: %v", contract.KeySigma, sigma, contract.KeyScale, scale)
	}
}
