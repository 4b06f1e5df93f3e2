package export

import (
	"govae/images"
	"govae/internal/kernel"
	"govae/models"
)

// pass is the trainer's own forward pass, with inputs and outputs as in the files:
// images are (N, C, H, W).
type pass struct {
	*models.VAE
	e *models.Evaluator
	k *kernel.Kernel
}

const passRows = 16

func newPass(m *models.VAE, k *kernel.Kernel) *pass {
	return &pass{m, m.NewEvaluator(k, passRows), k}
}

// decode returns the images of latent points z (N, L), and of labels where there are any.
func (p *pass) decode(z []float32, label ...[]float32) []float32 {
	return images.ChannelsFirst(p.e.Decode(z, label...), p.Config.Image)
}

// encode returns the posterior's mean and log variance (N, L) of images, and of labels
// where there are any.
func (p *pass) encode(image []float32, label ...[]float32) (mean, logVar []float32) {
	return p.e.Encode(images.ChannelsLast(image, p.Config.Image), label...)
}

// logWeight returns the log weights (N) of images and noise eps (N, L), and of labels where
// there are any.
func (p *pass) logWeight(image, eps []float32, label ...[]float32) []float32 {
	return p.e.LogWeight(images.ChannelsLast(image, p.Config.Image), eps, label...)
}

// classify returns the probabilities (N, classes) that the classifier gives to images.
func (p *pass) classify(image []float32) []float32 {
	return p.Classifier.Classify(p.k, images.ChannelsLast(image, p.Config.Image), passRows)
}
