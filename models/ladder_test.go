package models

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
)

// trained returns a model as training might leave it: no weights are zero.
func trained(t *testing.T, c Config) *VAE {
	t.Helper()
	m, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := random.New(1, random.Probe, 0, 1)
	for _, p := range m.Params() {
		if slices.Max(p.Value) == slices.Min(p.Value) && !strings.HasPrefix(p.Name, "likelihood/") {
			r.Normal(p.Value)
			for i := range p.Value {
				p.Value[i] /= 10
			}
		}
	}
	return m
}

// normal returns n standard normal numbers.
func normal(n int) []float32 {
	x := make([]float32, n)
	r := random.New(2, random.Probe, 0, 1)
	r.Normal(x)
	return x
}

// uniform returns n numbers in [0, 1] that bytes have.
func uniform(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i*i*31%256) / 255
	}
	return x
}

func TestLatentGroups(t *testing.T) {
	for _, tt := range []struct {
		config Config
		latent int
		want   string
	}{
		{Config{Arch: "ladder", Image: Shape{H: 32, W: 32, C: 3}}, 256, "[{1x1 0 128} {4x4 128 128}]"},
		{Config{Arch: "ladder", Image: Shape{H: 28, W: 20, C: 1}, Groups: []int{5, 1}}, 40, "[{1x1 0 5} {7x5 5 35}]"},
		{Config{Arch: "ladder", Image: Shape{H: 1, W: 1, C: 1}}, 68, "[{1x1 0 64} {1x1 64 4}]"},
		{Config{Arch: "ladder", Image: Shape{H: 28, W: 28, C: 1}}, 422, "[{1x1 0 64} {4x4 64 64} {7x7 128 98} {14x14 226 196}]"},
		{Config{Arch: "residual", Image: Shape{H: 32, W: 32, C: 3}}, 128, "[]"},
		{Config{Arch: "residual", Image: Shape{H: 32, W: 32, C: 3}, Likelihood: Gaussian, OptimalSigma: true}, 256, "[]"},
		{Config{Arch: "residual", Image: Shape{H: 8, W: 6, C: 3}, Likelihood: Logistic}, 32, "[]"},
		{Config{Image: Shape{H: 64, W: 64, C: 1}, Likelihood: Gaussian, OptimalSigma: true}, 256, "[]"},
		{Config{Image: Shape{H: 28, W: 28, C: 1}, Likelihood: Gaussian, OptimalSigma: true}, 128, "[]"},
		{Config{Image: Shape{H: 28, W: 28, C: 1}, Likelihood: Gaussian}, 2, "[]"},
	} {
		m, err := New(tt.config, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m.LatentGroups()); got != tt.want || m.Config.Latent != tt.latent {
			t.Errorf("%v: %d dimensions, groups %s; want %d, %s", m.Config.Image, m.Config.Latent, got, tt.latent, tt.want)
		}
	}
}

// TestLadderPaths: without noise, training goes the way of the means, which the encoder gives
// and the decoder follows.
func TestLadderPaths(t *testing.T) {
	m := trained(t, Config{Arch: "ladder", Image: Shape{H: 16, W: 15, C: 3}, Groups: []int{3, 2}, Width: 4})
	const n = 3
	k, x := kerneltest.New(t, 2), uniform(n*m.Config.Image.Len())
	w := m.NewNetwork(n)
	e := m.NewEvaluator(k, n)
	mean, logVar := e.Encode(x)
	w.Forward(k, Inputs{N: n, Image: x, Noise: make([]float32, n*m.Config.Latent)}, false)
	image := e.Decode(mean)
	for i, l := range w.Logits() {
		if want := 1 / (1 + math.Exp(-float64(l))); math.Abs(float64(image[i])-want) > 1e-6 {
			t.Fatalf("pixel %d is %g by the files' paths, %g in training", i, image[i], want)
		}
	}
	var kl, want float64
	for i, mu := range mean {
		mu, lv := float64(mu), float64(logVar[i])
		want += (math.Expm1(lv) - lv + mu*mu) / 2
	}
	for _, d := range w.Divergences() {
		for _, v := range d.KL {
			kl += v
		}
	}
	if math.Abs(kl-want) > 1e-6*want || len(w.Divergences()) != 2 {
		t.Errorf("%d groups with a KL of %g, want 2 with %g", len(w.Divergences()), kl, want)
	}
	// The finer group's noise is seen in the image, and so is the coarse one's.
	for j := range m.Config.Latent {
		z := slices.Clone(mean[:m.Config.Latent])
		z[j] += 3
		if slices.Equal(e.Decode(z), image[:m.Config.Image.Len()]) {
			t.Fatalf("dimension %d changes nothing", j)
		}
	}
}

// TestLogWeight compares log weights with log p(x,z) - log q(z|x) by the definitions.
func TestLogWeight(t *testing.T) {
	gray, colour := Shape{H: 7, W: 6, C: 1}, Shape{H: 16, W: 15, C: 3}
	for _, c := range []Config{
		{Arch: "conv", Image: gray, Latent: 3},
		{Arch: "mlp", Image: colour, Likelihood: Gaussian, Sigma: 0.3},
		{Arch: "mlp", Image: colour, Likelihood: Logistic},
		{Arch: "ladder", Image: colour, Groups: []int{2, 1}, Width: 4},
	} {
		m := trained(t, c)
		const n = 3
		k, x, eps := kerneltest.New(t, 2), uniform(n*c.Image.Len()), normal(n*m.Config.Latent)
		if c.Arch == "ladder" {
			clear(eps) // a draw that the encoder's path has
		}
		e := m.NewEvaluator(k, 2)
		got := e.LogWeight(x, eps)
		mean, logVar := e.Encode(x)
		z := make([]float32, len(mean))
		var log [n]float64
		for i := range z {
			sd := math.Exp(float64(logVar[i]) / 2)
			z[i] = mean[i] + float32(sd)*eps[i]
			d := float64(z[i]-mean[i]) / sd
			log[i/m.Config.Latent] += -float64(z[i])*float64(z[i])/2 + d*d/2 + math.Log(sd)
		}
		w := m.NewNetwork(n)
		w.Forward(k, Inputs{N: n, Image: x, Noise: eps}, false)
		loss := make([]float64, n)
		w.Loss(k, loss, x, 0, false)
		for i, l := range log {
			if want := l - loss[i]; math.Abs(float64(got[i])-want) > 1e-5*math.Abs(want) {
				t.Errorf("%s %s: the log weight of image %d is %g, want %g", c.Arch, m.Config.Likelihood, i, got[i], want)
			}
		}
	}
}
