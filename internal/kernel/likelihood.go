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

// Logistic computes the negative log-likelihood of images x of bytes, divided by 255, under
// logistic distributions with the means sigmoid(l) and one scale s, discretised to the 256
// levels, the lowest and the highest of which are open (Kingma et al. 2016, arXiv
// 1606.04934, section 5.2; Salimans et al. 2017, arXiv 1701.05517, section 2.1), in nats
// for each image; its gradient, times weight, is dlogits, which may be nil. It returns the
// derivative of the sum of all losses by log s.
func (k *Kernel) Logistic(loss []float64, dlogits, logits, x []float32, s float64, weight float32) (slope float64) {
	slopes := k.doubles.borrow(len(loss))
	defer k.doubles.giveBack(slopes)
	w := 1 / (255 * s) // a level's width in scales
	k.images("Logistic", likelihoodTask{
		f: (*isa).logisticOf, sums: loss, slopes: *slopes, dlogits: dlogits, logits: logits, x: x,
		rates: likelihoodRates{
			scale: float32(float64(weight) / s), perScale: float32(1 / s), edge: float32(w / 2),
			inside: float32(-math.Log(-math.Expm1(-w))), insideSlope: float32(w / math.Expm1(w)),
		},
	})
	return k.Tree.Sum(len(loss), func(i int) float64 { return (*slopes)[i] })
}

// eachImage sets the sums of a function of one scale.
func (k *Kernel) eachImage(function string, f imageFunc, sums []float64, dlogits, logits, x []float32, scale float32) {
	k.images(function, likelihoodTask{f: f, sums: sums, dlogits: dlogits, logits: logits, x: x, rates: likelihoodRates{scale: scale}})
}

func (k *Kernel) images(function string, t likelihoodTask) {
	checkLen(function, "x", len(t.x), len(t.logits))
	if t.dlogits != nil {
		checkLen(function, "dlogits", len(t.dlogits), len(t.logits))
	}
	if len(t.sums) == 0 {
		return
	}
	t.k, t.pixels = k, len(t.logits)/len(t.sums)
	checkLen(function, "logits", len(t.logits), t.pixels*len(t.sums))
	launch(k, &k.calls.likelihood, len(t.sums), t)
}

// imageFunc returns the sum over one image, and the sum of another function where it has
// one, and sets its gradient.
type imageFunc func(set *isa, dlogits, logits, x []float32, r *likelihoodRates) (sum, slope float64)

// likelihoodRates are the constants of a likelihood, in the order of the assembly.
type likelihoodRates struct {
	scale          float32 // of the gradient
	perScale, edge float32 // of a logistic: 1/s, and half a level's width in scales
	inside         float32 // its loss for being neither the lowest nor the highest level,
	insideSlope    float32 // and the derivative of that
}

type likelihoodTask struct {
	k                  *Kernel
	f                  imageFunc
	sums, slopes       []float64 // slopes may be nil
	dlogits, logits, x []float32
	rates              likelihoodRates
	pixels             int
}

func (t *likelihoodTask) Do(i int) {
	first, last := i*t.pixels, (i+1)*t.pixels
	logits, x := t.logits[first:last], t.x[first:last]
	var slope float64
	if t.dlogits != nil {
		t.sums[i], slope = t.f(t.k.isa, t.dlogits[first:last], logits, x, &t.rates)
	} else {
		unwanted := t.k.floats.borrow(t.pixels)
		t.sums[i], slope = t.f(t.k.isa, *unwanted, logits, x, &t.rates)
		t.k.floats.giveBack(unwanted)
	}
	if t.slopes != nil {
		t.slopes[i] = slope
	}
}

func (set *isa) bernoulliOf(dlogits, logits, x []float32, r *likelihoodRates) (loss, _ float64) {
	if set.bernoulli != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			loss = set.bernoulli(&dlogits[0], &logits[0], &x[0], whole/set.lanes, r.scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	for i, l := range logits {
		p, e := logistic(l)
		loss += max(float64(l), 0) + math.Log1p(e) - float64(x[i])*float64(l)
		dlogits[i] = r.scale * (float32(p) - x[i])
	}
	return loss, 0
}

func (set *isa) gaussianOf(dlogits, logits, x []float32, r *likelihoodRates) (squares, _ float64) {
	if set.gaussian != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			squares = set.gaussian(&dlogits[0], &logits[0], &x[0], whole/set.lanes, r.scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	for i, l := range logits {
		p, e := logistic(l)
		d := p - float64(x[i])
		squares += d * d
		dlogits[i] = r.scale * float32(d*e/((1+e)*(1+e)))
	}
	return squares, 0
}

func (set *isa) logisticOf(dlogits, logits, x []float32, r *likelihoodRates) (loss, slope float64) {
	if set.logistic != nil {
		whole := len(x) / set.lanes * set.lanes
		if whole > 0 {
			loss, slope = set.logistic(&dlogits[0], &logits[0], &x[0], whole/set.lanes, &r.scale)
		}
		dlogits, logits, x = dlogits[whole:], logits[whole:], x[whole:]
	}
	const half = 1. / 510 // of a level
	for i, l := range logits {
		m, e := logistic(l)
		u, edge := (float64(x[i])-m)*float64(r.perScale), float64(r.edge)
		var gradient float64
		add := func(t, sign float64) { // softplus(t), as in Bernoulli
			p, e := logistic(t)
			loss += max(t, 0) + math.Log1p(e)
			slope -= t * p
			gradient += sign * p
		}
		notHighest, notLowest := x[i] < 1-half, x[i] > half
		if notHighest {
			add(-u-edge, 1)
		}
		if notLowest {
			add(u-edge, -1)
		}
		if notHighest && notLowest {
			loss += float64(r.inside)
			slope += float64(r.insideSlope)
		}
		dlogits[i] = r.scale * float32(gradient*e/((1+e)*(1+e)))
	}
	return loss, slope
}

// logistic returns p = 1/(1+exp(-l)) and e = exp(-|l|), without overflow.
func logistic[T float32 | float64](l T) (p, e float64) {
	e = math.Exp(-math.Abs(float64(l)))
	if l < 0 {
		return e / (1 + e), e
	}
	return 1 / (1 + e), e
}
