package models

import (
	"govae/internal/kernel"
	"govae/internal/nn"
)

// Evaluator encodes and decodes by the trainer's own arithmetic, a batch after the
// other. Its results have memory of their own. It is used by one goroutine at a time.
type Evaluator struct {
	vae              *VAE
	kernel           *kernel.Kernel
	batch            int
	encoder, decoder *nn.Pass
	scorer           *nn.Pass // nil until it is needed
}

// NewEvaluator returns an evaluator that takes batch images at a time.
func (m *VAE) NewEvaluator(k *kernel.Kernel, batch int) *Evaluator {
	return &Evaluator{
		vae: m, kernel: k, batch: batch,
		encoder: m.graph.Pass(nn.Plan{Batch: batch, Inputs: []*nn.Value{m.image}, Outputs: []*nn.Value{m.mean, m.logVar}}),
		decoder: m.graph.Pass(nn.Plan{Batch: batch, Inputs: []*nn.Value{m.z}, Outputs: []*nn.Value{m.decoded}}),
	}
}

// Encode returns mean and log variance (n, L) of q(z|x) for images x (n, H, W, C).
func (e *Evaluator) Encode(x []float32) (mean, logVar []float32) {
	m := e.vae
	for x := range batches(x, e.batch, m.Config.Image.Len()) {
		e.encoder.Forward(e.kernel, len(x)/m.Config.Image.Len(), false, x)
		mean = append(mean, e.encoder.Value(m.mean)...)
		logVar = append(logVar, e.encoder.Value(m.logVar)...)
	}
	return mean, logVar
}

// Decode returns the images (n, H, W, C) in [0, 1] of latent points z (n, L).
func (e *Evaluator) Decode(z []float32) []float32 {
	m := e.vae
	image := make([]float32, 0, len(z)/m.Config.Latent*m.Config.Image.Len())
	for z := range batches(z, e.batch, m.Config.Latent) {
		e.decoder.Forward(e.kernel, len(z)/m.Config.Latent, false, z)
		logits := e.decoder.Value(m.decoded)
		image = image[:len(image)+len(logits)]
		e.kernel.Sigmoid(image[len(image)-len(logits):], logits)
	}
	return image
}

// batches yields the rows of x, each of width values, n at a time.
func batches(x []float32, n, width int) func(yield func([]float32) bool) {
	return func(yield func([]float32) bool) {
		for len(x) > 0 {
			some := min(len(x), n*width)
			if !yield(x[:some]) {
				return
			}
			x = x[some:]
		}
	}
}
