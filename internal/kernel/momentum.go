package kernel

// Momentum moves m towards the gradient g, m = mu*m + (1-mu)*g, and g towards the new m
// alike: Nesterov's look ahead.
func (k *Kernel) Momentum(m, g []float32, mu float32) {
	checkLen("Momentum", "m", len(m), len(g))
	launch(k, &k.momentum, ceilDiv(len(g), adamBlock), momentumTask{m, g, mu})
}

type momentumTask struct {
	m, g []float32
	mu   float32
}

func (t *momentumTask) Do(i int) {
	first, last := i*adamBlock, min((i+1)*adamBlock, len(t.g))
	m, g, mu := t.m[first:last], t.g[first:last], t.mu
	for i, x := range m {
		x += (1 - mu) * (g[i] - x)
		m[i] = x
		g[i] += mu * (x - g[i])
	}
}

// Average moves the average towards x by share of the difference.
func (k *Kernel) Average(average, x []float32, share float32) {
	checkLen("Average", "average", len(average), len(x))
	launch(k, &k.average, ceilDiv(len(x), adamBlock), averageTask{average, x, share})
}

type averageTask struct {
	average, x []float32
	share      float32
}

func (t *averageTask) Do(i int) {
	first, last := i*adamBlock, min((i+1)*adamBlock, len(t.x))
	average, x := t.average[first:last], t.x[first:last]
	for i, v := range average {
		average[i] = v + t.share*(x[i]-v)
	}
}

// Scale multiplies x by a factor.
func (k *Kernel) Scale(x []float32, factor float32) {
	launch(k, &k.scale, ceilDiv(len(x), adamBlock), scaleTask{x, factor})
}

type scaleTask struct {
	x      []float32
	factor float32
}

func (t *scaleTask) Do(i int) {
	x := t.x[i*adamBlock : min((i+1)*adamBlock, len(t.x))]
	for i := range x {
		x[i] *= t.factor
	}
}
