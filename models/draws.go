package models

import (
	"fmt"

	"govae/internal/kernel"
	"govae/internal/nn"
)

// draws is what a network with several latent points of each image needs: the encoder runs once for an
// image, and [Network.pass], which begins at the posterior, once for each point.
type draws struct {
	count        int
	encoder      *nn.Pass
	mean, logVar []float32 // (N, K, L)
	image        []float32 // (N, K, H, W, C)
	label        []float32 // (N, K, classes), of a conditional model
	kernel       *kernel.Kernel
	n            int // images of the latest batch
	ratios       *nn.Draws
}

// FittedScaleError says that several draws of an image need a likelihood whose scale is a constant.
type FittedScaleError struct{}

func (*FittedScaleError) Error() string {
	return "several draws of an image want a likelihood whose scale is a constant"
}

// NewDrawsNetwork returns a network for batches of up to batch images with several latent
// points for each, drawn from its posterior. [Network.Logits] are those of all points, those
// of an image one after the other, for which [Network.Draws] gives the densities. It is an
// error if the VAE does not support several draws.
func (m *VAE) NewDrawsNetwork(batch, count int) (*Network, error) {
	if m.logScale != nil {
		return nil, &FittedScaleError{}
	}
	if n := len(m.trainingPass(0).Divergences()); n != 1 {
		return nil, fmt.Errorf("several draws of an image are for networks with one group of latent variables, not %d", n)
	}
	posterior, logits := []*nn.Value{m.mean, m.logVar}, []*nn.Value{m.logits}
	rows := batch * count
	w := &Network{VAE: m, batch: rows, draws: &draws{
		count: count,
		encoder: m.graph.Pass(nn.Plan{
			Batch: batch, Inputs: m.inputs(m.image), Outputs: posterior, Seeds: posterior,
		}),
		mean:   make([]float32, rows*m.Config.Latent),
		logVar: make([]float32, rows*m.Config.Latent),
		image:  make([]float32, rows*m.Config.Image.Len()),
		label:  make([]float32, rows*m.Config.Classes()),
		ratios: &nn.Draws{Ratio: make([]float64, rows)},
	}}
	w.pass = m.graph.Pass(nn.Plan{
		Batch: rows, Inputs: append(m.inputs(m.mean), m.logVar, m.noise), Outputs: logits, Seeds: logits,
		Wanted: posterior,
	})
	w.Divergences()[0].Draws = w.draws.ratios
	return w, nil
}

func (d *draws) forward(w *Network, k *kernel.Kernel, in Inputs, train bool) {
	d.kernel, d.n = k, in.N
	rows := in.N * d.count
	if w.label != nil {
		d.encoder.Forward(k, in.N, train, in.Image, in.Label)
	} else {
		d.encoder.Forward(k, in.N, train, in.Image)
	}
	defer d.ofPoints()()
	mean, logVar, image := d.mean[:rows*w.Config.Latent], d.logVar[:rows*w.Config.Latent], d.image[:rows*w.Config.Image.Len()]
	k.RepeatRows(in.N, mean, d.encoder.Value(w.mean))
	k.RepeatRows(in.N, logVar, d.encoder.Value(w.logVar))
	k.RepeatRows(in.N, image, in.Image)
	if w.label != nil {
		label := d.label[:rows*w.Config.Classes()]
		k.RepeatRows(in.N, label, in.Label)
		w.pass.Forward(k, rows, train, mean, label, logVar, in.Noise)
		return
	}
	w.pass.Forward(k, rows, train, mean, logVar, in.Noise)
}

// ofPoints lets the kernel sum over latent points in place of images, until end is called.
func (d *draws) ofPoints() (end func()) {
	images := d.kernel.Tree
	d.kernel.Tree = images.Of(d.count)
	return func() { d.kernel.Tree = images }
}

// DrawsLoss computes -log p(x|z) in nats of each latent point of the latest batch, and with
// train leaves its gradient for [Network.DrawsBackward].
func (w *Network) DrawsLoss(k *kernel.Kernel, loss []float64, train bool) {
	w.Loss(k, loss, w.draws.image[:len(loss)*w.Config.Image.Len()], 1, train)
}

// Draws returns the density ratios of the latest batch's latent points. The caller sets their
// Slope and Share before [Network.DrawsBackward].
func (w *Network) Draws() *nn.Draws { return w.draws.ratios }

// DrawsBackward is [Network.Backward] for a loss with the given derivatives by -log p(x|z) of
// each latent point, and by their density ratios.
func (w *Network) DrawsBackward(grad []float32, slope []float64) {
	d := w.draws
	d.kernel.ScaleRows(w.pass.Gradient(w.logits), slope)
	end := d.ofPoints()
	w.pass.Backward(grad, w.Distributed.OnFinal)
	end()
	for _, v := range [...]*nn.Value{w.mean, w.logVar} {
		d.kernel.SumRows(d.n, d.encoder.Gradient(v), w.pass.InputGradient(v))
	}
	d.encoder.Backward(grad, nil)
}
