package models

import (
	"fmt"
	"math"

	"govae/images"
	"govae/internal/kernel"
	"govae/internal/likelihood"
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
// an encoder q(z|x) = N(mean(x), diag(exp(log_var(x)))) and a decoder p(x|z). Its
// methods may be called by many goroutines, each with a [Workspace] of its own, as
// long as nobody changes the parameters.
type VAE struct {
	// Config is what the VAE was built from, with all defaults filled in.
	Config Config
	// Theta holds all parameters, one after the other.
	Theta []float32

	net          network
	mean, logVar *Dense
	logSigma     *Param // nil unless sigma is learned
	params       []*Param
}

// encoderGain is that of He, Zhang, Ren and Sun 2015 (arXiv 1502.01852), which
// keeps the variance of ReLU layers, as the bound of a uniform distribution. In the
// encoder it spreads the images over the latent space from the first step on. The
// other parameters start at +-1/sqrt(fan in) (LeCun, Bottou, Orr and Mueller 1998,
// "Efficient BackProp", section 4.6), so that the decoder at first answers little to
// noise. docs/benchmarks.md compares this with other initialisations.
var encoderGain = math.Sqrt(6)

// New returns a VAE with parameters initialised from the seed.
func New(c Config, seed uint64) (*VAE, error) {
	m, err := build(c)
	if err != nil {
		return nil, err
	}
	for _, l := range m.net.encoder {
		l.Params()[0].gain = encoderGain
	}
	for i, p := range m.params {
		if p != m.logSigma {
			p.initialise(seed, i)
		}
	}
	if m.logSigma != nil {
		m.logSigma.Value[0] = float32(math.Log(m.Config.Sigma))
	}
	return m, nil
}

// build returns a VAE whose parameters are all zero.
func build(c Config) (*VAE, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &VAE{Config: c, net: architectures[c.Arch](c)}
	trunk := m.net.encoder[len(m.net.encoder)-1].Out()
	m.mean = NewDense("encoder/mean", trunk, images.Vector(c.Latent), Identity)
	m.logVar = NewDense("encoder/log_var", trunk, images.Vector(c.Latent), Identity)
	for _, layers := range [][]Layer{m.net.encoder, {m.mean, m.logVar}, m.net.decoder} {
		for _, l := range layers {
			m.params = append(m.params, l.Params()...)
		}
	}
	if c.LearnSigma {
		m.logSigma = &Param{Name: "likelihood/log_sigma", Shape: []int{1}}
		m.params = append(m.params, m.logSigma)
	}
	total := 0
	for _, p := range m.params {
		p.offset = total
		if total += p.Len(); total > maxParams {
			return nil, fmt.Errorf("the model would have more than %d parameters: use smaller images or layers", maxParams)
		}
	}
	m.Theta = make([]float32, total)
	for _, p := range m.params {
		p.Value = p.In(m.Theta)
	}
	return m, nil
}

// Params returns all parameters in the order of Theta.
func (m *VAE) Params() []*Param { return m.params }

// Sigma returns the present standard deviation of the Gaussian likelihood, 0 for
// another likelihood.
func (m *VAE) Sigma() float64 {
	if m.logSigma != nil {
		return math.Exp(max(float64(m.logSigma.Value[0]), MinLogSigma))
	}
	return m.Config.Sigma
}

// Likelihood returns p(x|z) with its present sigma.
func (m *VAE) Likelihood() likelihood.Likelihood {
	if m.Config.Likelihood == Gaussian {
		return likelihood.Gaussian{Sigma: m.Sigma()}
	}
	return likelihood.Bernoulli{}
}

// LogSigmaGradient writes the gradient of a learned log sigma, which is zero
// where the bound holds it, to its place in w.Grad. It does nothing where sigma is
// not learned.
func (m *VAE) LogSigmaGradient(w *Workspace, d float64) {
	if m.logSigma == nil {
		return
	}
	if m.logSigma.Value[0] < MinLogSigma {
		d = 0
	}
	m.logSigma.In(w.Grad)[0] = float32(d)
}

// Workspace holds everything that a batch leaves behind on its way through a VAE,
// and the gradients on the way back. It is allocated once and used for every
// batch of at most its size.
type Workspace struct {
	Batch        int       // the largest N
	Mean, LogVar []float32 // (N, L), of q(z|x); LogVar is clipped
	Z            []float32 // (N, L), the decoder's input
	Logits       []float32 // (N, H, W, C), the decoder's output before the sigmoid

	DMean, DLogVar, DZ []float32 // (N, L), gradients
	DLogits            []float32 // (N, H, W, C)
	Grad               []float32 // of the parameters, laid out like [VAE.Theta]

	encoder, decoder *tape
	trunk            []float32 // the heads' input
	dTrunk, dHead    []float32
}

// NewWorkspace returns a workspace for batches of up to batch images.
func (m *VAE) NewWorkspace(batch int) *Workspace {
	latent := func() []float32 { return make([]float32, batch*m.Config.Latent) }
	trunk := batch * m.mean.in.Len()
	w := &Workspace{
		Batch: batch,
		Mean:  latent(), LogVar: latent(), Z: latent(), DMean: latent(), DLogVar: latent(), DZ: latent(),
		DLogits: make([]float32, batch*m.Config.Image.Len()),
		Grad:    make([]float32, len(m.Theta)),
		encoder: newTape(m.net.encoder, batch), decoder: newTape(m.net.decoder, batch),
		dTrunk: make([]float32, trunk), dHead: make([]float32, trunk),
	}
	w.Logits = w.decoder.y[len(w.decoder.y)-1]
	return w
}

// Encode computes w.Mean and w.LogVar of n images x (N, H, W, C) in [0, 1].
func (m *VAE) Encode(k *kernel.Kernel, w *Workspace, n int, x []float32) {
	m.mustFit(w, "Encode", n, len(x), m.Config.Image.Len())
	w.trunk = w.encoder.forward(k, m.net.encoder, n, x[:n*m.Config.Image.Len()])
	mean, logVar := w.Mean[:n*m.Config.Latent], w.LogVar[:n*m.Config.Latent]
	m.mean.Forward(k, n, mean, w.trunk)
	m.logVar.Forward(k, n, logVar, w.trunk)
	for i, v := range logVar {
		logVar[i] = min(max(v, MinLogVar), MaxLogVar)
	}
}

// EncodeBackward computes the gradients of the encoder's parameters from w.DMean
// and w.DLogVar, which it may change, after [VAE.Encode] of the same x.
func (m *VAE) EncodeBackward(k *kernel.Kernel, w *Workspace, n int, x []float32) {
	l := n * m.Config.Latent
	logVar, dLogVar := w.LogVar[:l], w.DLogVar[:l]
	for i, v := range logVar {
		if v <= MinLogVar || v >= MaxLogVar {
			dLogVar[i] = 0
		}
	}
	dTrunk, dHead := w.dTrunk[:len(w.trunk)], w.dHead[:len(w.trunk)]
	m.mean.Backward(k, n, dTrunk, w.DMean[:l], w.Mean[:l], w.trunk, w.Grad)
	m.logVar.Backward(k, n, dHead, dLogVar, logVar, w.trunk, w.Grad)
	for i, v := range dHead {
		dTrunk[i] += v
	}
	w.encoder.backward(k, m.net.encoder, n, nil, dTrunk, x[:n*m.Config.Image.Len()], w.Grad)
}

// Decode computes w.Logits of the n latent points in w.Z.
func (m *VAE) Decode(k *kernel.Kernel, w *Workspace, n int) {
	m.mustFit(w, "Decode", n, len(w.Z), m.Config.Latent)
	w.decoder.forward(k, m.net.decoder, n, w.Z[:n*m.Config.Latent])
}

// DecodeBackward computes w.DZ and the gradients of the decoder's parameters from
// w.DLogits, which it may change, after [VAE.Decode].
func (m *VAE) DecodeBackward(k *kernel.Kernel, w *Workspace, n int) {
	l, d := n*m.Config.Latent, n*m.Config.Image.Len()
	w.decoder.backward(k, m.net.decoder, n, w.DZ[:l], w.DLogits[:d], w.Z[:l], w.Grad)
}

// Image computes the images (N, H, W, C) in [0, 1] of the logits in w.
func (m *VAE) Image(k *kernel.Kernel, w *Workspace, n int, image []float32) {
	m.mustFit(w, "Image", n, len(image), m.Config.Image.Len())
	d := n * m.Config.Image.Len()
	k.Sigmoid(image[:d], w.Logits[:d])
}

func (m *VAE) mustFit(w *Workspace, method string, n, got, each int) {
	if n > w.Batch || got < n*each {
		panic(fmt.Sprintf("models: %s: %d images of %d values in a slice of %d and a workspace of %d", method, n, each, got, w.Batch))
	}
}

// EmitEncoder adds the encoder to a graph: image -> mean, log_var.
func (m *VAE) EmitEncoder(g *onnx.Builder, image onnx.Value) (mean, logVar onnx.Value) {
	x := emit(g, m.net.encoder, image)
	logVar = m.logVar.Emit(g, x)
	lo := g.Float32("encoder/log_var/min", nil, []float32{MinLogVar})
	hi := g.Float32("encoder/log_var/max", nil, []float32{MaxLogVar})
	return m.mean.Emit(g, x), g.Node("Clip", "encoder/log_var/clip", []onnx.Value{logVar, lo, hi})
}

// EmitDecoder adds the decoder to a graph: z -> image in [0, 1].
func (m *VAE) EmitDecoder(g *onnx.Builder, z onnx.Value) (image onnx.Value) {
	return g.Node("Sigmoid", "decoder/sigmoid", []onnx.Value{emit(g, m.net.decoder, z)})
}

// EmitAutoencoder adds the decoder behind the encoder to a graph: image ->
// reconstruction, the image of the posterior mean.
func (m *VAE) EmitAutoencoder(g *onnx.Builder, image onnx.Value) (reconstruction onnx.Value) {
	return m.EmitDecoder(g, m.mean.Emit(g, emit(g, m.net.encoder, image)))
}

// emit adds one layer after the other to a graph.
func emit(g *onnx.Builder, layers []Layer, x onnx.Value) onnx.Value {
	for _, l := range layers {
		x = l.Emit(g, x)
	}
	return x
}
