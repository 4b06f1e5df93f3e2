package nn

import "govae/onnx"

// ScaledNoise takes standard normal noise u to a draw of N(mean, diag(exp(log_scale))^2):
// mean + exp(log_scale) u. It is how a prior that other values decide enters a network whose
// latent variables are that noise. Its inputs are mean, log_scale and u, of one shape.
type ScaledNoise struct{ base }

// NewScaledNoise returns the layer for feature maps or vectors of a shape.
func NewScaledNoise(name string, s Shape) *ScaledNoise {
	return &ScaledNoise{base{name: name, in: []Shape{s, s, s}, out: s}}
}

// Scratch is for the scales.
func (l *ScaledNoise) Scratch() int { return l.out.Len() }

func (l *ScaledNoise) Forward(c *Call) {
	mean, u := c.X[0], c.X[2]
	c.Kernel.Exp(c.Scratch, c.X[1])
	for i, scale := range c.Scratch {
		c.Y[i] = mean[i] + float32(scale*u[i])
	}
}

func (l *ScaledNoise) Backward(c *Call) {
	if dmean := c.DX[0]; dmean != nil {
		copy(dmean, c.DY)
	}
	dlog, du, u := c.DX[1], c.DX[2], c.X[2]
	for i, scale := range c.Scratch {
		d := c.DY[i] * scale
		if dlog != nil {
			dlog[i] = d * u[i]
		}
		if du != nil {
			du[i] = d
		}
	}
}

func (l *ScaledNoise) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	scale := g.Node("Exp", l.name+"/scale", []onnx.Value{x[1]})
	noise := g.Node("Mul", l.name+"/noise", []onnx.Value{scale, x[2]})
	return g.Node("Add", l.name, []onnx.Value{x[0], noise})
}
