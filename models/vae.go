package models

import (
	"govae/images"
	"govae/internal/nn"
	"govae/latent"
	"govae/onnx"
)

// The range that log_var is clipped to, in training and in the exported graph
// alike: exp(30/2) is far above any sensible scale, and a float32 exp overflows
// at 88.
const (
	MinLogVar = -30
	MaxLogVar = 20
)

// VAE is a variational autoencoder (Kingma and Welling 2014, arXiv 1312.6114):
// an encoder q(z|x) = N(mean(x), diag(exp(log_var(x)))) and a decoder p(x|z). It is used
// through a [Network], an [Evaluator] or its Emit methods, by many goroutines at once as
// long as nobody changes the parameters.
type VAE struct {
	// Config is what the VAE was built from, with all defaults filled in.
	Config Config
	// Theta holds all parameters, one after the other. State holds what training changes
	// without gradients, such as running statistics.
	Theta, State []float32
	// LatentStats are those of the present parameters over the images that they were
	// trained on, as a finished run leaves them; nil where they are not known. They are
	// exported with the model.
	LatentStats *LatentStats
	// Validation are the training images that the model was validated with, and did not learn from;
	// nil where there are none. The exported encoder names them too.
	Validation *images.Validation
	// Prior is the distribution of the codes of training images, in models that have one
	// ([contract.HasPrior]): one normal component, or one for each class of a conditional model, and
	// some of the codes, near which new images are drawn. A finished run leaves it; nil where it is not
	// known. It is exported as a sampler.
	Prior *latent.Mixture
	// Classifier tells the classes that the VAE is conditional on; nil where there is none.
	Classifier *Classifier

	graph    nn.Graph
	logScale *nn.Param // of the likelihood; nil if that has none or a constant one

	image, noise, label *nn.Value // inputs; the label is nil unless the model is conditional
	// The path of training: groups of latent variables, from coarse to fine, and the logits of their
	// draws.
	groups []group
	logits *nn.Value
	vector latentLayers
	// The encoder's path: the posterior of each group with those above at their means, and the logits
	// of the means.
	mean, logVar, reconstructed *nn.Value
	// The decoder's path: from a latent point to the logits of its image.
	z, decoded *nn.Value
}

// group is a group of latent variables in training.
type group struct{ mean, logVar, latent *nn.Value }

// addGroup adds a group with this posterior.
func (m *VAE) addGroup(name string, mean, logVar, noise *nn.Value) (latent *nn.Value) {
	s := noise.Shape()
	logVar = m.graph.Add(nn.NewClip(logVar.Name(), s, MinLogVar, MaxLogVar), logVar)
	latent = m.graph.Add(nn.NewLatent(name, s.C), mean, logVar, noise)
	m.groups = append(m.groups, group{mean, logVar, latent})
	return latent
}

// New returns a VAE with parameters initialised from the seed.
func New(c Config, seed uint64) (*VAE, error) {
	m, err := build(c)
	if err != nil {
		return nil, err
	}
	for i, p := range m.Params() {
		p.Initialise(seed, i)
	}
	for i, p := range m.graph.Buffers() {
		p.Initialise(seed, i)
	}
	m.initialiseScale()
	return m, nil
}

// build returns a VAE whose parameters are all zero.
func build(c Config) (*VAE, error) {
	m, err := design(c)
	if err != nil {
		return nil, err
	}
	m.Theta, m.State, err = m.graph.Bind(maxParams)
	return m, err
}

// design returns a VAE whose parameters have no memory yet.
func design(c Config) (*VAE, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &VAE{Config: c}
	m.image, m.noise = m.graph.Input("image", c.Image), m.graph.Input("noise", images.Vector(c.Latent))
	architectures[c.Arch].build(m)
	m.addScale()
	if n := m.graph.Size(); n > maxParams {
		return nil, &TooLargeError{c, n}
	}
	return m, nil
}

// Params returns all parameters in the order of Theta.
func (m *VAE) Params() []*nn.Param { return m.graph.Params() }

// EmitEncoder adds the encoder to a graph: image, and the label of a conditional model, ->
// mean, log_var.
func (m *VAE) EmitEncoder(g *onnx.Builder, image onnx.Value, label ...onnx.Value) (mean, logVar onnx.Value) {
	out := m.graph.Emit(g, m.inputs(m.image), append([]onnx.Value{image}, label...), m.mean, m.logVar)
	return out[0], out[1]
}

// EmitDecoder adds the decoder to a graph: z, and the label of a conditional model, ->
// image in [0, 1].
func (m *VAE) EmitDecoder(g *onnx.Builder, z onnx.Value, label ...onnx.Value) (image onnx.Value) {
	return g.Node("Sigmoid", "decoder/sigmoid", m.graph.Emit(g, m.inputs(m.z), append([]onnx.Value{z}, label...), m.decoded))
}

// EmitAutoencoder adds the decoder behind the encoder to a graph: image, and the label of
// a conditional model, -> reconstruction, the image of the posterior mean.
func (m *VAE) EmitAutoencoder(g *onnx.Builder, image onnx.Value, label ...onnx.Value) (reconstruction onnx.Value) {
	return g.Node("Sigmoid", "decoder/sigmoid", m.graph.Emit(g, m.inputs(m.image), append([]onnx.Value{image}, label...), m.reconstructed))
}
