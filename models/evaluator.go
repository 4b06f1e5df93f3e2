package models

import (
	"iter"

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
		encoder: m.graph.Pass(nn.Plan{Batch: batch, Inputs: m.inputs(m.image), Outputs: []*nn.Value{m.mean, m.logVar}}),
		decoder: m.graph.Pass(nn.Plan{Batch: batch, Inputs: m.inputs(m.z), Outputs: []*nn.Value{m.decoded}}),
	}
}

// Encode returns mean and log variance (n, L) of q(z|x) for images x (n, H, W, C). A
// conditional model needs their labels (n, classes) too.
func (e *Evaluator) Encode(x []float32, label ...[]float32) (mean, logVar []float32) {
	m := e.vae
	for n, in := range e.batches(m.Config.Image.Len(), x, label...) {
		e.encoder.Forward(e.kernel, n, false, in...)
		mean = append(mean, e.encoder.Value(m.mean)...)
		logVar = append(logVar, e.encoder.Value(m.logVar)...)
	}
	return mean, logVar
}

// Decode returns the images (n, H, W, C) in [0, 1] of latent points z (n, L). A
// conditional model needs labels (n, classes) too.
func (e *Evaluator) Decode(z []float32, label ...[]float32) []float32 {
	m := e.vae
	image := make([]float32, 0, len(z)/m.Config.Latent*m.Config.Image.Len())
	for n, in := range e.batches(m.Config.Latent, z, label...) {
		e.decoder.Forward(e.kernel, n, false, in...)
		logits := e.decoder.Value(m.decoded)
		image = image[:len(image)+len(logits)]
		e.kernel.Sigmoid(image[len(image)-len(logits):], logits)
	}
	return image
}

// batches yields the rows of x, each of width values, and of labels a batch at a time, with
// their number.
func (e *Evaluator) batches(width int, x []float32, label ...[]float32) iter.Seq2[int, [][]float32] {
	return func(yield func(int, [][]float32) bool) {
		for first, n := 0, len(x)/width; first < n; first += e.batch {
			last := min(first+e.batch, n)
			in := [][]float32{x[first*width : last*width]}
			for _, l := range label {
				classes := len(l) / n
				in = append(in, l[first*classes:last*classes])
			}
			if !yield(last-first, in) {
				return
			}
		}
	}
}
