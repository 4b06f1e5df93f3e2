package likelihood

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"govae/internal/alloctest"
	"govae/internal/kernel/kerneltest"
)

// Two images of three pixels.
var (
	logits = []float32{-3, 0.5, 2, 40, -40, 0}
	x      = []float32{0, 0.25, 1, 1, 0, 0.5}
)

func sigmoid(l float32) float64 { return 1 / (1 + math.Exp(-float64(l))) }

func TestLossByDefinition(t *testing.T) {
	k := kerneltest.New(t, 2)
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
		"gaussian": {Gaussian{}, func(x, m float64) float64 {
			return -math.Log(math.Exp(-(x-m)*(x-m)/(2*0.3*0.3)) / (0.3 * math.Sqrt(2*math.Pi)))
		}},
		"logistic": {Logistic{}, func(x, m float64) float64 {
			of := func(v float64) float64 { return 1 / (1 + math.Exp(-(v-m)/0.3)) }
			switch x {
			case 0:
				return -math.Log(of(1. / 510))
			case 1:
				return -math.Log1p(-of(1 - 1./510))
			}
			return -math.Log(of(x+1./510) - of(x-1./510))
		}},
	} {
		loss := make([]float64, 2)
		tt.l.Loss(k, loss, nil, logits, x, 0.3, 1)
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

var all = map[string]Likelihood{"bernoulli": Bernoulli{}, "gaussian": Gaussian{}, "logistic": Logistic{}}

func TestGradients(t *testing.T) {
	k := kerneltest.New(t, 2)
	const weight, scale = 0.5, 0.7
	for name, l := range all {
		at := append([]float32(nil), logits...)
		dlogits, loss := make([]float32, len(at)), make([]float64, 2)
		got := l.Loss(k, loss, dlogits, at, x, scale, weight)
		for i := range at {
			want := weight * fd.Derivative(func(v float64) float64 {
				old := at[i]
				at[i] = float32(v)
				l.Loss(k, loss, nil, at, x, scale, 1)
				at[i] = old
				return loss[0] + loss[1]
			}, float64(at[i]), &fd.Settings{Formula: fd.Central, Step: 1e-2})
			if math.Abs(float64(dlogits[i])-want) > 1e-3 {
				t.Errorf("%s: gradient of logit %d is %g, by differences %g", name, i, dlogits[i], want)
			}
		}
		want := fd.Derivative(func(logScale float64) float64 {
			l.Loss(k, loss, nil, logits, x, math.Exp(logScale), 1)
			return loss[0] + loss[1]
		}, math.Log(scale), &fd.Settings{Formula: fd.Central, Step: 1e-3})
		if math.Abs(got-want) > 1e-3 {
			t.Errorf("%s: gradient of log scale is %g, by differences %g", name, got, want)
		}
	}
}

// TestLevelsAddUp: e^-loss adds up to 1 over the 256 levels of a pixel, for a Gaussian to
// no more, and to 1 where none of it lies beyond black and white.
func TestLevelsAddUp(t *testing.T) {
	k := kerneltest.New(t, 2)
	levels, loss, mean := make([]float32, 256), make([]float64, 256), make([]float32, 256)
	for i := range levels {
		levels[i] = float32(i) / 255
	}
	for name, l := range all {
		for _, tt := range []struct{ scale, logit float64 }{{math.Exp(-6), 0.3}, {0.01, -1}, {0.1, 0}, {0.1, 5}, {0.5, -20}, {3, 1}} {
			for i := range mean {
				mean[i] = float32(tt.logit)
			}
			l.Loss(k, loss, nil, mean, levels, tt.scale, 1)
			var sum float64
			for _, v := range loss {
				sum += math.Exp(-v - l.LevelNats())
			}
			switch {
			case name == "bernoulli":
				if !math.IsNaN(sum) {
					t.Errorf("%s tells a likelihood of bytes", name)
				}
			case name == "gaussian" && tt.scale*tt.scale > 0.01:
				if !(sum < 1) {
					t.Errorf("%s, %+v: the levels add up to %v, want less than 1", name, tt, sum)
				}
			case name == "gaussian" && tt.logit == 5:
			case math.Abs(sum-1) > 1e-5 && !(name == "gaussian" && tt.scale < 0.01 && math.Abs(sum-1) < 8e-4):
				t.Errorf("%s, %+v: the levels add up to %v", name, tt, sum)
			}
		}
	}
}

// TestFitLogScale comes to the scale where the derivative is 0, for a Gaussian at once.
func TestFitLogScale(t *testing.T) {
	k := kerneltest.New(t, 2)
	for name, l := range all {
		for _, start := range []float64{1e-2, 0.3, 20} {
			if name == "bernoulli" {
				continue
			}
			log, loss := math.Log(start), make([]float64, 2)
			derivative := func() float64 { return l.Loss(k, loss, nil, logits, x, math.Exp(log), 1) }
			steps := map[string]int{"gaussian": 1, "logistic": 60}[name]
			for range steps {
				log = FitLogScale(log, derivative(), float64(len(x)), 1)
			}
			if d := derivative(); math.Abs(d) > 1e-3 {
				t.Errorf("%s from %g: after %d steps the derivative is %g at %g", name, start, steps, d, math.Exp(log))
			}
		}
	}
}

// TestFitLogScaleToNothing: where nothing is left of the images, the scale becomes small.
func TestFitLogScaleToNothing(t *testing.T) {
	if log := FitLogScale(0, 10+1e-9, 10, 1); !(log < -10) || math.IsInf(log, 0) {
		t.Errorf("log scale %v", log)
	}
}

func TestBitsPerDimension(t *testing.T) {
	for l, want := range map[Likelihood]float64{Bernoulli{}: 0, Gaussian{}: 2 + math.Log2(255), Logistic{}: 2} {
		if got := BitsPerDimension(l, 10*2*math.Ln2, 10); math.Abs(got-want) > 1e-12 {
			t.Errorf("%T: %v bits, want %v", l, got, want)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	k := kerneltest.New(t, 2)
	for name, l := range all {
		for _, dlogits := range [][]float32{nil, make([]float32, len(x))} {
			loss := make([]float64, 2)
			alloctest.None(t, fmt.Sprintf("%s, gradient %v", name, dlogits != nil), func() {
				l.Loss(k, loss, dlogits, logits, x, 0.1, 1)
			})
		}
	}
}

// TestExtremeLogits: where a float32 sigmoid is 0 or 1, the loss is still the logit.
func TestExtremeLogits(t *testing.T) {
	loss := make([]float64, 2)
	Bernoulli{}.Loss(kerneltest.New(t, 2), loss, nil, []float32{100, -100}, []float32{0, 1}, 0, 1)
	for i, got := range loss {
		if math.Abs(got-100) > 1e-4 {
			t.Errorf("loss %d is %g, want 100", i, got)
		}
	}
}
