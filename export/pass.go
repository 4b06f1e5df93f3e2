package export

import (
	"govae/internal/kernel"
	"govae/models"
)

// pass is the trainer's own forward pass, with inputs and outputs as in the files:
// images are (N, C, H, W).
type pass struct {
	*models.VAE
	e *models.Evaluator
}

const passRows = 16

func newPass(m *models.VAE, k *kernel.Kernel) *pass {
	return &pass{m, m.NewEvaluator(k, passRows)}
}

// decode returns the images of latent points z (N, L).
func (p *pass) decode(z []float32) []float32 {
	return channelsFirst(p.e.Decode(z), p.Config.Image)
}

// encode returns the posterior's mean and log variance (N, L) of images.
func (p *pass) encode(image []float32) (mean, logVar []float32) {
	return p.e.Encode(channelsLast(image, p.Config.Image))
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
