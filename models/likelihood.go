package models

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"govae/contract"
	"govae/images"
	"govae/internal/kernel"
	"govae/internal/likelihood"
	"govae/internal/nn"
)

// Likelihood names p(x|z).
const (
	Bernoulli = contract.Bernoulli // x is the probability of a white pixel
	Gaussian  = contract.Gaussian  // x is the mean, with one standard deviation for all pixels
	Logistic  = contract.Logistic  // x is the mean of a discretised logistic distribution, with one scale for all pixels
)

// Likelihoods returns the names of all likelihoods.
func Likelihoods() []string { return slices.Sorted(maps.Keys(likelihood.ByName)) }

// MinLogSigma is the least logarithm of a scale that comes from the data. Without a bound a perfect
// reconstruction has an infinite likelihood, and a Gaussian's density of bytes adds up to more than 1
// ([likelihood.Gaussian.LevelNats]).
const MinLogSigma = -6

// defaultScale is sigma, or the scale of a logistic, where the configuration tells none, and
// where one that comes from the data starts.
const defaultScale = 0.1

// nearBinary is the share of pixels close to black or white from which pictures are taken
// to be near-binary. Of digits it is 0.91 or more, of photographs cut out on white up to 0.6.
// eachEnd is the least share of either: dark photographs have no white. ink is the least share of
// what is no background that is close to the other end, in images with colours: of coloured drawings on
// white, such as logos, it is 0.15 or less. (Of gray writing it is 0.5, or 0.2 where it is very small.)
const (
	nearBinary = 0.8
	eachEnd    = 0.002
	ink        = 0.3
)

// ForImages returns c with the shape of these images and the likelihood that suits them:
// [Bernoulli] for near-binary ones, such as writing, and for others, as photographs
// are, a [Gaussian] with the optimal sigma. It also says in a few words why images are not near-binary, "" if they are.
func (c Config) ForImages(m *images.Set) (suited Config, notBinary string) {
	c.Image = m.Shape
	c.Likelihood, c.Sigma, c.LearnSigma, c.OptimalSigma = Gaussian, 0, false, true
	if notBinary = whyNotBinary(m); notBinary == "" {
		c.Likelihood, c.OptimalSigma = Bernoulli, false
	}
	return c, notBinary
}

// whyNotBinary says in a few words why images are not near-binary, or "" if they are: if nearly all pixels
// are close to black or white, in images with colours also among those that are not background. It looks at
// a thousand images from all over the set, as folders are sorted by class.
func whyNotBinary(m *images.Set) string {
	const (
		most = 1000
		near = 26 // a tenth
	)
	total, black, white := 0., 0., 0.
	n := min(m.Len(), most)
	for i := range n {
		for pixel := range slices.Chunk(m.At(i*m.Len()/n), m.C) {
			total++
			switch {
			case slices.Max(pixel) < near:
				black++
			case slices.Min(pixel) > 255-near:
				white++
			}
		}
	}
	switch {
	case black+white < nearBinary*total:
		return "many pixels are between black and white"
	case black < eachEnd*total:
		return "hardly a pixel is black"
	case white < eachEnd*total:
		return "hardly a pixel is white"
	case m.C == 3 && min(black, white) < ink*(total-max(black, white)):
		return "what is on the background has colours"
	}
	return ""
}

// validateLikelihood returns an error unless the fields of the likelihood fit together.
func (c Config) validateLikelihood() error {
	switch {
	case likelihood.ByName[c.Likelihood] == nil:
		return fmt.Errorf("unknown likelihood %q: choose one of %s", c.Likelihood, strings.Join(Likelihoods(), ", "))
	case c.Likelihood != Gaussian && (c.Sigma != 0 || c.LearnSigma || c.OptimalSigma):
		return fmt.Errorf("sigma belongs to the gaussian likelihood, not to %s", c.Likelihood)
	case c.OptimalSigma && (c.Sigma != 0 || c.LearnSigma):
		return fmt.Errorf("an optimal sigma comes from the data: it can be neither given nor learned")
	case c.Likelihood == Gaussian && !c.OptimalSigma && !(c.Sigma >= math.Exp(MinLogSigma) && c.Sigma <= 1e3):
		return fmt.Errorf("sigma %g: it must be from %.4f to 1000", c.Sigma, math.Exp(MinLogSigma))
	}
	return nil
}

