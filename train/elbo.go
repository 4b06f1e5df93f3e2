package train

import (
	"math"

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
	m    *models.VAE
	k    *kernel.Kernel
	w    *models.Workspace
	x    []float32 // (N, H, W, C)
	eps  []float32 // (N, L)
	loss []float64 // -log p(x|z) of each image
	next loadTask
}

func newELBO(m *models.VAE, k *kernel.Kernel, batch int) *elbo {
	return &elbo{
		m: m, k: k, w: m.NewWorkspace(batch),
		x:    make([]float32, batch*m.Config.Image.Len()),
		eps:  make([]float32, batch*m.Config.Latent),
		loss: make([]float64, batch),
	}
}

// load takes the images named by index as the batch, each with its own noise,
// which depends on the seed, the domain, the epoch and the image alone.
func (e *elbo) load(images *dataset.Images, index []int, seed uint64, domain random.Domain, epoch int) {
	e.next = loadTask{e, images, index, seed, domain, uint32(epoch)}
	e.k.Run(len(index), &e.next)
}

// loadTask prepares one image of a batch.
type loadTask struct {
	e      *elbo
	images *dataset.Images
	index  []int
	seed   uint64
	domain random.Domain
	epoch  uint32
}

// Do loads the i-th image of the batch.
func (t *loadTask) Do(i int) {
	d, l := t.images.Shape.Len(), t.e.m.Config.Latent
	t.images.Floats(t.e.x[i*d:(i+1)*d], t.index[i:i+1])
	s := random.New(t.seed, t.domain, t.epoch, uint32(t.index[i]))
	s.Normal(t.e.eps[i*l : (i+1)*l])
}

// forward computes the sum of the terms over the loaded batch of n images. Unless
// dlogits is nil, it also fills it with the gradient of scale times the
// reconstruction, and returns that with respect to log sigma.
func (e *elbo) forward(n int, dlogits []float32, scale float32) (sum Terms, dLogSigma float64) {
	w, d := e.w, n*e.m.Config.Image.Len()
	e.m.Encode(e.k, w, n, e.x)
	for i, mean := range w.Mean[:n*e.m.Config.Latent] {
		// Kingma and Welling 2014, eq. 10 and appendix B.
		mu, lv := float64(mean), float64(w.LogVar[i])
		w.Z[i] = float32(mu + math.Exp(lv/2)*float64(e.eps[i]))
		sum.KL -= (1 + lv - mu*mu - math.Exp(lv)) / 2
	}
	e.m.Decode(e.k, w, n)
	dLogSigma = e.m.Likelihood().Loss(e.k, e.loss[:n], dlogits, w.Logits[:d], e.x[:d], scale)
	for _, l := range e.loss[:n] {
		sum.Reconstruction += l
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
	for i, dz := range w.DZ[:n*e.m.Config.Latent] {
		mu, lv, g := float64(w.Mean[i]), float64(w.LogVar[i]), float64(dz)
		w.DMean[i] = float32(g + scale*beta*mu)
		w.DLogVar[i] = float32(g*math.Exp(lv/2)*float64(e.eps[i])/2 + scale*beta*(math.Exp(lv)-1)/2)
	}
	e.m.EncodeBackward(e.k, w, n, e.x)
	return sum
}
