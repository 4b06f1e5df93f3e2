package train

import (
	"math"
	"slices"
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
	Samples int      `json:"samples"` // draws of each image
	Beta    Schedule `json:"beta"`
	Plain   bool     `json:"plain,omitempty"` // the gradient of the bound itself

	loss, share, slope, ratioSlope []float64 // of each draw
	kl                             []float64 // by latent dimension
}

func (e *IWAE) draws() int { return e.Samples }

// Terms implements [Objective].
func (e *IWAE) Terms(s *Step) Terms {
	n, net := s.Batch.N, s.Net
	rows := n * e.Samples
	for _, v := range []*[]float64{&e.loss, &e.share, &e.slope, &e.ratioSlope} {
		*v = slices.Grow((*v)[:0], rows)[:rows]
	}
	net.Forward(s.Kernel, s.Batch.Inputs, s.Grad != nil)
	net.DrawsLoss(s.Kernel, e.loss, s.Grad != nil)
	sum := Terms{Importance: e.weigh(net.Draws().Ratio, 1)}
	for _, loss := range e.loss {
		sum.Reconstruction += loss / float64(e.Samples)
	}
	e.kl = e.kl[:0]
	for _, group := range net.Divergences() {
		for _, kl := range group.KL {
			e.kl = append(e.kl, kl/float64(e.Samples))
		}
	}
	for _, kl := range e.kl {
		sum.KL += kl
	}
	sum.KLByDimension = e.kl
	if s.Grad == nil {
		return sum
	}
	beta := e.Beta.At(s.Number)
	if beta != 1 {
		e.weigh(net.Draws().Ratio, beta)
	}
	for i, share := range e.share {
		e.slope[i] = share / float64(n)
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

// weigh sets the share of each draw in the weights of its image, and returns the sum of the
// bounds of all images.
func (e *IWAE) weigh(ratio []float64, beta float64) (bound float64) {
	for lo := 0; lo < len(e.loss); lo += e.Samples {
		loss, share := e.loss[lo:lo+e.Samples], e.share[lo:lo+e.Samples]
		for i := range share {
			share[i] = beta*ratio[lo+i] - loss[i] // log w
		}
		most, sum := slices.Max(share), 0.0
		for i, logW := range share {
			share[i] = math.Exp(logW - most)
			sum += share[i]
		}
		for i := range share {
			share[i] /= sum
		}
		bound += most + math.Log(sum/float64(e.Samples))
	}
	return bound
}
