package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"govae/internal/kernel"
	"govae/internal/nn"
)

// The optimisers of [Options.Optimizer].
const (
	Adam = "adam" // Kingma and Ba 2015, arXiv 1412.6980
	Muon = "muon" // for weights that are matrices (muon.go), Adam for the other parameters
)

// Optimizers are the optimisers, as [Options.Optimizer] takes them.
func Optimizers() []string { return []string{Adam, Muon} }

// The constants that Kingma and Ba recommend (algorithm 1).
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// averaging is eta of the polynomial-decay average of the weights (Shamir and Zhang
// 2013, arXiv 1212.1824, section 4): the larger, the more the latest steps count. 16
// is about the mean of the last seventeenth of the steps so far. docs/benchmarks.md
// says what it gains.
const averaging = 16

// optimiser takes the steps of training, and averages the parameters over them. Its vectors
// are laid out like the parameters.
type optimiser struct {
	rate  Schedule // the learning rate
	decay Schedule // of the weights, as a part of the learning rate (Loshchilov and Hutter 2019, arXiv 1711.05101)
	muon  *muon    // nil for Adam
	clip  float64  // the largest norm of a gradient; 0 for any

	m, v, average []float32 // moments of the gradient; v is 0 where Muon is at work

	weights []matrix    // what decays
	others  []*nn.Param // what Muon leaves to Adam
}

// newOptimiser returns the optimiser of parameters that have size values together.
func newOptimiser(params []*nn.Param, size int, o Options) *optimiser {
	a := &optimiser{
		rate: o.LR, decay: o.WeightDecay, clip: o.Clip,
		m: make([]float32, size), v: make([]float32, size), average: make([]float32, size),
	}
	for _, p := range params {
		if rows, columns := p.Matrix(); rows > 0 {
			a.weights = append(a.weights, matrix{p, rows, columns})
		} else {
			a.others = append(a.others, p)
		}
	}
	if o.Optimizer == Muon {
		a.muon = newMuon(a.weights)
	}
	return a
}

// matrix is a parameter that is a matrix of inputs by outputs.
type matrix struct {
	*nn.Param
	rows, columns int
}

// step updates theta by its gradient, and the average by theta; t counts the steps
// from 1. The learning rate is halved as often as halvings says. The gradient is lost.
func (a *optimiser) step(k *kernel.Kernel, theta, grad []float32, t, halvings int) {
	a.limit(k, grad)
	rate := a.at(t, halvings)
	keep := float32(1 - rate*a.decay.At(t)) // of a weight
	share := float32((averaging + 1) / (float64(t) + averaging))
	adam := func(theta, average, m, v, grad []float32) {
		k.Adam(theta, average, m, v, grad, float32(rate), beta1, beta2, epsilon, share, t)
	}
	if a.muon == nil {
		if keep != 1 {
			for _, w := range a.weights {
				k.Scale(w.In(theta), keep)
			}
		}
		adam(theta, a.average, a.m, a.v, grad)
		return
	}
	for _, p := range a.others {
		adam(p.In(theta), p.In(a.average), p.In(a.m), p.In(a.v), p.In(grad))
	}
	a.muon.step(k, theta, a.average, a.m, grad, rate, keep, share)
}

// limit makes a gradient that is longer than clip as long as that (Pascanu, Mikolov and
// Bengio 2013, arXiv 1211.5063, algorithm 1).
func (a *optimiser) limit(k *kernel.Kernel, grad []float32) {
	if a.clip == 0 {
		return
	}
	if norm := math.Sqrt(k.SumOfSquares(grad)); norm > a.clip {
		k.Scale(grad, float32(a.clip/norm))
	}
}

// at returns the learning rate of step t.
func (a *optimiser) at(t, halvings int) float64 { return math.Ldexp(a.rate.At(t), -halvings) }

// finite reports whether the moments of the gradients are finite.
func (a *optimiser) finite() bool { return allFinite(a.v) && allFinite(a.m) }

// tensors are the optimiser's vectors by the prefix of their names in a checkpoint.
func (a *optimiser) tensors() []prefixed {
	return []prefixed{{"average/", a.average}, {"adam/m/", a.m}, {"adam/v/", a.v}}
}

// withOptimiser fills in the optimiser's settings, by default those that are given, which suit the network,
// and checks them. Muon's rate suits all networks, as the size of its steps does not depend on the
// gradient's.
func (o Options) withOptimiser(rate float64, optimizer string) (Options, error) {
	o.Optimizer = cmp.Or(o.Optimizer, optimizer, Adam)
	switch o.Optimizer {
	case Adam:
	case Muon:
		rate = muonRate
	default:
		return o, fmt.Errorf("unknown optimizer %q: choose one of %q", o.Optimizer, Optimizers())
	}
	if c, ok := o.LR.(Course); o.LR == nil || ok && c.Kind == "" {
		if o.Optimizer == Adam && (c.Floor != 0 || c.Steps != 0) {
			return o, errors.New("a learning rate with a floor or a number of steps: give the kind of course that falls there")
		}
		c.Kind = InverseSqrt
		o.LR = c
		if o.Optimizer == Adam {
			o.LR = Warmup{To: c.Peak, Steps: c.Warmup.Steps, Epochs: c.Warmup.Epochs}
		}
	}
	o.LR = o.LR.forRun(runLength{value: rate})
	switch {
	case o.LR.validate() != nil:
		return o, fmt.Errorf("a learning rate of %w", o.LR.validate())
	case !(o.LR.At(1) > 0):
		return o, fmt.Errorf("a learning rate of %g: it must be a positive number", o.LR.At(1))
	case o.WeightDecay != nil && o.WeightDecay.validate() != nil:
		return o, fmt.Errorf("a weight decay of %w", o.WeightDecay.validate())
	case o.WeightDecay != nil && !(o.LR.peak()*o.WeightDecay.peak() < 1):
		return o, fmt.Errorf("a weight decay of %g: times the learning rate, %g, it must be below 1, or no weight stays", o.WeightDecay.peak(), o.LR.peak())
	}
	return o, nil
}

// decay returns the default weight decay for a learning rate and epochs of so many steps. With
// Muon a weight is about the sum of its latest steps, over as many as shrink it by e. That is four
// epochs (a number of epochs suits data sets of all sizes: Wang and Aitchison 2024, arXiv
// 2405.13698), but no less than 150 steps. docs/photos.md says what it gains.
func decay(optimizer string, rate float64, steps int) Schedule {
	if optimizer == Adam {
		return Constant(0)
	}
	return Constant(1 / (rate * float64(max(4*steps, 150))))
}
