package nn

import (
	"math"

	"govae/onnx"
)

// BatchNorm gives each channel mean 0 and variance 1 over the pixels of a batch, then a
// scale and a shift (Ioffe and Szegedy 2015, arXiv 1502.03167). In evaluation it takes the
// running averages of training for the mean and the variance.
type BatchNorm struct {
	base
	weight, bias   *Param // [C]
	mean, variance *Param // [C], running averages
}

const (
	batchNormEpsilon  = 1e-5 // added to the variances, as in PyTorch
	batchNormMomentum = 0.1  // share of a batch in the running averages, as in PyTorch
)

// NewBatchNorm returns the normalisation of feature maps or vectors of shape in.
func NewBatchNorm(name string, in Shape) *BatchNorm {
	param := func(what string, start float32) *Param {
		return &Param{Name: name + "/" + what, Shape: []int{in.C}, start: start}
	}
	l := &BatchNorm{weight: param("weight", 1), bias: param("bias", 0), mean: param("running_mean", 0), variance: param("running_var", 1)}
	l.base = base{name: name, in: []Shape{in}, out: in, params: []*Param{l.weight, l.bias}, buffers: []*Param{l.mean, l.variance}}
	return l
}

// Scratch has room for the statistics of the batch, however few images it has.
func (l *BatchNorm) Scratch() int { return 2 * l.out.C }

// stats are the means and the inverses of the standard deviations that a pass uses.
func (l *BatchNorm) stats(c *Call) (mean, inverse []float32) {
	return c.Scratch[:l.out.C], c.Scratch[l.out.C : 2*l.out.C]
}

func (l *BatchNorm) Forward(c *Call) {
	if c.N == 0 {
		return
	}
	mean, inverse := l.stats(c)
	if c.Train {
		c.Kernel.ColumnStats(mean, inverse, c.X[0], batchNormEpsilon)
		n := float64(len(c.X[0]) / l.out.C)
		for j := range mean {
			r := float64(inverse[j])
			variance := (1/(r*r) - batchNormEpsilon) * n / max(n-1, 1) // without bias
			l.mean.Value[j] += batchNormMomentum * (mean[j] - l.mean.Value[j])
			l.variance.Value[j] += batchNormMomentum * (float32(max(variance, 0)) - l.variance.Value[j])
		}
	} else {
		copy(mean, l.mean.Value)
		for j, v := range l.variance.Value {
			inverse[j] = float32(1 / math.Sqrt(float64(v)+batchNormEpsilon))
		}
	}
	c.Kernel.Normalise(c.Y, c.X[0], mean, inverse, l.weight.Value, l.bias.Value)
}

func (l *BatchNorm) Backward(c *Call) {
	if c.N == 0 {
		clear(l.weight.In(c.Grad))
		clear(l.bias.In(c.Grad))
		return
	}
	mean, inverse := l.stats(c)
	c.Kernel.NormaliseGradient(c.DX[0], l.weight.In(c.Grad), l.bias.In(c.Grad), c.X[0], c.DY, mean, inverse, l.weight.Value, !c.Train)
}

func (l *BatchNorm) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	return g.Node("BatchNormalization", l.name, []onnx.Value{x[0], l.weight.emit(g), l.bias.emit(g), l.mean.emit(g), l.variance.emit(g)},
		onnx.Float("epsilon", batchNormEpsilon))
}
