package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/images"
)

// Shape is the size of an image.
type Shape = images.Shape

// Config says which VAE to build. Every field has a default but the image's
// shape.
type Config struct {
	// Arch is the architecture: one of [Architectures], or [Auto] (the default), which
	// becomes the one that suits the images.
	Arch string `json:"arch"`
	// Image is the shape of the images, with 1 or 3 channels.
	Image Shape `json:"image"`
	// Latent is the number of latent dimensions; 0 means 2, or, for "residual", a number
	// that follows the size of the images: 128 from 17x17 on, 256 where they have 2,048 values or more
	// and a likelihood whose scale is fitted. For "ladder" it follows from Groups, and is that number or 0.
	Latent int `json:"latent"`
	// Groups are the latent variables of "ladder" from coarse to fine: the length of a vector,
	// then the channels in each feature map, from the smallest on. nil means as many as "residual"
	// has and 8, and 64, 4, 2 and 1 for small gray images, for as many maps as there are.
	Groups []int `json:"groups,omitempty"`
	// Hidden are the widths of the hidden layers of "mlp", from the image inwards;
	// nil means 400. Activation is their function: "relu" (the default) or "tanh".
	Hidden     []int  `json:"hidden,omitempty"`
	Activation string `json:"activation,omitempty"`
	// Width is the number of channels of the largest feature map of "residual" and "ladder", 0 means 32;
	// Depth is that of its residual blocks by map, 0 means 1.
	Width int `json:"width,omitempty"`
	Depth int `json:"depth,omitempty"`
	// Likelihood is "bernoulli" (the default), "gaussian" or "logistic", whose scale is
	// fitted to the data ([Config.ForImages] chooses).
	Likelihood string `json:"likelihood"`
	// Sigma is the Gaussian's standard deviation; 0 means 0.1. With LearnSigma it is
	// the initial value of a parameter; with OptimalSigma it follows the data: it is the
	// root mean square of what the mean leaves of an image (Rybkin, Daniilidis and Levine
	// 2021, arXiv 2006.13202).
	Sigma        float64 `json:"sigma,omitempty"`
	LearnSigma   bool    `json:"learn_sigma,omitempty"`
	OptimalSigma bool    `json:"optimal_sigma,omitempty"`
	// Fit, Background and PixelScale say how the pictures of the training data became images,
	// for those who prepare others; see [images.Framing].
	Fit        images.Fit `json:"fit,omitempty"`
	Background images.RGB `json:"background,omitzero"`
	PixelScale float64    `json:"pixel_scale,omitempty"`
	// Labels are the names of the classes in the training data, if it has any.
	Labels []string `json:"labels,omitempty"`
	// Conditional makes encoder and decoder know the class of an image, one of Labels:
	// q(z|x,y) and p(x|z,y).
	Conditional bool `json:"conditional,omitempty"`
}

// Limits keep a mistyped number from asking for all the memory there is.
const (
	maxSide   = 4096
	maxLatent = 4096
	maxWidth  = 1 << 16
	maxDepth  = 16
	maxParams = 1 << 28
	// maxClasses bounds those of a conditional model.
	maxClasses = contract.MaxClasses
)

// withDefaults returns c with its defaults filled in and validated.
func (c Config) withDefaults() (Config, error) {
	if c.Arch = cmp.Or(c.Arch, Auto); c.Arch == Auto {
		c.Arch = AutoArch(c)
	}
	c.Likelihood = cmp.Or(c.Likelihood, Bernoulli)
	if c.Arch == "mlp" {
		c.Activation = cmp.Or(c.Activation, "relu")
		if c.Hidden == nil {
			c.Hidden = []int{400}
		}
	}
	if c.hasStages() {
		c.Width, c.Depth = cmp.Or(c.Width, 32), cmp.Or(c.Depth, 1)
	}
	if c.Arch == "ladder" && c.Groups == nil {
		c.Groups = defaultGroups(c)
	}
	if a, ok := architectures[c.Arch]; ok {
		c.Latent = cmp.Or(c.Latent, a.latent(c))
	}
	if c.Likelihood == Gaussian && !c.OptimalSigma {
		c.Sigma = cmp.Or(c.Sigma, defaultScale)
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
	if !c.hasStages() && (c.Width != 0 || c.Depth != 0) {
		return fmt.Errorf("width and depth belong to the architectures residual and ladder, not to %s", c.Arch)
	}
	if c.hasStages() && (c.Width < 1 || c.Width > maxWidth || c.Depth < 1 || c.Depth > maxDepth) {
		return fmt.Errorf("a width of %d and a depth of %d: there must be from 1 to %d channels and from 1 to %d blocks", c.Width, c.Depth, maxWidth, maxDepth)
	}
	if n := len(c.Labels); c.Conditional && (n < 1 || n > maxClasses) {
		return fmt.Errorf("a model that is conditional on one of %d classes: there must be from 1 to %d, with names", n, maxClasses)
	}
	if err := c.validateGroups(); err != nil {
		return err
	}
	if err := (images.Framing{Fit: c.Fit, Background: c.Background, Scale: c.PixelScale}).Check(); err != nil {
		return err
	}
	return c.validateLikelihood()
}

// hasStages reports whether the architecture halves images stage by stage ([stages]).
func (c Config) hasStages() bool { return c.Arch == "residual" || c.Arch == "ladder" }
