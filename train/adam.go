package train

import "govae/internal/kernel"

// The constants that Kingma and Ba recommend (2015, arXiv 1412.6980, algorithm 1).
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// adam holds the moments of Adam, laid out like the parameters.
type adam struct {
	lr   float64
	m, v []float32
}

func newAdam(params int, lr float64) *adam {
	return &adam{lr: lr, m: make([]float32, params), v: make([]float32, params)}
}

// step updates theta by its gradient; t counts the steps from 1.
func (a *adam) step(k *kernel.Kernel, theta, grad []float32, t int) {
	k.Adam(theta, a.m, a.v, grad, float32(a.lr), beta1, beta2, epsilon, t)
}
