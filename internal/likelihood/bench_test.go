package likelihood

import (
	"testing"

	"govae/internal/kernel"
)

// BenchmarkLoss is a training step's share: 128 images of 28x28.
func BenchmarkLoss(b *testing.B) {
	k, err := kernel.New(2)
	if err != nil {
		b.Fatal(err)
	}
	defer k.Close()
	const n = 128
	loss, dlogits := make([]float64, n), make([]float32, n*784)
	logits, x := make([]float32, n*784), make([]float32, n*784)
	for i := range logits {
		logits[i], x[i] = float32(i%17)-8, float32(i%256)/255
	}
	for _, tt := range []struct {
		name string
		l    Likelihood
	}{{"bernoulli", Bernoulli{}}, {"gaussian", Gaussian{Sigma: 0.3}}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tt.l.Loss(k, loss, dlogits, logits, x, 1./n)
			}
		})
	}
}
