package export

import (
	"slices"

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

// decode returns the images of latent points z (N, L).
func (p *pass) decode(z []float32) []float32 {
	n := len(z) / p.Config.Latent
	copy(p.w.Z, z)
	p.Decode(p.k, p.w, n)
	image := make([]float32, n*p.Config.Image.Len())
	p.Image(p.k, p.w, n, image)
	return channelsFirst(image, p.Config.Image)
}

// encode returns the posterior's mean and log variance (N, L) of images.
func (p *pass) encode(image []float32) (mean, logVar []float32) {
	n := len(image) / p.Config.Image.Len()
	p.Encode(p.k, p.w, n, channelsLast(image, p.Config.Image))
	l := n * p.Config.Latent
	return slices.Clone(p.w.Mean[:l]), slices.Clone(p.w.LogVar[:l])
}

// channelsFirst copies images from (N, H, W, C) to (N, C, H, W).
func channelsFirst(x []float32, s models.Shape) []float32 { return swap(x, s.H*s.W, s.C) }

// channelsLast copies images from (N, C, H, W) to (N, H, W, C).
func channelsLast(x []float32, s models.Shape) []float32 { return swap(x, s.C, s.H*s.W) }

// swap copies an array (N, rows, columns) to (N, columns, rows).
func swap(x []float32, rows, columns int) []float32 {
	out := make([]float32, len(x))
	size := rows * columns
	for i, v := range x {
		item, rest := i/size, i%size
		out[item*size+rest%columns*rows+rest/columns] = v
	}
	return out
}
