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
	k.eachImage("Bernoulli", (*isa).bernoulliOf, loss, dlogits, logits, x, scale)
}

// Gaussian computes the squared distances of images x from their reconstructions: for
// each image i squares[i] = sum of (sigmoid(l) - x)^2, and half its gradient, scaled:
// dlogits = scale*(sigmoid(l) - x)*sigmoid'(l). dlogits may be nil.
func (k *Kernel) Gaussian(squares []float64, dlogits, logits, x []float32, scale float32) {
	k.eachImage("Gaussian", (*isa).gaussianOf, squares, dlogits, logits, x, scale)
}

// imageFunc returns the sum over one image and sets its gradient.
type imageFunc func(set *isa, dlogits, logits, x []float32, scale float32) float64

func (k *Kernel) eachImage(function string, f imageFunc, sums []float64, dlogits, logits, x []float32, scale float32) {
	checkLen(function, "x", len(x), len(logits))
	if dlogits != nil {
		checkLen(function, "dlogits", len(dlogits), len(logits))
	}
	if len(sums) == 0 {
		return
	}
	pixels := len(logits) / len(sums)
	checkLen(function, "logits", len(logits), pixels*len(sums))
	launch(k, &k.calls.likelihood, len(sums), likelihoodTask{k, f, sums, dlogits, logits, x, scale, pixels})
}

type likelihoodTask struct {
	k                  *Kernel
	f                  imageFunc
	sums               []float64
	dlogits, logits, x []float32
	scale              float32
	pixels             int
}

func (t *likelihoodTask) Do(i int) {
	first, last := i*t.pixels, (i+1)*t.pixels
	logits, x := t.logits[first:last], t.x[first:last]
	if t.dlogits != nil {
		t.sums[i] = t.f(t.k.isa, t.dlogits[first:last], logits, x, t.scale)
		return
	}
	unwanted := t.k.floats.borrow(t.pixels)
	t.sums[i] = t.f(t.k.isa, *unwanted, logits, x, t.scale)
	t.k.floats.giveBack(unwanted)
}

func (set *isa) bernoulliOf(dlogits, logits, x []float32, scale float32) (loss float64) {
	if set != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			loss = set.bernoulli(&dlogits[0], &logits[0], &x[0], whole/set.lanes, scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	for i, l := range logits {
		p, e := logistic(l)
		loss += max(float64(l), 0) + math.Log1p(e) - float64(x[i])*float64(l)
		dlogits[i] = scale * (float32(p) - x[i])
	}
	return loss
}

func (set *isa) gaussianOf(dlogits, logits, x []float32, scale float32) (squares float64) {
	if set != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			squares = set.gaussian(&dlogits[0], &logits[0], &x[0], whole/set.lanes, scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	for i, l := range logits {
		p, e := logistic(l)
		d := p - float64(x[i])
		squares += d * d
		dlogits[i] = scale * float32(d*e/((1+e)*(1+e)))
	}
	return squares
}

// logistic returns p = 1/(1+exp(-l)) and e = exp(-|l|), without overflow.
func logistic(l float32) (p, e float64) {
	e = math.Exp(-math.Abs(float64(l)))
	if l < 0 {
		return e / (1 + e), e
	}
	return 1 / (1 + e), e
}
