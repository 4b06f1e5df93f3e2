package kernel

// ConvBackward is the whole backward pass of a convolution with bias and, if
// relu is set, ReLU: from the gradient dy of its output y it computes the
// gradients dx of its input x (nil if not wanted), dw of its weights w and db of
// its bias. dy is overwritten by anything.
//
// It does what [Kernel.BiasGradient], [Kernel.ConvBackwardWeights] and
// [Kernel.ConvBackwardInput] do, but visits a few images at a time, while they
// are in the cache.
func (k *Kernel) ConvBackward(s *Conv, n int, dx, dw, db, x, y, dy, w []float32, relu bool) {
	k.convBackward("ConvBackward", false, s, n, dx, dw, db, x, y, dy, w, relu)
}

// ConvTransposeBackward is [Kernel.ConvBackward] for the transpose of the
// convolution s, whose input x and dx have the shape of the output of s.
func (k *Kernel) ConvTransposeBackward(s *Conv, n int, dx, dw, db, x, y, dy, w []float32, relu bool) {
	k.convBackward("ConvTransposeBackward", true, s, n, dx, dw, db, x, y, dy, w, relu)
}

func (k *Kernel) convBackward(function string, transposed bool, s *Conv, n int, dx, dw, db, x, y, dy, w []float32, relu bool) {
	s.check(function)
	in, out, channels := s.in(), s.out(), s.K
	if transposed {
		in, out, channels = s.out(), s.in(), s.C
	}
	checkLen(function, "dw", len(dw), s.weights())
	checkLen(function, "db", len(db), channels)
	checkLen(function, "x", len(x), n*in)
	checkLen(function, "dy", len(dy), n*out)
	checkLen(function, "w", len(w), s.weights())
	if dx != nil {
		checkLen(function, "dx", len(dx), n*in)
	}
	if relu {
		checkLen(function, "y", len(y), n*out)
	}
	if !k.isa.products() || s.isWide() || !transposed && dx != nil && (k.scatterPays(s) || k.isThin(s)) {
		k.BiasGradient(n, db, dy, y, channels, relu)
		if transposed {
			k.ConvBackwardWeights(s, n, dw, dy, x)
		} else {
			k.ConvBackwardWeights(s, n, dw, x, dy)
		}
		switch {
		case dx == nil:
		case transposed:
			k.ConvForward(s, n, dx, dy, w, nil, false)
		default:
			k.ConvBackwardInput(s, n, dx, dy, w, nil, false)
		}
		return
	}

	t := convBackwardTask{transposed: transposed, s: s, n: n, in: in, out: out, count: k.Tree.parts(n), dx: dx, x: x, y: y, dy: dy, relu: relu, k: k}
	dwParts, dbParts := k.floats.borrow(t.count*len(dw)), k.floats.borrow(t.count*len(db))
	t.dw, t.db = *dwParts, *dbParts
	switch {
	case k.isThin(s):
		launch(k, &k.calls.thinBackward, t.count, thinBackwardTask{t, w})
	case dx == nil:
		launch(k, &k.calls.convBackward, t.count, t)
	default:
		t.input = newGathered(k, s, !transposed, w, nil, false)
		launch(k, &k.calls.convBackward, t.count, t)
		t.input.giveBack()
	}
	k.addParts(dw, *dwParts)
	k.addParts(db, *dbParts)
	k.floats.giveBack(dwParts)
	k.floats.giveBack(dbParts)
}

// convBackwardTask does one part of the images.
type convBackwardTask struct {
	k            *Kernel
	transposed   bool
	s            *Conv
	n, count     int
	in, out      int // floats of an image of x and of y
	dx, x, y, dy []float32
	relu         bool
	dw, db       []float32 // parts
	input        gathered  // computes dx
}

// biasPart is a part of the bias' gradient, set to zeros.
func (t *convBackwardTask) biasPart(i int) []float32 {
	channels := len(t.db) / t.count
	db := t.db[i*channels : (i+1)*channels]
	clear(db)
	return db
}

// biasGradient adds the gradient of some images to that of the bias and returns
// it, taken through ReLU in place.
func (t *convBackwardTask) biasGradient(db []float32, first, last int) []float32 {
	dy, y := t.dy[first*t.out:last*t.out], t.y[:0]
	if t.relu {
		y = t.y[first*t.out : last*t.out]
	}
	t.k.columnSums(db, dy, y)
	return dy
}

func (t *convBackwardTask) Do(i int) {
	s := t.s
	start, end := t.k.Tree.partOf(t.n, i)
	images := 0
	if t.dx != nil {
		images = min(t.input.p.images, end-start)
	}
	weights := newWeightsSum(t.k, s, t.dw[i*s.weights():(i+1)*s.weights()], images)
	images = weights.images
	db := t.biasPart(i)
	for image := start; image < end; image += images {
		next := min(image+images, end)
		after := min(next+images, end)
		x, dy := t.x[image*t.in:next*t.in], t.biasGradient(db, image, next)
		nextX, nextDy, nextY := t.x[next*t.in:after*t.in], t.dy[next*t.out:after*t.out], t.y[:0]
		if t.relu {
			nextY = t.y[next*t.out : after*t.out]
		}
		if t.transposed {
			weights.add(dy, x, nextDy, nextX, nextY)
		} else {
			weights.add(x, dy, nextX, nextDy, nextY)
		}
		if t.dx != nil {
			for first := image; first < next; first += t.input.p.images {
				last := min(first+t.input.p.images, next)
				t.input.all(last-first, t.dx[first*t.in:last*t.in], t.dy[first*t.out:last*t.out])
			}
		}
	}
	weights.giveBack()
}
