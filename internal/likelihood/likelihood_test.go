package likelihood

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"govae/internal/kernel"
)

func testKernel(t *testing.T) *kernel.Kernel {
	k, err := kernel.New(2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// Two images of three pixels.
var (
	logits = []float32{-3, 0.5, 2, 40, -40, 0}
	x      = []float32{0, 0.25, 1, 1, 0, 0.5}
)

func sigmoid(l float32) float64 { return 1 / (1 + math.Exp(-float64(l))) }

func TestLossByDefinition(t *testing.T) {
	k := testKernel(t)
	for name, tt := range map[string]struct {
		l     Likelihood
		pixel func(x, m float64) float64 // -log p
	}{
		"bernoulli": {Bernoulli{}, func(x, m float64) float64 {
			var sum float64
			if x > 0 {
				sum -= x * math.Log(m)
			}
			if x < 1 {
				sum -= (1 - x) * math.Log1p(-m)
			}
			return sum
		}},
		"gaussian": {Gaussian{Sigma: 0.3}, func(x, m float64) float64 {
			return -math.Log(math.Exp(-(x-m)*(x-m)/(2*0.3*0.3)) / (0.3 * math.Sqrt(2*math.Pi)))
		}},
	} {
		loss := make([]float64, 2)
		tt.l.Loss(k, loss, nil, logits, x, 1)
		for i, got := range loss {
			var want float64
			for j := 3 * i; j < 3*i+3; j++ {
				want += tt.pixel(float64(x[j]), sigmoid(logits[j]))
			}
			if math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
				t.Errorf("%s: loss of image %d is %g, want %g", name, i, got, want)
			}
		}
	}
}

func TestGradients(t *testing.T) {
	k := testKernel(t)
	const scale = 0.5
	for name, l := range map[string]Likelihood{"bernoulli": Bernoulli{}, "gaussian": Gaussian{Sigma: 0.7}} {
		at := append([]float32(nil), logits...)
		dlogits, loss := make([]float32, len(at)), make([]float64, 2)
		l.Loss(k, loss, dlogits, at, x, scale)
		for i := range at {
			want := scale * fd.Derivative(func(v float64) float64 {
				old := at[i]
				at[i] = float32(v)
				l.Loss(k, loss, nil, at, x, 1)
				at[i] = old
				return loss[0] + loss[1]
			}, float64(at[i]), &fd.Settings{Formula: fd.Central, Step: 1e-2})
			if math.Abs(float64(dlogits[i])-want) > 1e-3 {
				t.Errorf("%s: gradient of logit %d is %g, by differences %g", name, i, dlogits[i], want)
			}
		}
	}
	loss := make([]float64, 2)
	got := Gaussian{Sigma: 0.7}.Loss(k, loss, nil, logits, x, scale)
	want := scale * fd.Derivative(func(logSigma float64) float64 {
		Gaussian{Sigma: math.Exp(logSigma)}.Loss(k, loss, nil, logits, x, 1)
		return loss[0] + loss[1]
	}, math.Log(0.7), &fd.Settings{Formula: fd.Central})
	if math.Abs(got-want) > 1e-5 {
		t.Errorf("gradient of log sigma is %g, by differences %g", got, want)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	k := testKernel(t)
	for name, l := range map[string]Likelihood{"bernoulli": Bernoulli{}, "gaussian": Gaussian{Sigma: 0.7}} {
		for _, dlogits := range [][]float32{nil, make([]float32, len(x))} {
			loss := make([]float64, 2)
			// The first calls fill the kernel's stock of buffers.
			got := 1.0
			for try := 0; try < 10 && got > 0; try++ {
				got = testing.AllocsPerRun(10, func() { l.Loss(k, loss, dlogits, logits, x, 1) })
			}
			if got > 0 {
				t.Errorf("%s, gradient %v: %v allocations per call", name, dlogits != nil, got)
			}
		}
	}
}

// TestExtremeLogits: where a float32 sigmoid is 0 or 1, the loss is still the logit.
func TestExtremeLogits(t *testing.T) {
	loss := make([]float64, 2)
	Bernoulli{}.Loss(testKernel(t), loss, nil, []float32{100, -100}, []float32{0, 1}, 1)
	for i, got := range loss {
		if math.Abs(got-100) > 1e-4 {
			t.Errorf("loss %d is %g, want 100", i, got)
		}
	}
}
