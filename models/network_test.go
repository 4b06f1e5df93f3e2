package models

import (
	"math"
	"slices"
	"strings"
	"testing"

	"govae/internal/kernel/kerneltest"
)

// TestSigmaComesBack looks at the gradient of a learned log sigma on both sides of its
// bound: none that leads further below it, but one that leads back.
func TestSigmaComesBack(t *testing.T) {
	m, err := New(Config{Arch: "mlp", Image: Shape{H: 2, W: 2, C: 1}, Hidden: []int{3}, Likelihood: Gaussian, LearnSigma: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	w := m.NewNetwork(1)
	grad := make([]float32, len(m.Theta))
	for _, tt := range []struct{ logSigma, derivative, want float32 }{
		{-2, 3, 3}, {-2, -3, -3},
		{MinLogSigma, 3, 0}, {MinLogSigma, -3, -3},
		{MinLogSigma - 0.5, 3, 0}, {MinLogSigma - 0.5, -3, -3},
	} {
		m.logScale.Value[0] = tt.logSigma
		if got := math.Log(m.Sigma()); got < MinLogSigma-1e-9 {
			t.Errorf("log sigma is used as %g, below its bound", got)
		}
		w.Forward(kerneltest.New(t, 2), Inputs{N: 1, Image: make([]float32, 4), Noise: make([]float32, 2)}, true)
		w.dLogScale = float64(tt.derivative)
		w.Backward(grad)
		if got := m.logScale.In(grad)[0]; got != tt.want {
			t.Errorf("at log sigma %g the derivative %g becomes %g, want %g", tt.logSigma, tt.derivative, got, tt.want)
		}
	}
}

// TestConditionalEvaluator compares labelled rows in batches with the same rows at once, and
// looks that labels count.
func TestConditionalEvaluator(t *testing.T) {
	for _, arch := range Architectures() {
		m, err := New(Config{Arch: arch, Image: Shape{H: 6, W: 5, C: 3}, Labels: []string{"a", "b"}, Conditional: true}, 1)
		if err != nil {
			t.Fatal(err)
		}
		const n = 7
		k := kerneltest.New(t, 2)
		x, label, other := make([]float32, n*m.Config.Image.Len()), make([]float32, 2*n), make([]float32, 2*n)
		for i := range x {
			x[i] = float32(i%11) / 10
		}
		OneHot(label, 2, 0, 1, 1, 0, 1, 0, 0)
		OneHot(other, 2, 1, 0, 0, 1, 0, 1, 1)
		few, all := m.NewEvaluator(k, 2), m.NewEvaluator(k, n)
		mean, _ := few.Encode(x, label)
		wantMean, _ := all.Encode(x, label)
		image, want := few.Decode(mean, label), all.Decode(mean, label)
		for i := range want {
			if math.Abs(float64(image[i]-want[i])) > 1e-6 {
				t.Fatalf("%s: value %d is %g in batches of two, %g at once", arch, i, image[i], want[i])
			}
		}
		for i := range wantMean {
			if math.Abs(float64(mean[i]-wantMean[i])) > 1e-6 {
				t.Fatalf("%s: mean %d is %g in batches of two, %g at once", arch, i, mean[i], wantMean[i])
			}
		}
		if slices.Equal(all.Decode(mean, other), want) {
			t.Errorf("%s: other labels give the same images", arch)
		}
	}
	for _, labels := range [][]string{nil, make([]string, maxClasses+1)} {
		if _, err := New(Config{Image: Shape{H: 6, W: 5, C: 3}, Labels: labels, Conditional: true}, 1); err == nil || !strings.Contains(err.Error(), "classes") {
			t.Errorf("%d classes: error %v", len(labels), err)
		}
	}
}

// TestEvaluator compares rows in batches with the same rows at once.
func TestEvaluator(t *testing.T) {
	m, err := New(Config{Image: Shape{H: 6, W: 5, C: 3}, Latent: 3}, 1)
	if err != nil {
		t.Fatal(err)
	}
	const n = 7
	k := kerneltest.New(t, 2)
	x := make([]float32, n*m.Config.Image.Len())
	for i := range x {
		x[i] = float32(i%11) / 10
	}
	few, all := m.NewEvaluator(k, 2), m.NewEvaluator(k, n)
	mean, logVar := few.Encode(x)
	wantMean, wantLogVar := all.Encode(x)
	image, want := few.Decode(mean), all.Decode(wantMean)
	for _, tt := range []struct{ got, want []float32 }{{mean, wantMean}, {logVar, wantLogVar}, {image, want}} {
		if len(tt.got) != len(tt.want) {
			t.Fatalf("%d values, want %d", len(tt.got), len(tt.want))
		}
		for i, v := range tt.want {
			if math.Abs(float64(tt.got[i]-v)) > 1e-6 {
				t.Fatalf("value %d is %g in batches of two, %g at once", i, tt.got[i], v)
			}
		}
	}
}
