package train

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// IWAE is the objective of an importance weighted autoencoder: log p(x) as it is estimated
// from several draws z of q(z|x) by their weights w = p(x|z) p(z) / q(z|x), the logarithm of
// their mean. It is a bound of log p(x), the closer the more draws there are (Burda, Grosse
// and Salakhutdinov 2016, arXiv 1509.00519). Of what the encoder learns the signal fades with
// the number of draws; the doubly reparameterised gradient, which has the same expectation,
// keeps it (Tucker et al. 2019, arXiv 1810.04152). Beta is a weight of log p(z)/q(z|x), 1 for
// a bound.
//
// Its terms are those of the ELBO, means over the draws, and the bound, all at beta = 1.
type IWAE struct {
	Samples int      `json:"samples"`         // draws of each image, 2 to [MaxImportance]
	Beta    Schedule `json:"beta"`            // nil for 1
	Plain   bool     `json:"plain,omitempty"` // the gradient of the bound itself

	loss, share, slope, ratioSlope []float64 // of each draw
	bound                          []float64 // of each image
	sums                           []float64 // of the bounds, of the losses, then of the KL by latent dimension
}

func (e *IWAE) draws() int { return e.Samples }

func (e *IWAE) validate() error {
	if e.Samples < 2 || e.Samples > MaxImportance {
		return fmt.Errorf("%d latent points of an image: there must be from 2 to %d", e.Samples, MaxImportance)
	}
	return validateBeta(e.Beta)
}

// Terms implements [Objective].
func (e *IWAE) Terms(s *Step) Terms {
	n, net := s.Batch.N, s.Net
	rows := n * e.Samples
	for _, v := range []*[]float64{&e.loss, &e.share, &e.slope, &e.ratioSlope} {
		*v = slices.Grow((*v)[:0], rows)[:rows]
	}
	e.bound = slices.Grow(e.bound[:0], n)[:n]
	net.Forward(s.Kernel, s.Batch.Inputs, s.Grad != nil)
	net.DrawsLoss(s.Kernel, e.loss, s.Grad != nil)
	e.weigh(net.Draws().Ratio, 1)
	e.sums = append(e.sums[:0],
		s.Kernel.Tree.Sum(n, func(i int) float64 { return e.bound[i] }),
		s.Kernel.Tree.Sum(n, func(i int) float64 { return floats.Sum(e.loss[i*e.Samples:(i+1)*e.Samples]) / float64(e.Samples) }))
	for _, group := range net.Divergences() {
		for _, kl := range group.KL {
			e.sums = append(e.sums, kl/float64(e.Samples))
		}
	}
	s.group.SumOf(e.sums)
	sum := Terms{Importance: e.sums[0], Reconstruction: e.sums[1], KLByDimension: e.sums[2:]}
	for _, kl := range sum.KLByDimension {
		sum.KL += kl
	}
	if s.Grad == nil {
		return sum
	}
	beta := at(e.Beta, s.Number)
	if beta != 1 {
		e.weigh(net.Draws().Ratio, beta)
	}
	for i, share := range e.share {
		e.slope[i] = share / float64(s.Batch.Total)
		e.ratioSlope[i] = beta * e.slope[i]
	}
	draws := net.Draws()
	draws.Slope, draws.Share = e.ratioSlope, e.share
	if e.Plain {
		draws.Share = nil
	}
	net.DrawsBackward(s.Grad, e.slope)
	return sum
}

// weigh sets the bound of each image, and the share of each draw in the weights of its image.
func (e *IWAE) weigh(ratio []float64, beta float64) {
	for image := range e.bound {
		lo, hi := image*e.Samples, (image+1)*e.Samples
		loss, ratio, share := e.loss[lo:hi], ratio[lo:hi], e.share[lo:hi]
		for i := range share {
			share[i] = beta*ratio[i] - loss[i] // log w
		}
		most, sum := slices.Max(share), 0.0
		for i, logW := range share {
			share[i] = math.Exp(logW - most)
			sum += share[i]
		}
		for i := range share {
			share[i] /= sum
		}
		e.bound[image] = most + math.Log(sum/float64(e.Samples))
	}
}
