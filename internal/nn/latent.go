package nn

import (
	"math"

	"govae/onnx"
)

// Latent draws a group of latent variables from q(z|x) = N(mean, diag(exp(log_var))):
// z = mean + exp(log_var / 2) eps, with standard normal noise eps as an input (Kingma and
// Welling 2014, arXiv 1312.6114, section 2.4). Its inputs are mean, log_var and eps, all
// vectors. It measures the divergence of q(z|x) from the prior N(0, I) on the way, whose
// gradient it adds on the way back.
type Latent struct{ base }

// NewLatent returns a group of that many dimensions.
func NewLatent(name string, dims int) *Latent {
	s := Shape{C: dims}
	return &Latent{base{name: name, in: []Shape{s, s, s}, out: s}}
}

// Divergence is KL(q(z|x) || p(z)) of a group of latent variables.
type Divergence struct {
	Name string
	// KL is the divergence by latent dimension, in nats, summed over the images of the
	// latest batch.
	KL []float64
	// Scale is the derivative of the loss by each of KL, which the caller sets before a
	// backward pass.
	Scale []float64
	// Draws is nil where the loss depends on KL; else it depends on the draws' density
	// ratios, and not on KL.
	Draws *Draws
}

func newDivergence(name string, dims int) *Divergence {
	return &Divergence{Name: name, KL: make([]float64, dims), Scale: make([]float64, dims)}
}

// divergent is a layer that measures a divergence.
type divergent interface {
	Dims() int // latent dimensions
}

// Dims returns the number of latent dimensions.
func (l *Latent) Dims() int { return l.out.C }

func (l *Latent) Forward(c *Call) {
	c.Kernel.Sample(c.Y, c.Divergence.KL, c.X[0], c.X[1], c.X[2])
	if d := c.Divergence.Draws; d != nil {
		d.measure(c.N, c.Y, c.X[1], c.X[2])
	}
}

func (l *Latent) Backward(c *Call) {
	if deps := c.DX[2]; deps != nil {
		for i, lv := range c.X[1] {
			deps[i] = c.DY[i] * float32(math.Exp(float64(lv)/2))
		}
	}
	to := [2][]float32{c.DX[0], c.DX[1]}
	for i, dx := range to {
		if dx == nil {
			to[i] = c.DY // what is not wanted may go there
		}
	}
	d := c.Divergence
	if d.Draws != nil {
		if c.DX[0] == nil || c.DX[1] == nil {
			panic("nn: Latent.Backward: the gradient of draws goes to mean and log_var, which do not want it")
		}
		d.Draws.addGradient(c.Kernel, c.DY, to[1], c.Y, c.X[1], c.X[2])
		clear(d.Scale)
	}
	c.Kernel.SampleGradient(to[0], to[1], c.DY, c.X[0], c.X[1], c.X[2], d.Scale)
	if d.Draws != nil {
		d.Draws.addEntropy(to[1])
	}
}

func (l *Latent) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	half := g.Float32(l.name+"/half", nil, []float32{0.5})
	halved := g.Node("Mul", l.name+"/log_std", []onnx.Value{x[1], half})
	std := g.Node("Exp", l.name+"/std", []onnx.Value{halved})
	noise := g.Node("Mul", l.name+"/noise", []onnx.Value{std, x[2]})
	return g.Node("Add", l.name, []onnx.Value{x[0], noise})
}
