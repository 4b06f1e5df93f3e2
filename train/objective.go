package train

import (
	"fmt"

	"govae/cluster"
	"govae/internal/kernel"
	"govae/models"
)

// Objective is what training makes small: from a network and a batch to terms, and to
// the gradient of their weighted sum.
type Objective interface {
	// Terms runs the network on the step's batch and returns the sums of the terms over
	// its images; KLByDimension is valid until the next call. If s.Grad is not nil, the
	// network runs in training mode and s.Grad becomes the gradient of the loss, which is
	// a mean over the batch.
	Terms(s *Step) Terms
}

// newObjective returns the objective of a run's options, which are complete.
func newObjective(o Options) Objective {
	switch {
	case o.Objective != nil:
		return o.Objective
	case o.Importance > 1:
		return &IWAE{Samples: o.Importance, Beta: o.Beta}
	}
	return &ELBO{Beta: o.Beta, FreeBits: o.FreeBits}
}

// drawsOf returns how many latent points an objective takes of an image.
func drawsOf(o Objective) int {
	if several, ok := o.(interface{ draws() int }); ok {
		return several.draws()
	}
	return 1
}

// at is beta in a step of an objective that is given.
func at(beta Schedule, step int) float64 {
	if beta == nil {
		return 1
	}
	return beta.At(step)
}

// validateBeta checks the beta of an objective that is given, to which no run gives a length.
func validateBeta(beta Schedule) error {
	if beta == nil {
		return nil
	}
	if err := beta.validate(); err != nil {
		return fmt.Errorf("beta %w", err)
	}
	if beta.forRun(runLength{epoch: 1, steps: 1}) != beta.forRun(runLength{epoch: 2, steps: 2}) {
		return fmt.Errorf("beta changes over epochs: give it a length in steps")
	}
	return nil
}

// Step is one batch on its way through a network.
type Step struct {
	Kernel *kernel.Kernel
	Net    *models.Network
	Batch  *Batch
	Number int       // of the training step, from 1; 0 in evaluation
	Grad   []float32 // laid out like [models.VAE.Theta]; nil in evaluation

	group *cluster.Group // of ranks that have a share of the batch each
}

// Terms are the two terms of the ELBO, in nats per image, and what follows from them.
type Terms struct {
	Reconstruction float64 // -log p(x|z), summed over pixels
	KL             float64 // KL(q(z|x) || p(z)), summed over latent dimensions
	// KLByDimension are the shares of KL by latent dimension, those of the groups of
	// latent variables one after the other. A dimension that the model does not use has
	// about 0.
	KLByDimension []float64
	// BitsPerDimension is -ELBO in bits per pixel and channel, of the means that are
	// reported: comparable between likelihoods and sizes of images. It is 0 where the
	// likelihood is none of gray values ([models.VAE.BitsPerDimension]).
	BitsPerDimension float64
	// Importance is the importance weighted bound of log p(x), which is closer to it than the
	// ELBO; 0 where the objective is not that of [IWAE].
	Importance float64
}

// ELBO is the evidence lower bound at beta = 1.
func (t Terms) ELBO() float64 { return -(t.Reconstruction + t.KL) }

// Bound is the bound of log p(x) that the objective makes large: Importance, or else the
// ELBO.
func (t Terms) Bound() float64 {
	if t.Importance != 0 {
		return t.Importance
	}
	return t.ELBO()
}

// active is the divergence in nats from which on a latent dimension is in use. A dimension
// whose posterior means have a variance of 0.01, the limit of Burda et al. 2016 (arXiv
// 1509.00519), has about half of that.
const active = 0.01

// ActiveUnits is the number of latent dimensions that the model uses: those with a KL above
// 0.01 nats.
func (t Terms) ActiveUnits() int {
	n := 0
	for _, kl := range t.KLByDimension {
		if kl > active {
			n++
		}
	}
	return n
}

func (t *Terms) add(u Terms) {
	t.Reconstruction += u.Reconstruction
	t.KL += u.KL
	t.Importance += u.Importance
	if t.KLByDimension == nil && t.KL == u.KL { // the first batch, or else one after those of an older checkpoint
		t.KLByDimension = make([]float64, len(u.KLByDimension))
	}
	for i := range t.KLByDimension {
		t.KLByDimension[i] += u.KLByDimension[i]
	}
}

// total is t without its parts.
func (t Terms) total() Terms {
	return Terms{Reconstruction: t.Reconstruction, KL: t.KL, Importance: t.Importance}
}

func (t Terms) over(n int) Terms {
	mean := Terms{Reconstruction: t.Reconstruction / float64(n), KL: t.KL / float64(n), Importance: t.Importance / float64(n)}
	for _, v := range t.KLByDimension {
		mean.KLByDimension = append(mean.KLByDimension, v/float64(n))
	}
	return mean
}
