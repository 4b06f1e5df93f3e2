package kernel

import (
	"math"
	"testing"
)

func TestLogistic(t *testing.T) { eachKernel(t, testLogistic) }

// testLogistic compares with differences of sigmoids, which float64 can tell apart here.
func testLogistic(t *testing.T) {
	k := newKernel(t, 2)
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for _, pixels := range []int{1, 15, 784} {
		const images, weight = 3, 0.5
		logits, x := normal(1, images*pixels), make([]float32, images*pixels)
		for i := range x {
			logits[i] *= 3
			x[i] = float32(i*37%256) / 255
		}
		for _, s := range []float64{0.03, 0.1, 2} {
			nats := func(x, m, s float64) float64 {
				a, b := (x+1./510-m)/s, (x-1./510-m)/s
				switch {
				case x == 0:
					return -math.Log(sigmoid(a))
				case x == 1:
					return -math.Log(sigmoid(-b))
				case b > 0: // the same on the other side, where the sigmoids are small
					a, b = -b, -a
				}
				return -math.Log(sigmoid(a) - sigmoid(b))
			}
			want, slope, gradient := make([]float64, images), 0., make([]float64, len(x))
			const step = 1e-4
			for i, l := range logits {
				x := float64(x[i])
				of := func(l, logScale float64) float64 { return nats(x, sigmoid(l), s*math.Exp(logScale)) }
				want[i/pixels] += of(float64(l), 0)
				slope += (of(float64(l), step) - of(float64(l), -step)) / (2 * step)
				gradient[i] = weight * (of(float64(l)+step, 0) - of(float64(l)-step, 0)) / (2 * step)
			}
			for _, dlogits := range [][]float32{nil, rubbish(len(x))} {
				got := make([]float64, images)
				if got := k.Logistic(got, dlogits, logits, x, s, weight); math.Abs(got-slope) > 1e-5*math.Max(1, math.Abs(slope)) {
					t.Errorf("%d pixels, s %g: the derivative by log s is %v, want %v", pixels, s, got, slope)
				}
				for i := range want {
					if math.Abs(got[i]-want[i]) > 1e-6*want[i] {
						t.Errorf("%d pixels, s %g: loss[%d] = %v, want %v", pixels, s, i, got[i], want[i])
					}
				}
				for i := range dlogits {
					if d := math.Abs(float64(dlogits[i]) - gradient[i]); !(d <= 1e-5*math.Max(1, math.Abs(gradient[i]))) {
						t.Errorf("s %g: dlogits of %v, %v is %v, want %v", s, logits[i], x[i], dlogits[i], gradient[i])
					}
				}
			}
		}
	}
}

// TestLogisticExtremes: a level far from the mean costs its distance in scales, and the
// nearest open level nothing.
func TestLogisticExtremes(t *testing.T) { eachKernel(t, testLogisticExtremes) }

func testLogisticExtremes(t *testing.T) {
	k := newKernel(t, 1)
	const s, half = 1. / 400, 1. / 510
	far := (1 - half) / s
	for i, want := range []float64{far, far, math.Log1p(math.Exp(-half / s)), math.Log1p(math.Exp(-half / s))} {
		loss, logits, x := make([]float64, 1), make([]float32, 16), make([]float32, 16)
		for j := range x {
			logits[j], x[j] = []float32{200, -200, -200, 200}[i], []float32{0, 1, 0, 1}[i]
		}
		dlogits := rubbish(16)
		k.Logistic(loss, dlogits, logits, x, s, 1)
		if want *= 16; math.Abs(loss[0]-want) > 1e-6*want {
			t.Errorf("case %d: loss %v, want %v", i, loss[0], want)
		}
		for _, d := range dlogits {
			if math.Abs(float64(d)) > 1e-30 {
				t.Errorf("case %d: gradient %v, want 0", i, d)
			}
		}
	}
}
