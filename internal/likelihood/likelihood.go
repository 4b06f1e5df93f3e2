// Package likelihood holds log p(x|z), the reconstruction term of the ELBO, and its
// gradient. Training and inference share it, so that both mean the same number
// of nats.
package likelihood

import (
	"math"

	"govae/contract"
	"govae/internal/kernel"
)

// Likelihood is p(x|z) for a decoder that puts out one logit per pixel and channel. It may
// have one parameter for all of them, the scale of a distribution around sigmoid(logit).
type Likelihood interface {
	// Loss computes -log p(x|z) in nats of each image, summed over its pixels, and
	// weight times its gradient with respect to the logits. x holds values in [0, 1];
	// dlogits may be nil. It returns the derivative of the sum of all losses with respect
	// to log scale, 0 where the likelihood has no scale, which is then ignored.
	Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float64, weight float32) (dLogScale float64)

	// LevelNats is what makes a loss one of bytes: the nats to add for each value of x
	// so that e^-loss, over all images of bytes divided by 255, adds up to at most 1. It
	// is NaN for a likelihood that says nothing of bytes.
	LevelNats() float64
}

// ByName are all likelihoods, by their names in files.
var ByName = map[string]Likelihood{
	contract.Bernoulli: Bernoulli{},
	contract.Gaussian:  Gaussian{},
	contract.Logistic:  Logistic{},
}

// BitsPerDimension returns a mean of nats per image, of values of x each, as bits per
// value, which compare between likelihoods, models and sizes: an upper bound of what
// a code by the model needs for images of bytes. It is 0 for a likelihood that says nothing
// of bytes.
func BitsPerDimension(l Likelihood, nats float64, values int) float64 {
	bits := (nats/float64(values) + l.LevelNats()) / math.Ln2
	if math.IsNaN(bits) {
		return 0
	}
	return bits
}

// FitLogScale returns the logarithm of a scale that fits values of x better than log, from
// the derivative of their losses by it. For a Gaussian it is the optimum, the root mean
// square of x - m, and the loss with it that of the optimal sigma-VAE (Rybkin, Daniilidis
// and Levine 2021, arXiv 2006.13202, section 4.2). For a logistic it is a step of an
// iteration that leaves 0.29 of the distance near the optimum, and more where most
// values are 0 or 1. share, at most 1, is how far to go.
func FitLogScale(log, dLogScale, values, share float64) float64 {
	// A Gaussian's derivative is 1 - (x-m)^2/scale^2 for each value, a logistic's about
	// 1 - d tanh(d/2), d = (x-m)/scale: both are below 1.
	const least = 1e-12 // of what rounding might make 0 or less
	return log + math.Log(max(1-share*dLogScale/values, least))/2
}

// Bernoulli takes sigmoid(logit) as the probability of a white pixel. The loss is
// the binary cross-entropy computed from the logit l: log(1 + e^l) - x l, which
// is exact where the logarithm of a float32 sigmoid would be -Inf (from l = 17 on).
// For gray pixels it is no likelihood, as it does not add up to 1 over their values.
type Bernoulli struct{}

// Loss implements [Likelihood].
func (Bernoulli) Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, _ float64, weight float32) float64 {
	k.Bernoulli(loss, dlogits, logits, x, weight)
	return 0
}

// LevelNats implements [Likelihood].
func (Bernoulli) LevelNats() float64 { return math.NaN() }

// Gaussian takes m = sigmoid(logit) as the mean of a normal distribution with the standard
// deviation scale: the loss is the sum of (x-m)^2 / (2 scale^2) + log(2 pi scale^2) / 2.
type Gaussian struct{}

// Loss implements [Likelihood].
func (Gaussian) Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float64, weight float32) (dLogScale float64) {
	if len(loss) == 0 {
		return 0
	}
	precision := 1 / (scale * scale)
	k.Gaussian(loss, dlogits, logits, x, float32(float64(weight)*precision))
	pixels := float64(len(x) / len(loss))
	constant := pixels * (math.Log(scale) + math.Log(2*math.Pi)/2)
	dLogScale = k.Tree.Sum(len(loss), func(i int) float64 { return pixels - loss[i]*precision })
	for i, squares := range loss {
		loss[i] = squares*precision/2 + constant
	}
	return dLogScale
}

// LevelNats implements [Likelihood]. The sum of a normal density over all multiples of
// 1/255, divided by 255, is 1 + 2 exp(-2 (pi 255 scale)^2) at most (by Poisson's summation
// formula), which is 1.0008 for the least scale that is learned, e^-6, and 1 for all
// that occur. So the density of a byte needs no noise added to bytes to be the
// likelihood of one.
func (Gaussian) LevelNats() float64 { return math.Log(255) }

// Logistic takes m = sigmoid(logit) as the mean of a logistic distribution, discretised to
// the 256 levels of bytes ([kernel.Kernel.Logistic]): the loss is -log p of the byte, and
// cannot be below 0.
type Logistic struct{}

// Loss implements [Likelihood].
func (Logistic) Loss(k *kernel.Kernel, loss []float64, dlogits, logits, x []float32, scale float64, weight float32) (dLogScale float64) {
	return k.Logistic(loss, dlogits, logits, x, scale, weight)
}

// LevelNats implements [Likelihood].
func (Logistic) LevelNats() float64 { return 0 }
