package train

import (
	"cmp"
	"slices"
)

// ELBO is the objective of a VAE: the mean over the batch of reconstruction + beta KL,
// with one draw from each posterior (Kingma and Welling 2014, arXiv 1312.6114; beta is
// that of Higgins et al. 2017). Its terms are those at beta = 1 without free bits.
type ELBO struct {
	Beta     Schedule `json:"beta"` // nil for 1
	FreeBits FreeBits `json:"free_bits,omitzero"`

	loss []float64 // -log p(x|z) of each image
	sums []float64 // of the losses, then of the KL by latent dimension
}

func (e *ELBO) validate() error { return cmp.Or(validateBeta(e.Beta), e.FreeBits.validate()) }

// Terms implements [Objective].
func (e *ELBO) Terms(s *Step) Terms {
	n, net := s.Batch.N, s.Net
	net.Forward(s.Kernel, s.Batch.Inputs, s.Grad != nil)
	scale := 1 / float64(s.Batch.Total)
	e.loss = slices.Grow(e.loss[:0], n)[:n]
	net.Loss(s.Kernel, e.loss, s.Batch.Image, scale, s.Grad != nil)
	e.sums = append(e.sums[:0], s.Kernel.Tree.Sum(n, func(i int) float64 { return e.loss[i] }))
	for _, group := range net.Divergences() {
		e.sums = append(e.sums, group.KL...)
	}
	s.group.SumOf(e.sums)
	sum := Terms{Reconstruction: e.sums[0], KLByDimension: e.sums[1:]}
	rest := sum.KLByDimension
	for _, group := range net.Divergences() {
		rest = rest[copy(group.KL, rest):]
	}
	for _, kl := range sum.KLByDimension {
		sum.KL += kl
	}
	if s.Grad == nil {
		return sum
	}
	for _, group := range net.Divergences() {
		e.FreeBits.scale(group, s.Batch.Total, scale*at(e.Beta, s.Number))
	}
	net.Backward(s.Grad)
	return sum
}
