package train

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"govae/dataset"
	"govae/internal/gradienttest"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
)

func testKernel(t testing.TB, threads int) *kernel.Kernel {
	k, err := kernel.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
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

func TestELBOGradient(t *testing.T) {
	names := kernel.Names()
	if testing.Short() { // as under the race detector, for which all kernels are alike
		names = names[:1]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Setenv(kernel.Variable, name)
			testELBOGradient(t, testKernel(t, 2))
		})
	}
}

func testELBOGradient(t *testing.T, k *kernel.Kernel) {
	gray, colour := models.Shape{H: 7, W: 6, C: 1}, models.Shape{H: 5, W: 5, C: 3}
	for _, c := range []models.Config{
		{Image: gray},
		{Image: colour, Latent: 3, Likelihood: models.Gaussian, Sigma: 0.5},
		{Image: colour, Latent: 1, Likelihood: models.Gaussian, Sigma: 0.3, LearnSigma: true},
		{Arch: "mlp", Image: gray, Latent: 3, Hidden: []int{9, 5}, Activation: "tanh"},
		{Arch: "mlp", Image: colour, Hidden: []int{8}, Likelihood: models.Gaussian},
	} {
		t.Run(fmt.Sprintf("%s %v %s", c.Arch, c.Image, c.Likelihood), func(t *testing.T) {
			m, err := models.New(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			// With biases of zero many sums would lie so close to ReLU's kink that no
			// difference could be trusted.
			r := random.New(1, random.Probe, 0, 1)
			for _, p := range m.Params() {
				if strings.HasSuffix(p.Name, "/bias") {
					r.Normal(p.Value)
				}
			}
			const n, beta = 3, 1.7
			e := newELBO(m, k, n)
			e.load(noiseImages(n, c.Image), []int{2, 0, 1}, 1, random.TrainNoise, 0)
			// The loss in float64, from the sums that the forward pass returns.
			loss := func() float64 {
				sum, _ := e.forward(n, nil, 1)
				return (sum.Reconstruction + beta*sum.KL) / n
			}
			e.gradient(n, beta)
			grad := append([]float32(nil), e.w.Grad...)
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
	e := newELBO(m, testKernel(t, 1), 1)
	e.load(noiseImages(1, dataset.Shape{H: 4, W: 4, C: 1}), []int{0}, 1, random.EvalNoise, 0)
	got, _ := e.forward(1, nil, 1)
	var want Terms
	for i, mu := range e.w.Mean {
		want.KL -= (1 + float64(e.w.LogVar[i]) - float64(mu)*float64(mu) - math.Exp(float64(e.w.LogVar[i]))) / 2
	}
	for i, l := range e.w.Logits {
		d := (float64(e.x[i]) - 1/(1+math.Exp(-float64(l)))) / 0.2
		want.Reconstruction += d*d/2 + math.Log(0.2*math.Sqrt(2*math.Pi))
	}
	if math.Abs(got.KL-want.KL) > 1e-9 || math.Abs(got.Reconstruction-want.Reconstruction) > 1e-9*math.Abs(want.Reconstruction) {
		t.Errorf("terms %+v, want %+v", got, want)
	}
	if got.KL < 0 {
		t.Errorf("a KL divergence of %g is negative", got.KL)
	}
}
