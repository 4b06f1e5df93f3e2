package likelihood

import (
	"fmt"
	"testing"

	"govae/internal/kernel/kerneltest"
)

// BenchmarkLoss is a training step's share: 128 images of 28x28x1, and of 64x64x3.
func BenchmarkLoss(b *testing.B) {
	k := kerneltest.New(b, 2)
	const n = 128
	for _, pixels := range []int{28 * 28, 64 * 64 * 3} {
		loss, dlogits := make([]float64, n), make([]float32, n*pixels)
		logits, x := make([]float32, n*pixels), make([]float32, n*pixels)
		for i := range logits {
			logits[i], x[i] = float32(i%17)-8, float32(i%256)/255
		}
		for _, l := range []Likelihood{Bernoulli{}, Gaussian{}, Logistic{}} {
			b.Run(fmt.Sprintf("%T-%d", l, pixels), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					l.Loss(k, loss, dlogits, logits, x, 0.1, 1./n)
				}
			})
		}
	}
}
