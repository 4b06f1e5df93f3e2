package export

import (
	"context"

	"govae/contract"
	"govae/latent"
	"govae/models"
	"govae/onnx"
)

// Options say how a graph is written. The zero value is the default.
type Options struct {
	Opset     int64            // version of the ONNX operators; 0 means 17
	Precision models.Precision // of the weights in the file; "" means float32

	// Prior is the mixture that a [Sampler] draws from; nil means the model's own ([models.VAE].Prior).
	// It must have been fitted to codes of the model, else it is a [*latent.SpaceError].
	Prior *latent.Mixture
}

// Decoder returns the decoder of m as an ONNX model.
func Decoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, decoder, o) }

// Encoder returns the encoder of m as an ONNX model.
func Encoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, encoder, o) }

// Sampler returns the decoder of m with a prior inside, that of the options or else of m, as an ONNX
// model. Its input z is N(0, I) as for the decoder, and it decodes points of the prior, so that
// programs that know nothing of priors get better samples. Its latent space is not the encoder's, and
// it has another model id. Without a prior the error is a [*NoPriorError].
func Sampler(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, sampler, o) }

// Autoencoder returns encoder and decoder of m as one ONNX model, which decodes
// the posterior's mean.
func Autoencoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, autoencoder, o) }

// Scorer returns an ONNX model that computes the log weights of images and noise: the exact terms
// of the ELBO and of importance-weighted likelihoods.
func Scorer(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, scorer, o) }

// Classifier returns the classifier of m, which must have one, as an ONNX model.
func Classifier(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, classifier, o) }

// graph is one of the graphs that a VAE can be exported as.
type graph struct {
	role contract.Role
	doc  string
	// sampler says that z is noise, which the prior maps to the latent point.
	sampler bool
	prior   *prior
	// emit adds the nodes between the inputs and the outputs of the signature.
	emit func(g *onnx.Builder, m *models.VAE, inputs []onnx.Value) (outputs []onnx.Value)
	// forward computes the outputs as the trainer does.
	forward func(p *pass, inputs [][]float32) (outputs [][]float32)
}

var decoder = graph{
	role: contract.Decoder, doc: "Decoder of a variational autoencoder: latent points to images in [0, 1].",
	emit: func(g *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
		return []onnx.Value{m.EmitDecoder(g, in[0], in[1:]...)}
	},
	forward: func(p *pass, in [][]float32) [][]float32 {
		return [][]float32{p.decode(in[0], in[1:]...)}
	},
}

// sampler stands for the graph that samplerOf makes of a prior.
var sampler = graph{role: contract.Decoder, sampler: true}

// samplerOf is the decoder with a prior in front.
func samplerOf(p *prior) graph {
	return graph{
		role: contract.Decoder, sampler: true, prior: p,
		doc: "Decoder of a variational autoencoder with a mixture as its prior: standard normal noise to images in [0, 1].",
		emit: func(b *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
			return []onnx.Value{m.EmitDecoder(b, p.emit(b, in[0], in[1:]...), in[1:]...)}
		},
		forward: func(pass *pass, in [][]float32) [][]float32 {
			return [][]float32{pass.decode(p.points(in[0], in[1:]...), in[1:]...)}
		},
	}
}

var encoder = graph{
	role: contract.Encoder, doc: "Encoder of a variational autoencoder: images in [0, 1] to mean and log variance of the posterior.",
	emit: func(g *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
		mean, logVar := m.EmitEncoder(g, in[0], in[1:]...)
		return []onnx.Value{mean, logVar}
	},
	forward: func(p *pass, in [][]float32) [][]float32 {
		mean, logVar := p.encode(in[0], in[1:]...)
		return [][]float32{mean, logVar}
	},
}

var autoencoder = graph{
	role: contract.Autoencoder, doc: "Variational autoencoder: images in [0, 1] to those that it makes of the means of their posteriors.",
	emit: func(g *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
		return []onnx.Value{m.EmitAutoencoder(g, in[0], in[1:]...)}
	},
	forward: func(p *pass, in [][]float32) [][]float32 {
		mean, _ := p.encode(in[0], in[1:]...)
		return [][]float32{p.decode(mean, in[1:]...)}
	},
}

var scorer = graph{
	role: contract.Scorer, doc: "Variational autoencoder: images in [0, 1] and standard normal noise to log p(x,z) - log q(z|x), in nats.",
	emit: func(g *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
		return []onnx.Value{m.EmitLogWeight(g, in[0], in[1], in[2:]...)}
	},
	forward: func(p *pass, in [][]float32) [][]float32 {
		return [][]float32{p.logWeight(in[0], in[1], in[2:]...)}
	},
}

var classifier = graph{
	role: contract.Classifier, doc: "Classifier beside a variational autoencoder: images in [0, 1] to the probabilities of their classes.",
	emit: func(g *onnx.Builder, m *models.VAE, in []onnx.Value) []onnx.Value {
		return []onnx.Value{m.Classifier.Emit(g, in[0])}
	},
	forward: func(p *pass, in [][]float32) [][]float32 {
		return [][]float32{p.classify(in[0])}
	},
}

// signature returns the inputs and outputs of the graph of m.
func (g graph) signature(m *models.VAE) contract.Signature {
	return g.role.Signature(contract.Sizes{Latent: m.Config.Latent, Image: m.Config.Image, Classes: m.Config.Classes()})
}

// build returns the graph of m as a checked model without metadata.
func (g graph) build(m *models.VAE, opset int64) (*onnx.Model, error) {
	b := onnx.NewBuilder(g.role.String())
	s := g.signature(m)
	var inputs []onnx.Value
	for _, t := range s.Inputs {
		inputs = append(inputs, b.Input(t.Name, t.Type, t.Shape...))
	}
	for i, v := range g.emit(b, m, inputs) {
		b.Output(s.Outputs[i].Name, v, s.Outputs[i].Shape...)
	}
	return b.Model(onnx.ModelOptions{Opset: opset, ProducerName: "govae", ProducerVersion: version(), Doc: g.doc})
}

// one exports one graph without writing or running it.
func one(m *models.VAE, g graph, o Options) (*onnx.Model, error) {
	e, err := newExporter(m, o)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if g, err = e.chosen(g); err != nil {
		return nil, err
	}
	model, _, err := e.model(context.Background(), g)
	return model, err
}
