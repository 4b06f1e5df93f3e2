package train

import (
	"math"

	"govae/internal/kernel"
)

// The constants that Kingma and Ba recommend (2015, arXiv 1412.6980, algorithm 1).
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

// optimiser is Adam, and the average of the parameters over its steps. Its vectors are
// laid out like the parameters.
type optimiser struct {
	rate          Schedule // the learning rate
	m, v, average []float32
}

func newOptimiser(params int, rate Schedule) *optimiser {
	return &optimiser{rate: rate, m: make([]float32, params), v: make([]float32, params), average: make([]float32, params)}
}

// step updates theta by its gradient, and the average by theta; t counts the steps
// from 1. The learning rate is halved as often as halvings says.
func (a *optimiser) step(k *kernel.Kernel, theta, grad []float32, t, halvings int) {
	share := (averaging + 1) / (float64(t) + averaging)
	k.Adam(theta, a.average, a.m, a.v, grad, float32(a.at(t, halvings)), beta1, beta2, epsilon, float32(share), t)
}

// at is the learning rate of step t.
func (a *optimiser) at(t, halvings int) float64 { return math.Ldexp(a.rate.At(t), -halvings) }

// tensors are the optimiser's vectors by the prefix of their names in a checkpoint.
func (a *optimiser) tensors() []prefixed {
	return []prefixed{{"average/", a.average}, {"adam/m/", a.m}, {"adam/v/", a.v}}
}
