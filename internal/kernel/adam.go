package kernel

import "math"

// Adam takes one step of Kingma & Ba 2015 (arXiv 1412.6980, algorithm 1): it
// updates the moments m and v by the gradient g and the parameters theta by the
// bias-corrected moments. In the same pass it moves the average towards theta, by
// share of the difference. step counts from 1.
func (k *Kernel) Adam(theta, average, m, v, g []float32, lr, beta1, beta2, eps, share float32, step int) {
	checkLen("Adam", "average", len(average), len(theta))
	checkLen("Adam", "m", len(m), len(theta))
	checkLen("Adam", "v", len(v), len(theta))
	checkLen("Adam", "g", len(g), len(theta))
	correct1 := 1 - math.Pow(float64(beta1), float64(step))
	correct2 := 1 - math.Pow(float64(beta2), float64(step))
	launch(k, &k.adam, ceilDiv(len(theta), adamBlock), adamTask{k.isa, theta, average, m, v, g, adamRates{
		beta1: beta1, rest1: 1 - beta1, beta2: beta2, rest2: 1 - beta2,
		rate:  float32(float64(lr) / correct1),
		root:  float32(1 / math.Sqrt(correct2)),
		eps:   eps,
		share: share,
	}})
}

const adamBlock = 1 << 14 // a multiple of every vector's length

// adamRates are the constants of a step, in the order that the assembly reads:
// m = beta1*m + rest1*g, v = beta2*v + rest2*g*g, theta -= rate*m / (root*sqrt(v) + eps),
// average += share*(theta - average).
type adamRates struct{ beta1, rest1, beta2, rest2, rate, root, eps, share float32 }

type adamTask struct {
	set                     *isa
	theta, average, m, v, g []float32
	rates                   adamRates
}

func (t *adamTask) Do(i int) {
	first, last := i*adamBlock, min((i+1)*adamBlock, len(t.theta))
	theta, average := t.theta[first:last], t.average[first:last]
	m, v, g := t.m[first:last], t.v[first:last], t.g[first:last]
	if t.set.adam != nil && len(g) >= t.set.lanes {
		vectors := len(g) / t.set.lanes
		t.set.adam(&theta[0], &average[0], &m[0], &v[0], &g[0], vectors, &t.rates.beta1)
		whole := vectors * t.set.lanes
		theta, average, m, v, g = theta[whole:], average[whole:], m[whole:], v[whole:], g[whole:]
	}
	adam(theta, average, m, v, g, &t.rates)
}

func adam(theta, average, m, v, g []float32, r *adamRates) {
	for i, gi := range g {
		mi := r.beta1*m[i] + r.rest1*gi
		vi := r.beta2*v[i] + r.rest2*(gi*gi)
		m[i], v[i] = mi, vi
		theta[i] -= r.rate * mi / (r.root*float32(math.Sqrt(float64(vi))) + r.eps)
		average[i] += r.share * (theta[i] - average[i])
	}
}
