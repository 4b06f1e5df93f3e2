// Package likelihood holds log p(x|z), the reconstruction term of the ELBO, and its
// gradient. Training and inference share it, so that both mean the same number
// of nats.
package likelihood

import (
	"math"

	"govae/internal/kernel"
)

// Likelihood is p(x|z) for a decoder that puts out one logit per pixel.
type Likelihood interface {
	// Loss computes -log p(x|z) in nats of each image, summed over its pixels, and
	// scale times its gradient with respect to the logits. x holds values in [0, 1];
	// dlogits may be nil. It returns scale times the derivative of the sum of all
	// losses with respect to log sigma, 0 where the likelihood has no sigma.
	Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float32) (dLogSigma float64)
}

// Bernoulli takes sigmoid(logit) as the probability of a white pixel. The loss is
// the binary cross-entropy computed from the logit l: log(1 + e^l) - x l, which
// is exact where the logarithm of a float32 sigmoid would be -Inf (from l = 17 on).
type Bernoulli struct{}

func (Bernoulli) Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float32) float64 {
	k.Bernoulli(loss, dlogits, logits, x, scale)
	return 0
}

// Gaussian takes m = sigmoid(logit) as the mean of a normal distribution with one
// standard deviation: the loss is the sum of (x-m)^2 / (2 sigma^2) + log(2 pi
// sigma^2) / 2.
type Gaussian struct {
	Sigma float64 // in units of the pixel range [0, 1]
}

func (g Gaussian) Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float32) (dLogSigma float64) {
	if len(loss) == 0 {
		return 0
	}
	precision := 1 / (g.Sigma * g.Sigma)
	k.Gaussian(loss, dlogits, logits, x, float32(float64(scale)*precision))
	pixels := float64(len(x) / len(loss))
	constant := pixels * (math.Log(g.Sigma) + math.Log(2*math.Pi)/2)
	for i, squares := range loss {
		loss[i] = squares*precision/2 + constant
		dLogSigma += pixels - squares*precision
	}
	return float64(scale) * dLogSigma
}
