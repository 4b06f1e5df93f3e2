package export

import (
	"context"

	"govae/models"
	"govae/onnx"
)

// The names of the graphs' inputs and outputs.
const (
	Z              = "z"
	Image          = "image"
	Mean           = "mean"
	LogVar         = "log_var"
	Reconstruction = "reconstruction"
)

// Options say how a graph is written. The zero value is the default.
type Options struct {
	Opset       int64               // version of the ONNX operators; 0 means 17
	Precision   models.Precision    // of the weights in the file; "" means float32
	LatentStats *models.LatentStats // stored in the metadata if not nil
}

// Decoder returns the decoder of m as an ONNX model.
func Decoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, decoder, o) }

// Encoder returns the encoder of m as an ONNX model.
func Encoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, encoder, o) }

// Autoencoder returns encoder and decoder of m as one ONNX model, which decodes
// the posterior's mean.
func Autoencoder(m *models.VAE, o Options) (*onnx.Model, error) { return one(m, autoencoder, o) }

// graph is one of the graphs that a VAE can be exported as.
type graph struct {
	name, doc string
	input     string // Z or Image
	outputs   []string
	// emit adds what lies between the input and the outputs.
	emit func(g *onnx.Builder, m *models.VAE, input onnx.Value) (outputs []onnx.Value)
	// forward computes the outputs of n rows by the trainer's own arithmetic.
	forward func(p *pass, n int, input []float32) (outputs [][]float32)
}

var decoder = graph{
	name: "decoder", doc: "Decoder of a variational autoencoder: latent points to images in [0, 1].",
	input: Z, outputs: []string{Image},
	emit: func(g *onnx.Builder, m *models.VAE, z onnx.Value) []onnx.Value {
		return []onnx.Value{m.EmitDecoder(g, z)}
	},
	forward: func(p *pass, n int, z []float32) [][]float32 {
		return [][]float32{p.decode(z)}
	},
}

var encoder = graph{
	name: "encoder", doc: "Encoder of a variational autoencoder: images in [0, 1] to mean and log variance of the posterior.",
	input: Image, outputs: []string{Mean, LogVar},
	emit: func(g *onnx.Builder, m *models.VAE, image onnx.Value) []onnx.Value {
		mean, logVar := m.EmitEncoder(g, image)
		return []onnx.Value{mean, logVar}
	},
	forward: func(p *pass, n int, image []float32) [][]float32 {
		mean, logVar := p.encode(image)
		return [][]float32{mean, logVar}
	},
}

var autoencoder = graph{
	name: "autoencoder", doc: "Variational autoencoder: images in [0, 1] to those that it makes of the means of their posteriors.",
	input: Image, outputs: []string{Reconstruction},
	emit: func(g *onnx.Builder, m *models.VAE, image onnx.Value) []onnx.Value {
		return []onnx.Value{m.EmitAutoencoder(g, image)}
	},
	forward: func(p *pass, n int, image []float32) [][]float32 {
		mean, _ := p.encode(image)
		return [][]float32{p.decode(mean)}
	},
}

// width returns the values of one row of the input.
func (g graph) width(c models.Config) int {
	if g.input == Z {
		return c.Latent
	}
	return c.Image.Len()
}

// shape returns the shape of an input or output of n rows.
func shape(name string, c models.Config, n int) []int64 {
	switch name {
	case Image, Reconstruction:
		return []int64{int64(n), int64(c.Image.C), int64(c.Image.H), int64(c.Image.W)}
	}
	return []int64{int64(n), int64(c.Latent)}
}

// dims is shape in the form that declares it in a graph, for any batch.
func dims(name string, c models.Config) []onnx.Dim {
	d := []onnx.Dim{onnx.Named("batch")}
	for _, size := range shape(name, c, 0)[1:] {
		d = append(d, onnx.Size(size))
	}
	return d
}

// build returns the graph of m as a checked model without metadata.
func (g graph) build(m *models.VAE, opset int64) (*onnx.Model, error) {
	b := onnx.NewBuilder(g.name)
	input := b.Input(g.input, onnx.Float32, dims(g.input, m.Config)...)
	for i, v := range g.emit(b, m, input) {
		b.Output(g.outputs[i], v, dims(g.outputs[i], m.Config)...)
	}
	return b.Model(onnx.ModelOptions{Opset: opset, ProducerName: "govae", ProducerVersion: version(), Doc: g.doc})
}

// one exports one graph without writing or running it.
func one(m *models.VAE, g graph, o Options) (*onnx.Model, error) {
	e, err := newExporter(m, o)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	model, _, err := e.model(context.Background(), g)
	return model, err
}
