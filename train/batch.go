package train

import (
	"govae/cluster"
	"govae/dataset"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
)

// Batch is a batch of images as a network takes it, with noise and, for a conditional model, a label
// for each image.
type Batch struct {
	models.Inputs
	// Total is the number of images of the whole batch; each of several ranks has a share of it.
	Total int
}

// pipeline prepares the next batch on an idle worker while the present one is trained on.
type pipeline struct {
	kernel        *kernel.Kernel
	augment       Augment // of training images
	binarize      Binarize
	present, next *loading
	group         *cluster.Group
}

// newPipeline returns a pipeline of batches of up to n images, with noise for so many draws of each.
func newPipeline(m *models.VAE, k *kernel.Kernel, n, draws int) *pipeline {
	return &pipeline{kernel: k, present: newLoading(m, k, n, draws), next: newLoading(m, k, n, draws)}
}

// prepare begins to load the images named by index. The noise of an image, its augmentation and its
// binarization depend on the seed, the domain, the epoch and the image alone. index must not change
// before the batch is taken.
func (p *pipeline) prepare(images *dataset.Images, index []int, seed uint64, domain random.Domain, epoch int) {
	l := p.next
	l.Total = len(index)
	share := p.group.Share(len(index))
	index = index[share.First:][:share.Images]
	l.images, l.index, l.seed, l.domain, l.epoch = images, index, seed, domain, uint32(epoch)
	l.augment = 0
	if domain == random.TrainNoise {
		l.augment = p.augment
	}
	l.binary, l.draws = p.binarize != "", p.binarize.of(seed, domain, epoch)
	l.N = len(index)
	l.Image, l.Noise, l.Label = l.image[:l.N*l.pixels], l.noise[:l.N*l.latent], l.label[:l.N*l.classes]
	l.job = p.kernel.Start((l.N+loadTask-1)/loadTask, l)
	l.started = true
}

// take returns the batch that was prepared.
func (p *pipeline) take() *Batch {
	p.drop()
	p.present, p.next = p.next, p.present
	return &p.present.Batch
}

// load is prepare and take.
func (p *pipeline) load(images *dataset.Images, index []int, seed uint64, domain random.Domain, epoch int) *Batch {
	p.prepare(images, index, seed, domain, epoch)
	return p.take()
}

// drop waits for what is being prepared, if anything.
func (p *pipeline) drop() {
	if p.next.started {
		p.next.started = false // even where Wait panics
		p.next.job.Wait()
	}
}

// loading is a batch and where it comes from.
type loading struct {
	Batch
	kernel                  *kernel.Kernel
	image, noise, label     []float32 // for the largest batch
	pixels, latent, classes int       // values of an image, of its noise and of its label

	images  *dataset.Images
	index   []int
	seed    uint64
	domain  random.Domain
	epoch   uint32
	augment Augment
	binary  bool
	draws   draws // if the images become binary
	job     kernel.Job
	started bool
}

func newLoading(m *models.VAE, k *kernel.Kernel, n, draws int) *loading {
	l := &loading{kernel: k, pixels: m.Config.Image.Len(), latent: draws * m.Config.Latent, classes: m.Config.Classes()}
	l.image, l.noise, l.label = make([]float32, n*l.pixels), make([]float32, n*l.latent), make([]float32, n*l.classes)
	return l
}

// loadTask is the number of images that one task prepares: enough for a few vectors
// of noise.
const loadTask = 16

// Do prepares some images of the batch.
func (l *loading) Do(task int) {
	first, last := task*loadTask, min((task+1)*loadTask, len(l.index))
	for i := first; i < last; i++ {
		if l.classes > 0 {
			models.OneHot(l.Label[i*l.classes:(i+1)*l.classes], l.classes, l.images.Labels[l.index[i]])
		}
		x, image := l.Image[i*l.pixels:(i+1)*l.pixels], l.images.At(l.index[i])
		if l.augment == 0 {
			l.kernel.Pixels(x, image)
		} else {
			r := random.New(l.seed, random.TrainAugment, l.epoch, uint32(l.index[i]))
			l.augment.apply(x, image, l.images.Shape, &r)
		}
		if l.binary {
			l.draws.draw(x, l.images.Number(l.index[i]))
		}
	}
	l.kernel.Normal(l.Noise[first*l.latent:last*l.latent], l.seed, l.domain, l.epoch, l.index[first:last])
}
