package export

import (
	"slices"

	"govae/images"
	"govae/internal/kernel"
	"govae/models"
)

// pass is the trainer's own forward pass, with inputs and outputs as in the files:
// images are (N, C, H, W). It takes up to passRows rows at a time.
type pass struct {
	*models.VAE
	k *kernel.Kernel
	w *models.Workspace
}

const passRows = 16

func newPass(m *models.VAE, k *kernel.Kernel) *pass {
	return &pass{m, k, m.NewWorkspace(passRows)}
}

// decode returns the images of n latent points z (N, L).
func (p *pass) decode(n int, z []float32) []float32 {
	copy(p.w.Z, z)
	p.Decode(p.k, p.w, n)
	image := make([]float32, n*p.Config.Image.Len())
	p.Image(p.k, p.w, n, image)
	return images.ChannelsFirst(image, p.Config.Image)
}

// encode returns the posterior's mean and log variance (N, L) of n images.
func (p *pass) encode(n int, image []float32) (mean, logVar []float32) {
	p.Encode(p.k, p.w, n, images.ChannelsLast(image, p.Config.Image))
	l := n * p.Config.Latent
	return slices.Clone(p.w.Mean[:l]), slices.Clone(p.w.LogVar[:l])
}
