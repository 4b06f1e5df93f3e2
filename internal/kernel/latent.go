package kernel

import "math"

// Sample draws z = mean + exp(logVar/2)*eps for rows of len(kl) latent dimensions. It
// sets kl[j] to the KL divergence of the normal distributions of these means and
// variances from N(0, 1), in nats, summed over dimension j of all rows:
// ((exp(logVar)-1) - logVar + mean^2)/2 each (Kingma and Welling 2014, arXiv 1312.6114,
// eq. 10 and appendix B). logVar is between -700 and 700.
//
// z is right to 1 ulp of the larger of its two terms. The divergences are computed in
// float64, each right to 4 ulp of float64 of the largest of its three terms, and added
// as a tree (tree.go).
func (k *Kernel) Sample(z []float32, kl []float64, mean, logVar, eps []float32) {
	n := len(z)
	checkLen("Sample", "mean", len(mean), n)
	checkLen("Sample", "logVar", len(logVar), n)
	checkLen("Sample", "eps", len(eps), n)
	clear(kl)
	if n == 0 {
		return
	}
	checkRows("Sample", "kl", len(kl), n)
	buffer := k.doubles.borrow(n)
	twice := *buffer
	whole := 0
	if k.isa.sample != nil {
		half := k.isa.lanes / 2
		if whole = n / half * half; whole > 0 {
			k.isa.sample(&z[0], &twice[0], &mean[0], &logVar[0], &eps[0], whole/half)
		}
	}
	for i := whole; i < n; i++ {
		mu, lv := float64(mean[i]), float64(logVar[i])
		z[i] = float32(mu + math.Exp(lv/2)*float64(eps[i]))
		twice[i] = math.Expm1(lv) - lv + mu*mu
	}
	for j := range kl {
		kl[j] = k.Tree.Sum(n/len(kl), func(i int) float64 { return twice[i*len(kl)+j] / 2 })
	}
	k.doubles.giveBack(buffer)
}

// SampleGradient computes the gradients of mean and logVar from dz, that of what was
// made of [Kernel.Sample]'s z, and from scale, that of its divergences kl:
//
//	dmean   = dz + scale*mean
//	dlogVar = dz*exp(logVar/2)*eps/2 + scale*(exp(logVar)-1)/2
//
// Both are right to 1 ulp of the larger of their two terms. The slices may be the
// same ones.
func (k *Kernel) SampleGradient(dmean, dlogVar, dz, mean, logVar, eps []float32, scale []float64) {
	n := len(dz)
	checkLen("SampleGradient", "dmean", len(dmean), n)
	checkLen("SampleGradient", "dlogVar", len(dlogVar), n)
	checkLen("SampleGradient", "mean", len(mean), n)
	checkLen("SampleGradient", "logVar", len(logVar), n)
	checkLen("SampleGradient", "eps", len(eps), n)
	if n == 0 {
		return
	}
	checkRows("SampleGradient", "scale", len(scale), n)
	whole := 0
	if k.isa.sampleGradient != nil {
		half := k.isa.lanes / 2
		if whole = n / half * half; whole > 0 {
			scales := k.doubles.borrow(n)
			for row := *scales; len(row) > 0; row = row[len(scale):] {
				copy(row, scale)
			}
			k.isa.sampleGradient(&dmean[0], &dlogVar[0], &dz[0], &mean[0], &logVar[0], &eps[0], &(*scales)[0], whole/half)
			k.doubles.giveBack(scales)
		}
	}
	for i := whole; i < n; i++ {
		mu, lv, g, e, s := float64(mean[i]), float64(logVar[i]), float64(dz[i]), float64(eps[i]), scale[i%len(scale)]
		dmean[i] = float32(g + s*mu)
		dlogVar[i] = float32((g*math.Exp(lv/2)*e + s*math.Expm1(lv)) / 2)
	}
}
