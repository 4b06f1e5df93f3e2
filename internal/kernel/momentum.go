package kernel

// Momentum moves m towards the gradient g, m = mu*m + (1-mu)*g, and g towards the new m
// alike: Nesterov's look ahead.
func (k *Kernel) Momentum(m, g []float32, mu float32) {
	checkLen("Momentum", "m", len(m), len(g))
	launch(k, &k.momentum, ceilDiv(len(g), adamBlock), momentumTask{k.isa, m, g, mu})
}

type momentumTask struct {
	set  *isa
	m, g []float32
	mu   float32
}

func (t *momentumTask) Do(i int) {
	first, last := i*adamBlock, min((i+1)*adamBlock, len(t.g))
	m, g := t.m[first:last], t.g[first:last]
	t.set.moveToward(m, g, 1-t.mu)
	t.set.moveToward(g, m, t.mu)
}

// Average moves the average towards x by share of the difference.
func (k *Kernel) Average(average, x []float32, share float32) {
	checkLen("Average", "average", len(average), len(x))
	launch(k, &k.average, ceilDiv(len(x), adamBlock), averageTask{k.isa, average, x, share})
}

type averageTask struct {
	set        *isa
	average, x []float32
	share      float32
}

func (t *averageTask) Do(i int) {
	first, last := i*adamBlock, min((i+1)*adamBlock, len(t.x))
	t.set.moveToward(t.average[first:last], t.x[first:last], t.share)
}

// moveToward moves x towards others, as many, by a share of the difference.
func (set *isa) moveToward(x, to []float32, share float32) {
	if set.toward != nil && len(x) >= set.lanes {
		vectors := len(x) / set.lanes
		set.toward(&x[0], &to[0], vectors, share)
		x, to = x[vectors*set.lanes:], to[vectors*set.lanes:]
	}
	for i, v := range x {
		x[i] = v + share*(to[i]-v)
	}
}

// Scale multiplies x by a factor.
func (k *Kernel) Scale(x []float32, factor float32) {
	launch(k, &k.scale, ceilDiv(len(x), adamBlock), scaleTask{k.isa, x, factor})
}

type scaleTask struct {
	set    *isa
	x      []float32
	factor float32
}

func (t *scaleTask) Do(i int) {
	t.set.multiply(t.x[i*adamBlock:min((i+1)*adamBlock, len(t.x))], t.factor)
}

// multiply multiplies x by a factor.
func (set *isa) multiply(x []float32, factor float32) {
	if set.scale != nil && len(x) >= set.lanes {
		vectors := len(x) / set.lanes
		set.scale(&x[0], vectors, factor)
		x = x[vectors*set.lanes:]
	}
	for i := range x {
		x[i] *= factor
	}
}
