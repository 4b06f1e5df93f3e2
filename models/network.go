package models

import (
	"govae/internal/kernel"
	"govae/internal/nn"
)

// Network is a VAE laid out for training: from images and noise to the logits of their
// reconstructions, and back. It is used by one goroutine at a time.
type Network struct {
	*VAE
	pass      *nn.Pass
	batch     int     // images, at most
	dLogScale float64 // derivative of the latest loss by the logarithm of the likelihood's scale
	draws     *draws  // nil for one latent point of an image

	// Distributed is set where other networks compute a share of each batch, too.
	Distributed Distributed
	sum         [1]float64
}

// Distributed says how networks that compute a share of each batch work together.
type Distributed struct {
	Batch     int               // images of the whole batch
	AllReduce func(x []float64) // adds the sums of all shares; nil for one network
	NotFirst  bool              // another network has the first share
	// OnFinal is called in the backward pass, with ever smaller indices: from there on the gradient
	// does not change any more. It may be nil.
	OnFinal func(from int)
}

// total adds v over the shares of the batch.
func (w *Network) total(v float64) float64 {
	if w.Distributed.AllReduce == nil {
		return v
	}
	w.sum[0] = v
	w.Distributed.AllReduce(w.sum[:])
	return w.sum[0]
}

// Inputs are what a network computes a batch of N images from.
type Inputs struct {
	N     int
	Image []float32 // (N, H, W, C) in [0, 1]
	Noise []float32 // (N, L), standard normal; (N, K, L) for K draws
	Label []float32 // (N, classes), of a conditional model
}

// NewNetwork returns a network for batches of up to batch images.
func (m *VAE) NewNetwork(batch int) *Network {
	return &Network{VAE: m, batch: batch, pass: m.trainingPass(batch)}
}

func (m *VAE) trainingPass(batch int) *nn.Pass {
	logits := []*nn.Value{m.logits}
	return m.graph.Pass(nn.Plan{Batch: batch, Inputs: append(m.inputs(m.image), m.noise), Outputs: logits, Seeds: logits})
}

// Forward runs a batch through the network. train is the mode of its layers; without it
// nothing of the VAE changes.
func (w *Network) Forward(k *kernel.Kernel, in Inputs, train bool) {
	switch {
	case w.draws != nil:
		w.draws.forward(w, k, in, train)
	case w.label != nil:
		w.pass.Forward(k, in.N, train, in.Image, in.Label, in.Noise)
	default:
		w.pass.Forward(k, in.N, train, in.Image, in.Noise)
	}
}

// Logits returns the logits of the reconstructions of the latest batch, (N, H, W, C), or of all draws.
func (w *Network) Logits() []float32 { return w.pass.Value(w.logits) }

// Divergences returns the divergence of the latest batch's posterior from the prior for each group of
// latent variables.
func (w *Network) Divergences() []*nn.Divergence { return w.pass.Divergences() }

// Backward writes the gradient of the loss by the parameters to grad, which is laid out
// like [VAE.Theta], from what [Network.Loss] has left and the divergences' scales. A
// gradient that would take a learned log sigma still further below its bound is 0.
func (w *Network) Backward(grad []float32) {
	w.pass.Backward(grad, w.Distributed.OnFinal)
	if !w.Config.LearnSigma {
		return
	}
	derivative := float32(w.dLogScale)
	if w.logScale.Value[0] <= MinLogSigma && derivative > 0 {
		derivative = 0
	}
	if w.Distributed.NotFirst { // the derivative is that of the batch, which one of all gives
		derivative = 0
	}
	w.logScale.In(grad)[0] = derivative
}
