package infer

import (
	"context"
	"fmt"

	"govae/contract"
	"govae/internal/kernel"
	"govae/internal/likelihood"
	"govae/onnx"
)

// Likelihood is p(x|z) of a decoder, of the kind that its file names. Many goroutines may use it
// at once; Close it when none does.
type Likelihood struct {
	logits  *Decoder
	formula likelihood.Likelihood
	scale   float64
	kernel  *kernel.Kernel
}

// formula returns the likelihood that the decoder's file tells, and its scale.
func (d *Decoder) formula() (likelihood.Likelihood, float64, error) {
	metadata := d.contract.Metadata
	need := func(key string) error {
		if err := metadata.Err(key); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		return nil
	}
	switch l := likelihood.ByName[metadata.Likelihood]; l.(type) {
	case nil:
		return nil, 0, &LikelihoodError{Name: d.name, Form: metadata.Likelihood}
	case likelihood.Gaussian:
		return l, metadata.Sigma, need(contract.KeySigma)
	case likelihood.Logistic:
		return l, metadata.Scale, need(contract.KeyScale)
	default:
		return l, 0, nil
	}
}

// BitsPerDimension returns a mean of nats per image, such as that of -[Score].ELBO, in bits
// per pixel and channel, which compare between models, likelihoods and sizes of images. It
// is 0 where the file tells no likelihood of bytes: Bernoulli's is one of black and white.
func (d *Decoder) BitsPerDimension(nats float64) float64 {
	formula, _, err := d.formula()
	if err != nil {
		return 0
	}
	return likelihood.BitsPerDimension(formula, nats, d.contract.Shape().Len())
}

// Likelihood returns the likelihood of a decoder. Its image must be the output of a sigmoid, and
// its file must name the likelihood, else the error is a [*LikelihoodError].
func (d *Decoder) Likelihood() (*Likelihood, error) {
	formula, scale, err := d.formula()
	if err != nil {
		return nil, err
	}
	l := &Likelihood{formula: formula, scale: scale}
	if l.logits, err = d.withoutSigmoid(); err != nil {
		return nil, err
	}
	if l.kernel, err = kernel.New(d.threads); err != nil {
		l.logits.Close()
		return nil, err
	}
	return l, nil
}

// LikelihoodError says that a decoder's file does not name its likelihood, or names an unknown
// one.
type LikelihoodError struct{ Name, Form string }

func (e *LikelihoodError) Error() string {
	return fmt.Sprintf("%s: its likelihood (%s) is %.40q, and only %s, %s and %s have log-likelihoods", e.Name, contract.KeyLikelihood, e.Form, contract.Bernoulli, contract.Gaussian, contract.Logistic)
}

// Nats returns -log p(x|z) in nats, summed over the pixels, of each pair of an image
// of x [n, C, H, W] and a latent point of z [n, L].
func (l *Likelihood) Nats(ctx context.Context, x, z []float32) ([]float64, error) {
	return l.nats(ctx, x, z, 0)
}

// nats is Nats for pairs number first and following.
func (l *Likelihood) nats(ctx context.Context, x, z []float32, first int) ([]float64, error) {
	logits, err := l.logits.decode(ctx, z, first)
	if err != nil {
		return nil, err
	}
	if len(x) != len(logits.Pixels) {
		return nil, fmt.Errorf("%s: %d pixels do not go with %d latent points; give pairs", l.logits.name, len(x), logits.Len())
	}
	nats := make([]float64, logits.Len())
	l.formula.Loss(l.kernel, nats, nil, logits.Pixels, x, l.scale, 1)
	for _, v := range nats {
		if !finite(v) {
			return nil, fmt.Errorf("%s: the log-likelihood of an image is not finite; the file is damaged, or it was given numbers far from all that it has learned", l.logits.name)
		}
	}
	return nats, nil
}

// Close releases what the likelihood holds, but not the decoder.
func (l *Likelihood) Close() error {
	l.kernel.Close()
	return l.logits.Close()
}

// withoutSigmoid returns a decoder whose images are the logits of those of d: the
// same graph with the last Sigmoid replaced by Identity.
func (d *Decoder) withoutSigmoid() (*Decoder, error) {
	m := *d.model
	graph := *m.Graph
	m.Graph = &graph
	i := lastSigmoid(&graph)
	if i < 0 {
		return nil, fmt.Errorf("%s: its image is not the output of a Sigmoid, and log-likelihoods need what goes into one", d.name)
	}
	identity := *graph.Nodes[i]
	identity.Op = "Identity"
	graph.Nodes = append([]*onnx.Node(nil), graph.Nodes...)
	graph.Nodes[i] = &identity
	program, err := d.engine.Load(&m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	logits := *d.session
	logits.model, logits.program, logits.unchecked = &m, program, true
	return &Decoder{&logits}, nil
}

// lastSigmoid returns the index of the Sigmoid node that makes the output, looking through nodes
// that only move values, or -1.
func lastSigmoid(g *onnx.Graph) int {
	name := g.Outputs[0].Name
	for i := len(g.Nodes) - 1; i >= 0; i-- { // nodes come after those they need
		n := g.Nodes[i]
		if len(n.Outputs) != 1 || n.Outputs[0] != name {
			continue
		}
		switch n.Op {
		case "Sigmoid":
			return i
		case "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity":
			name = n.Inputs[0]
		default:
			return -1
		}
	}
	return -1
}