// addScale adds the scale of the likelihood to the graph, unless it is a constant: a parameter that is
// learned, or a buffer that is fitted.
func (m *VAE) addScale() {
	c := m.Config
	p := &nn.Param{Name: "likelihood/log_sigma", Shape: []int{1}}
	switch {
	case c.LearnSigma:
		m.graph.AddParam(p)
	case c.OptimalSigma:
		m.graph.AddBuffer(p)
	case c.Likelihood == Logistic:
		p.Name = "likelihood/log_scale"
		m.graph.AddBuffer(p)
	default:
		return
	}
	m.logScale = p
}

// initialiseScale sets the initial scale, unless it is a constant.
func (m *VAE) initialiseScale() {
	if m.logScale != nil {
		m.logScale.Value[0] = float32(math.Log(cmp.Or(m.Config.Sigma, defaultScale)))
	}
}

// scale returns the present scale of the likelihood, 0 if it has none.
func (m *VAE) scale() float64 {
	if m.logScale != nil {
		return math.Exp(max(float64(m.logScale.Value[0]), MinLogSigma))
	}
	return m.Config.Sigma
}

// Sigma returns the present standard deviation of the Gaussian likelihood, 0 for
// another likelihood.
func (m *VAE) Sigma() float64 {
	if m.Config.Likelihood != Gaussian {
		return 0
	}
	return m.scale()
}

// Scale returns the present scale of the logistic likelihood, 0 for another likelihood.
func (m *VAE) Scale() float64 {
	if m.Config.Likelihood != Logistic {
		return 0
	}
	return m.scale()
}

// BitsPerDimension returns a mean of -log p(x) in nats per image, or of a bound of it, in
// bits per pixel and channel, which compare between likelihoods and sizes of images. It
// is 0 for [Bernoulli], which is no likelihood of gray values.
func (m *VAE) BitsPerDimension(nats float64) float64 {
	return likelihood.BitsPerDimension(likelihood.ByName[m.Config.Likelihood], nats, m.Config.Image.Len())
}

// FitsScale reports whether the likelihood has a scale that no gradient learns: [Network.Loss]
// fits it to each batch of training, and [Network.FitScale] to any images.
func (m *VAE) FitsScale() bool { return m.logScale != nil && !m.Config.LearnSigma }

// Loss computes -log p(x|z) in nats of each image x of the latest batch. With train it does
// so as a step of training does, and leaves weight times the gradient of the sum for
// [Network.Backward]. A scale that is fitted is then first fitted to this batch: Adam would move
// its logarithm by one learning rate a step, and small sets have few steps. A batch that is
// smaller than those the network was made for moves it that much less.
func (w *Network) Loss(k *kernel.Kernel, loss []float64, x []float32, weight float64, train bool) {
	formula, logits := likelihood.ByName[w.Config.Likelihood], w.pass.Value(w.logits)
	total := func(dLogScale float64) float64 {
		if w.logScale == nil {
			return dLogScale
		}
		return w.total(dLogScale)
	}
	if !train {
		w.dLogScale = total(formula.Loss(k, loss, nil, logits, x, w.scale(), 0))
		return
	}
	if w.FitsScale() {
		images := len(loss)
		if w.Distributed.AllReduce != nil {
			images = w.Distributed.Batch
		}
		w.dLogScale = total(formula.Loss(k, loss, nil, logits, x, w.scale(), 0))
		w.FitScale(w.dLogScale, images, float64(images)/float64(w.batch))
	}
	w.dLogScale = weight * total(formula.Loss(k, loss, w.pass.Gradient(w.logits), logits, x, w.scale(), float32(weight)))
}

// ScaleGradient returns the derivative of the sum of the latest losses, times the weight in
// training, by the logarithm of the likelihood's scale.
func (w *Network) ScaleGradient() float64 { return w.dLogScale }

// FitScale fits the scale to images, given the derivative of the sum of their losses. share, from 0 to 1,
// is how far it goes to the best scale.
func (w *Network) FitScale(derivative float64, images int, share float64) {
	log := &w.logScale.Value[0]
	values := float64(images * w.Config.Image.Len())
	*log = float32(max(likelihood.FitLogScale(float64(*log), derivative, values, share), MinLogSigma))
}

// LikelihoodLine describes the likelihood of a name in a line.
func LikelihoodLine(name string) string { return likelihoodLines[name] }

var likelihoodLines = map[string]string{
	Bernoulli: "a pixel is the probability of white: for writing and other pictures in black and white",
	Gaussian:  "a pixel is the mean of a normal distribution, with one standard deviation for all: for photographs",
	Logistic:  "a pixel is the mean of a distribution of its 256 levels: for photographs, in bits that compare with other models'",
}
