package models

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"govae/contract"
)

// Likelihood names p(x|z).
const (
	Bernoulli = contract.Bernoulli // x is the probability of a white pixel
	Gaussian  = contract.Gaussian  // x is the mean, with one standard deviation for all pixels
)

// Likelihoods returns the names of all likelihoods.
func Likelihoods() []string { return []string{Bernoulli, Gaussian} }

// MinLogSigma bounds a learned sigma from below: without a bound a perfect
// reconstruction has an infinite likelihood.
const MinLogSigma = -6

// Config says which VAE to build. Every field has a default but the image's
// shape.
type Config struct {
	// Arch is the architecture: "conv" (the default) or "mlp".
	Arch string `json:"arch"`
	// Image is the shape of the images, with 1 or 3 channels.
	Image Shape `json:"image"`
	// Latent is the number of latent dimensions; 0 means 2.
	Latent int `json:"latent"`
	// Hidden are the widths of the hidden layers of "mlp", from the image inwards;
	// nil means 400. Activation is their function: "relu" (the default) or "tanh".
	Hidden     []int  `json:"hidden,omitempty"`
	Activation string `json:"activation,omitempty"`
	// Likelihood is "bernoulli" (the default) or "gaussian".
	Likelihood string `json:"likelihood"`
	// Sigma is the Gaussian's standard deviation; 0 means 0.1. With LearnSigma it is
	// the initial value of a parameter.
	Sigma      float64 `json:"sigma,omitempty"`
	LearnSigma bool    `json:"learn_sigma,omitempty"`
	// Labels are the names of the classes in the training data, if it has any.
	Labels []string `json:"labels,omitempty"`
}

// Limits keep a mistyped number from asking for all the memory there is.
const (
	maxSide   = 4096
	maxLatent = 4096
	maxWidth  = 1 << 16
	maxDepth  = 16
	maxParams = 1 << 28
)

// withDefaults returns c with its defaults filled in and validated.
func (c Config) withDefaults() (Config, error) {
	c.Arch = cmp.Or(c.Arch, "conv")
	c.Latent = cmp.Or(c.Latent, 2)
	c.Likelihood = cmp.Or(c.Likelihood, Bernoulli)
	if c.Arch == "mlp" {
		c.Activation = cmp.Or(c.Activation, "relu")
		if c.Hidden == nil {
			c.Hidden = []int{400}
		}
	}
	if c.Likelihood == Gaussian {
		c.Sigma = cmp.Or(c.Sigma, 0.1)
	}
	return c, c.validate()
}

func (c Config) validate() error {
	if _, ok := architectures[c.Arch]; !ok {
		return fmt.Errorf("unknown architecture %q: choose one of %s", c.Arch, strings.Join(Architectures(), ", "))
	}
	if c.Image.H < 1 || c.Image.W < 1 {
		return fmt.Errorf("images of %dx%d pixels: a side must be at least 1", c.Image.H, c.Image.W)
	}
	if c.Image.H > maxSide || c.Image.W > maxSide {
		return &TooLargeError{Config: c}
	}
	if c.Image.C != 1 && c.Image.C != 3 {
		return fmt.Errorf("images of %d channels: there must be 1 or 3", c.Image.C)
	}
	if c.Latent < 1 || c.Latent > maxLatent {
		return fmt.Errorf("%d latent dimensions: there must be from 1 to %d", c.Latent, maxLatent)
	}
	if c.Arch != "mlp" && (c.Hidden != nil || c.Activation != "") {
		return fmt.Errorf("hidden sizes and activation belong to the architecture mlp, not to %s", c.Arch)
	}
	if c.Arch == "mlp" {
		if _, ok := activations[c.Activation]; !ok {
			return fmt.Errorf("unknown activation %q: choose relu or tanh", c.Activation)
		}
		if len(c.Hidden) < 1 || len(c.Hidden) > maxDepth {
			return fmt.Errorf("%d hidden layers: there must be from 1 to %d", len(c.Hidden), maxDepth)
		}
		if i := slices.IndexFunc(c.Hidden, func(n int) bool { return n < 1 || n > maxWidth }); i >= 0 {
			return fmt.Errorf("a hidden layer of %d units: there must be from 1 to %d", c.Hidden[i], maxWidth)
		}
	}
	switch c.Likelihood {
	case Bernoulli:
		if c.Sigma != 0 || c.LearnSigma {
			return fmt.Errorf("sigma belongs to the gaussian likelihood, not to %s", c.Likelihood)
		}
	case Gaussian:
		if !(c.Sigma >= math.Exp(MinLogSigma) && c.Sigma <= 1e3) {
			return fmt.Errorf("sigma %g: it must be from %.4f to 1000", c.Sigma, math.Exp(MinLogSigma))
		}
	default:
		return fmt.Errorf("unknown likelihood %q: choose %s or %s", c.Likelihood, Bernoulli, Gaussian)
	}
	return nil
}
