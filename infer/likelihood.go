package infer

import (
	"context"
	"fmt"

	"govae/contract"
	"govae/internal/kernel"
	"govae/internal/likelihood"
	"govae/onnx"
)

// Likelihood is p(x|z) of a decoder, in the form that its file tells. Many goroutines may use it at once; Close it when none does.
type Likelihood struct {
	logits  *Session
	formula likelihood.Likelihood
	kernel  *kernel.Kernel
}

// Likelihood returns the likelihood of a decoder. Its file must tell the form, as
// those of vae-export do, and its image must be a sigmoid.
func (s *Session) Likelihood() (*Likelihood, error) {
	if err := s.want(Decoder); err != nil {
		return nil, err
	}
	l := &Likelihood{}
	switch form := s.Metadata.Likelihood; form {
	case contract.Bernoulli:
		l.formula = likelihood.Bernoulli{}
	case contract.Gaussian:
		if err := s.Metadata.Err(contract.KeySigma); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		l.formula = likelihood.Gaussian{Sigma: s.Metadata.Sigma}
	default:
		return nil, fmt.Errorf("%s: its likelihood (%s) is %.40q, and only %s and %s have log-likelihoods; export the model with vae-export", s.name, contract.KeyLikelihood, form, contract.Bernoulli, contract.Gaussian)
	}
	var err error
	if l.logits, err = s.withoutSigmoid(); err != nil {
		return nil, err
	}
	if l.kernel, err = kernel.New(s.threads); err != nil {
		l.logits.Close()
		return nil, err
	}
	return l, nil
}

// Nats returns -log p(x|z) in nats, summed over the pixels, of each pair of an image
// of x [n, C, H, W] and a latent point of z [n, L].
func (l *Likelihood) Nats(ctx context.Context, x, z []float32) ([]float64, error) {
	if n, m := len(x)/(l.logits.C*l.logits.H*l.logits.W), len(z)/l.logits.Latent; n != m {
		panic(fmt.Sprintf("infer: Likelihood.Nats of %d images and %d latent points; want pairs", n, m))
	}
	logits, err := l.logits.Decode(ctx, z)
	if err != nil {
		return nil, err
	}
	nats := make([]float64, logits.Len())
	l.formula.Loss(l.kernel, nats, nil, logits.Pixels, x, 1)
	return nats, nil
}

// Close releases what the likelihood holds, but not the decoder.
func (l *Likelihood) Close() error {
	l.kernel.Close()
	return l.logits.Close()
}

// withoutSigmoid returns a decoder whose images are the logits of those of s: the
// same graph with the last Sigmoid replaced by Identity.
func (s *Session) withoutSigmoid() (*Session, error) {
	m := *s.Model
	graph := *m.Graph
	m.Graph = &graph
	i := lastSigmoid(&graph)
	if i < 0 {
		return nil, fmt.Errorf("%s: its image is not the output of a Sigmoid, and log-likelihoods need what goes into one", s.name)
	}
	identity := *graph.Nodes[i]
	identity.Op = "Identity"
	graph.Nodes = append([]*onnx.Node(nil), graph.Nodes...)
	graph.Nodes[i] = &identity
	program, err := s.engine.Load(&m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	logits := *s
	logits.Model, logits.program = &m, program
	return &logits, nil
}

// lastSigmoid returns the place of the Sigmoid that makes the output, seen through
// nodes that only move values, or -1.
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
