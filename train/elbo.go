package train

import (
	"govae/dataset"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
)

// Terms are the two terms of the ELBO, in nats an image.
type Terms struct {
	Reconstruction float64 // -log p(x|z), summed over pixels
	KL             float64 // KL(q(z|x) || p(z)), summed over latent dimensions
}

// ELBO is the evidence lower bound at beta = 1.
func (t Terms) ELBO() float64 { return -(t.Reconstruction + t.KL) }

func (t *Terms) add(u Terms) {
	t.Reconstruction += u.Reconstruction
	t.KL += u.KL
}

func (t Terms) over(n int) Terms {
	return Terms{t.Reconstruction / float64(n), t.KL / float64(n)}
}

// elbo computes the objective of a VAE and its gradient for one batch at a time,
// with everything allocated once.
type elbo struct {
	m *models.VAE
	k *kernel.Kernel
	w *models.Workspace
	*batch
	next *batch    // is prepared while batch is computed
	loss []float64 // -log p(x|z) of each image
}

func newELBO(m *models.VAE, k *kernel.Kernel, batch int) *elbo {
	return &elbo{
		m: m, k: k, w: m.NewWorkspace(batch), batch: newBatch(m, k, batch), next: newBatch(m, k, batch),
		loss: make([]float64, batch),
	}
}

// load takes the images named by index as the batch, each with its own noise,
// which depends on the seed, the domain, the epoch and the image alone.
func (e *elbo) load(images *dataset.Images, index []int, seed uint64, domain random.Domain, epoch int) {
	e.prepare(images, index, seed, domain, epoch)
	e.take()
}

// prepare begins to load the next batch, as load does, on a worker that finds nothing
// else to do. index must not change before the batch is taken.
func (e *elbo) prepare(images *dataset.Images, index []int, seed uint64, domain random.Domain, epoch int) {
	e.next.images, e.next.index = images, index
	e.next.seed, e.next.domain, e.next.epoch = seed, domain, uint32(epoch)
	e.next.start()
}

// take makes the prepared batch the present one.
func (e *elbo) take() {
	e.next.job.Wait()
	e.batch, e.next = e.next, e.batch
}

// forward computes the sum of the terms over the loaded batch of n images. Unless
// dlogits is nil, it also fills it with the gradient of scale times the
// reconstruction, and returns that with respect to log sigma.
func (e *elbo) forward(n int, dlogits []float32, scale float32) (sum Terms, dLogSigma float64) {
	w, d := e.w, n*e.m.Config.Image.Len()
	e.m.Encode(e.k, w, n, e.x)
	l := n * e.m.Config.Latent
	sum.KL = e.k.Sample(w.Z[:l], w.Mean[:l], w.LogVar[:l], e.eps[:l])
	e.m.Decode(e.k, w, n)
	dLogSigma = e.m.Likelihood().Loss(e.k, e.loss[:n], dlogits, w.Logits[:d], e.x[:d], scale)
	for _, loss := range e.loss[:n] {
		sum.Reconstruction += loss
	}
	return sum, dLogSigma
}

// gradient computes the sum of the terms over the loaded batch of n images, and in
// e.w.Grad the gradient of the loss, the mean of reconstruction + beta KL.
func (e *elbo) gradient(n int, beta float64) Terms {
	w, scale := e.w, 1/float64(n)
	sum, dLogSigma := e.forward(n, w.DLogits[:n*e.m.Config.Image.Len()], float32(scale))
	e.m.LogSigmaGradient(w, dLogSigma)
	e.m.DecodeBackward(e.k, w, n)
	l := n * e.m.Config.Latent
	e.k.SampleGradient(w.DMean[:l], w.DLogVar[:l], w.DZ[:l], w.Mean[:l], w.LogVar[:l], e.eps[:l], scale*beta)
	e.m.EncodeBackward(e.k, w, n, e.x)
	return sum
}
