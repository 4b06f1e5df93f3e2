package models

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"govae/images"
	"govae/internal/nn"
)

// architecture has the layers between image, noise and logits, and the settings that suit them.
type architecture struct {
	line     string // what it is, for lists
	build    func(m *VAE)
	latent   func(c Config) int // dimensions by default
	training Training
}

// flat returns a function that builds a network with one group of latent variables: encode maps an image
// to the features from which the posterior is computed, and decode latent variables to the logits of an
// image. encoderLabelGain is the gain of the weights by which a label is added to the features.
func flat(
	encode func(g *nn.Graph, c Config, image *nn.Value) (features *nn.Value),
	decode func(g *nn.Graph, c Config, z *nn.Value) (logits *nn.Value),
	encoderLabelGain float64,
) func(m *VAE) {
	return func(m *VAE) {
		g, c, z := &m.graph, m.Config, m.noise.Shape()
		features := m.addLabel(encode(g, c, m.image), encoderLabelGain)
		mean := m.centred(encoderCentre, g.Add(nn.NewDense("encoder/mean", features.Shape(), z, nn.Identity), features))
		logVar := g.Add(nn.NewDense("encoder/log_var", features.Shape(), z, nn.Identity), features)
		m.z = m.addGroup("latent", mean, logVar, m.noise)
		m.mean, m.logVar = m.groups[0].mean, m.groups[0].logVar
		m.vector = latentLayers{"encoder/mean", "encoder/log_var", "decoder/dense_0"}
		m.logits = decode(g, c, m.labelled(m.z))
		m.decoded, m.reconstructed = m.logits, g.Again(m.logits, map[*nn.Value]*nn.Value{m.z: m.mean})
	}
}

// Training has the settings with which an architecture trains well.
type Training struct {
	Batch     int     // images per step
	Rate      float64 // Adam's learning rate
	Optimizer string  // "adam" or "muon"
}

// architectures holds every architecture under its name. A new one with one group of latent
// variables is two functions and a row here.
var architectures = map[string]architecture{
	"conv": {
		"two convolutions and a dense layer: for handwriting and other small gray images",
		flat(convEncoder, convDecoder, 1), twoDimensions, Training{128, 1e-3, "adam"},
	},
	"mlp": {
		"dense layers",
		flat(mlpEncoder, mlpDecoder, 1), twoDimensions, Training{128, 1e-3, "adam"},
	},
	"residual": {
		"convolutions that halve the image down to about 4x4, with residual blocks: for photographs",
		flat(residualEncoder, residualDecoder, quiet), residualLatent, Training{32, 2e-3, "muon"},
	},
	"ladder": {
		"residual with groups of latent variables from coarse to fine: for sharper photographs",
		ladder, ladderLatent, Training{32, 2e-3, "muon"},
	},
}

func twoDimensions(Config) int { return 2 }

// Auto names the architecture that suits the images: "conv" for gray ones of up to 32x32
// pixels, "residual" for all others, and for small gray ones that are photographs, as
// [Config.ForImages] tells by an optimal sigma.
const Auto = "auto"

// AutoArch returns the architecture that [Auto] stands for with the images and the likelihood of c.
func AutoArch(c Config) string {
	if SmallGray(c.Image) && !c.OptimalSigma {
		return "conv"
	}
	return "residual"
}

// SmallGray reports whether images have a size like those of handwriting: gray ones of up to 32x32
// pixels.
func SmallGray(image Shape) bool { return image.C == 1 && max(image.H, image.W) <= 32 }

// Architectures returns the names of all architectures, sorted.
func Architectures() []string { return slices.Sorted(maps.Keys(architectures)) }

// ArchitectureLine describes the architecture of a name in a line.
func ArchitectureLine(name string) string { return architectures[name].line }

// Training returns the settings with which the network of c trains well.
func (c Config) Training() Training { return architectures[c.Arch].training }

// reluGain is that of He, Zhang, Ren and Sun 2015 (arXiv 1502.01852) as the bound of a
// uniform distribution: it keeps the scale of signals through layers with ReLU. 1 is the
// bound of LeCun, Bottou, Orr and Mueller 1998 ("Efficient BackProp", section 4.6).
var reluGain = math.Sqrt(6)

// withGain sets the gain of a layer's initial weights; that of its biases is 1, or less if gain is.
func withGain(l nn.Layer, gain float64) nn.Layer {
	for _, p := range l.Params() {
		p.Gain = min(gain, 1)
	}
	l.Params()[0].Gain = gain
	return l
}

// convEncoder is that of the reference network: two convolutions that halve the image
// each, and a dense layer; the decoder mirrors it. At 28x28x1:
//
//	28x28x1 -> 14x14x32 -> 7x7x64 -> 256 -> mean, log_var
//	z -> 7x7x64 -> 14x14x64 -> 28x28x32 -> 28x28x1
//
// reluGain in the encoder spreads the images over the latent space from the first step on;
// the decoder at first answers little to noise. docs/benchmarks.md compares this with other
// initialisations.
func convEncoder(g *nn.Graph, c Config, image *nn.Value) *nn.Value {
	x := g.Add(withGain(nn.NewConv2D("encoder/conv_0", image.Shape(), 32, 3, 2, nn.ReLU), reluGain), image)
	x = g.Add(withGain(nn.NewConv2D("encoder/conv_1", x.Shape(), 64, 3, 2, nn.ReLU), reluGain), x)
	return g.Add(withGain(nn.NewDense("encoder/dense_0", x.Shape(), images.Vector(256), nn.ReLU), reluGain), x)
}

func convDecoder(g *nn.Graph, c Config, z *nn.Value) *nn.Value {
	full := c.Image
	half := Shape{H: (full.H + 1) / 2, W: (full.W + 1) / 2, C: 64}
	quarter := Shape{H: (half.H + 1) / 2, W: (half.W + 1) / 2, C: 64}
	x := g.Add(nn.NewDense("decoder/dense_0", z.Shape(), quarter, nn.ReLU), z)
	x = g.Add(nn.NewConvTranspose2D("decoder/conv_transpose_0", 64, half, 3, 2, nn.ReLU), x)
	x = g.Add(nn.NewConvTranspose2D("decoder/conv_transpose_1", 64, Shape{H: full.H, W: full.W, C: 32}, 3, 2, nn.ReLU), x)
	return g.Add(nn.NewConvTranspose2D("decoder/conv_transpose_2", 32, full, 3, 1, nn.Identity), x)
}

// mlpEncoder and mlpDecoder have dense layers only: image - hidden - latent - hidden -
// image.
func mlpEncoder(g *nn.Graph, c Config, image *nn.Value) *nn.Value {
	x := image
	for i, width := range c.Hidden {
		x = g.Add(withGain(nn.NewDense(fmt.Sprintf("encoder/dense_%d", i), x.Shape(), images.Vector(width), activations[c.Activation]), reluGain), x)
	}
	return x
}

func mlpDecoder(g *nn.Graph, c Config, z *nn.Value) *nn.Value {
	x := z
	for i := range c.Hidden {
		width := c.Hidden[len(c.Hidden)-1-i]
		x = g.Add(nn.NewDense(fmt.Sprintf("decoder/dense_%d", i), x.Shape(), images.Vector(width), activations[c.Activation]), x)
	}
	return g.Add(nn.NewDense(fmt.Sprintf("decoder/dense_%d", len(c.Hidden)), x.Shape(), c.Image, nn.Identity), x)
}

// activations are the names used in flags and in config.json.
var activations = map[string]nn.Activation{"relu": nn.ReLU, "tanh": nn.Tanh}
