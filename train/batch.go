package train

import (
	"govae/dataset"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
)

// batch is images as a network takes them, with noise for each.
type batch struct {
	x   []float32 // (N, H, W, C)
	eps []float32 // (N, L)

	k             *kernel.Kernel
	pixels, noise int // of an image
	job           kernel.Job

	// Where it comes from.
	images *dataset.Images
	index  []int
	seed   uint64
	domain random.Domain
	epoch  uint32
}

func newBatch(m *models.VAE, k *kernel.Kernel, n int) *batch {
	pixels, noise := m.Config.Image.Len(), m.Config.Latent
	return &batch{x: make([]float32, n*pixels), eps: make([]float32, n*noise), k: k, pixels: pixels, noise: noise}
}

// batchTask is the number of images that one task prepares: enough for a few vectors
// of noise.
const batchTask = 16

// start begins to fill the batch.
func (b *batch) start() { b.job = b.k.Start((len(b.index)+batchTask-1)/batchTask, b) }

// Do prepares some images of the batch.
func (b *batch) Do(task int) {
	first, last := task*batchTask, min((task+1)*batchTask, len(b.index))
	for i := first; i < last; i++ {
		b.k.Pixels(b.x[i*b.pixels:(i+1)*b.pixels], b.images.At(b.index[i]))
	}
	b.k.Normal(b.eps[first*b.noise:last*b.noise], b.seed, b.domain, b.epoch, b.index[first:last])
}
