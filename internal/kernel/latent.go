package kernel

import "math"

// Sample draws z = mean + exp(logVar/2)*eps and returns the KL divergence of the
// normal distributions of these means and variances from N(0, 1), in nats, summed
// over all elements: ((exp(logVar)-1) - logVar + mean^2)/2 each (Kingma and Welling
// 2014, arXiv 1312.6114, eq. 10 and appendix B). logVar is between -700 and 700.
//
// z is right to 1 ulp of the larger of its two terms. The divergences are computed and
// added in float64, each right to 4 ulp of float64 of the largest of its three terms,
// in an order that the length alone determines.
func (k *Kernel) Sample(z, mean, logVar, eps []float32) (kl float64) {
	n := len(z)
	checkLen("Sample", "mean", len(mean), n)
	checkLen("Sample", "logVar", len(logVar), n)
	checkLen("Sample", "eps", len(eps), n)
	whole := 0
	if k.isa != nil {
		half := k.isa.lanes / 2
		if whole = n / half * half; whole > 0 {
			kl = k.isa.sample(&z[0], &mean[0], &logVar[0], &eps[0], whole/half) / 2
		}
	}
	for i := whole; i < n; i++ {
		mu, lv := float64(mean[i]), float64(logVar[i])
		z[i] = float32(mu + math.Exp(lv/2)*float64(eps[i]))
		kl += (math.Expm1(lv) - lv + mu*mu) / 2
	}
	return kl
}

// SampleGradient computes the gradients of mean and logVar from dz, that of what was
// made of [Kernel.Sample]'s z, and from scale, that of its divergence:
//
//	dmean   = dz + scale*mean
//	dlogVar = dz*exp(logVar/2)*eps/2 + scale*(exp(logVar)-1)/2
//
// Both are right to 1 ulp of the larger of their two terms. The slices may be the
// same ones.
func (k *Kernel) SampleGradient(dmean, dlogVar, dz, mean, logVar, eps []float32, scale float64) {
	n := len(dz)
	checkLen("SampleGradient", "dmean", len(dmean), n)
	checkLen("SampleGradient", "dlogVar", len(dlogVar), n)
	checkLen("SampleGradient", "mean", len(mean), n)
	checkLen("SampleGradient", "logVar", len(logVar), n)
	checkLen("SampleGradient", "eps", len(eps), n)
	whole := 0
	if k.isa != nil {
		half := k.isa.lanes / 2
		if whole = n / half * half; whole > 0 {
			k.isa.sampleGradient(&dmean[0], &dlogVar[0], &dz[0], &mean[0], &logVar[0], &eps[0], whole/half, scale)
		}
	}
	for i := whole; i < n; i++ {
		mu, lv, g, e := float64(mean[i]), float64(logVar[i]), float64(dz[i]), float64(eps[i])
		dmean[i] = float32(g + scale*mu)
		dlogVar[i] = float32((g*math.Exp(lv/2)*e + scale*math.Expm1(lv)) / 2)
	}
}
