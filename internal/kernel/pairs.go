package kernel

// Add sets dst[i] to a[i] + b[i]. dst may be a.
func (k *Kernel) Add(dst, a, b []float32) {
	k.eachPair("Add", (*pairsTask).add, dst, a, b, 0)
}

// LeakyReLU sets dst[i] to v[i] where x[i] is positive and to slope*v[i] elsewhere: the
// activation function where v is x, its gradient where v is that of the output (Maas,
// Hannun and Ng 2013). ReLU is that of slope 0. dst may be v.
func (k *Kernel) LeakyReLU(dst, v, x []float32, slope float32) {
	k.eachPair("LeakyReLU", (*pairsTask).leakyReLU, dst, v, x, slope)
}

func (k *Kernel) eachPair(function string, f func(t *pairsTask, dst, a, b []float32), dst, a, b []float32, slope float32) {
	checkLen(function, "dst", len(dst), len(b))
	checkLen(function, "operand", len(a), len(b))
	launch(k, &k.pairs, ceilDiv(len(dst), pairsBlock), pairsTask{k, f, dst, a, b, slope})
}

// pairsBlock is small enough for the first-level cache.
const pairsBlock = 1 << 11

type pairsTask struct {
	k         *Kernel
	f         func(t *pairsTask, dst, a, b []float32)
	dst, a, b []float32
	slope     float32
}

func (t *pairsTask) Do(i int) {
	first, last := i*pairsBlock, min((i+1)*pairsBlock, len(t.dst))
	t.f(t, t.dst[first:last], t.a[first:last], t.b[first:last])
}

func (t *pairsTask) add(dst, a, b []float32) {
	copy(dst, a)
	t.k.Saxpy(len(b), 1, b, 1, dst, 1)
}

func (t *pairsTask) leakyReLU(dst, v, x []float32) {
	if set := t.k.isa; set.leakyReLU != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			set.leakyReLU(&dst[0], &v[0], &x[0], whole/set.lanes, t.slope)
		}
		dst, v, x = dst[whole:], v[whole:], x[whole:]
	}
	for i, g := range v {
		if !(x[i] > 0) {
			g *= t.slope
		}
		dst[i] = g
	}
}
