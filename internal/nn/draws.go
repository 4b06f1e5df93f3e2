package nn

import "govae/internal/kernel"

// Draws has what an importance weighted objective needs to know of the draws of a group of latent
// variables z = mean + sd eps, each of which is a row of the batch: their density ratios, and
// how the loss depends on them.
type Draws struct {
	// Ratio is log p(z) - log q(z|x) of each row of the latest batch, in nats.
	Ratio []float64
	// Slope is minus the derivative of the loss by each of Ratio, which the caller sets
	// before a backward pass. The gradient that comes from z's readers has its factor
	// already.
	Slope []float64
	// Share, where it is not nil, asks for the doubly reparameterised gradient (Tucker et
	// al. 2019, arXiv 1810.04152) in place of the plain one: what reaches mean
	// and log_var through z is multiplied by it, the normalised importance weight, a second
	// time, and log q(z|x) depends on them through z alone.
	Share []float64
}

// measure sets the ratios of n rows, for which Ratio has room.
func (d *Draws) measure(n int, z, logVar, eps []float32) {
	dims := len(z) / n
	d.Ratio = d.Ratio[:n]
	for i := range d.Ratio {
		var twice float64
		for j := i * dims; j < (i+1)*dims; j++ {
			x, e := float64(z[j]), float64(eps[j])
			twice += e*e + float64(logVar[j]) - x*x
		}
		d.Ratio[i] = twice / 2
	}
}

// addGradient completes dz, the gradient by z, with that of the ratios; work has its size.
func (d *Draws) addGradient(k *kernel.Kernel, dz, work, z, logVar, eps []float32) {
	n := len(d.Ratio)
	dims := len(z) / n
	if d.Share != nil { // 1/sd
		for i, lv := range logVar {
			work[i] = -lv / 2
		}
		k.Exp(work, work)
	}
	for i := range n {
		slope, share := float32(d.Slope[i]), float32(1)
		if d.Share != nil {
			share = float32(d.Share[i])
		}
		for j := i * dims; j < (i+1)*dims; j++ {
			g := z[j] // of -log p(z)
			if d.Share != nil {
				g -= eps[j] * work[j] // and of log q(z|x) by z
			}
			dz[j] = share * (dz[j] + slope*g)
		}
	}
}

// addEntropy adds the derivative of log q(z|x) at the draw to the gradient by log_var, since
// log q = -(eps^2 + log_var)/2 + constant.
func (d *Draws) addEntropy(dlogVar []float32) {
	if d.Share != nil {
		return
	}
	dims := len(dlogVar) / len(d.Ratio)
	for i, slope := range d.Slope[:len(d.Ratio)] {
		for j := i * dims; j < (i+1)*dims; j++ {
			dlogVar[j] -= float32(slope / 2)
		}
	}
}
