package kernel

import "math"

// Bernoulli computes the negative log-likelihood of images x in [0,1] under
// independent Bernoulli pixels given by their logits, in nats: for each image i
// loss[i] = sum of softplus(l) - x*l, and its gradient, scaled:
// dlogits = scale*(sigmoid(l) - x). dlogits may be nil.
//
// softplus(l) = max(l,0) + log(1+exp(-|l|)) stays exact where the logarithm of
// a sigmoid would be infinite.
func (k *Kernel) Bernoulli(loss []float64, dlogits, logits, x []float32, scale float32) {
	checkLen("Bernoulli", "x", len(x), len(logits))
	if dlogits != nil {
		checkLen("Bernoulli", "dlogits", len(dlogits), len(logits))
	}
	if len(loss) == 0 {
		return
	}
	pixels := len(logits) / len(loss)
	checkLen("Bernoulli", "logits", len(logits), pixels*len(loss))
	launch(k, &k.calls.bernoulli, len(loss), bernoulliTask{k, loss, dlogits, logits, x, scale, pixels})
}

type bernoulliTask struct {
	k                  *Kernel
	loss               []float64
	dlogits, logits, x []float32
	scale              float32
	pixels             int
}

func (t *bernoulliTask) Do(i int) {
	first, last := i*t.pixels, (i+1)*t.pixels
	unwanted := t.k.floats.borrow(t.pixels)
	dlogits := *unwanted
	if t.dlogits != nil {
		dlogits = t.dlogits[first:last]
	}
	t.loss[i] = t.k.isa.bernoulliOf(dlogits, t.logits[first:last], t.x[first:last], t.scale)
	t.k.floats.giveBack(unwanted)
}

// bernoulliOf returns the loss of one image and sets its gradient.
func (set *isa) bernoulliOf(dlogits, logits, x []float32, scale float32) (loss float64) {
	if set != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			loss = set.bernoulli(&dlogits[0], &logits[0], &x[0], whole/set.lanes, scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	for i, l := range logits {
		e := math.Exp(-math.Abs(float64(l)))
		loss += max(float64(l), 0) + math.Log1p(e) - float64(x[i])*float64(l)
		p := 1 / (1 + e)
		if l < 0 {
			p = e / (1 + e)
		}
		dlogits[i] = scale * (float32(p) - x[i])
	}
	return loss
}
