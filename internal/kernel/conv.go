package kernel

import (
	"fmt"
)

// Conv is the geometry of a two-dimensional convolution of channels-last
// images. Stride and Pad (top and left) serve both axes. An index outside the
// input reads zero, so the bottom and right padding is whatever OH and OW need.
type Conv struct {
	H, W, C     int // input
	OH, OW, K   int // output
	KH, KW      int // filter
	Stride, Pad int
}

func (s *Conv) in() int      { return s.H * s.W * s.C }
func (s *Conv) out() int     { return s.OH * s.OW * s.K }
func (s *Conv) weights() int { return s.KH * s.KW * s.C * s.K }

func (s *Conv) check(function string) {
	if min(s.H, s.W, s.C, s.OH, s.OW, s.K, s.KH, s.KW, s.Stride) < 1 || s.Pad < 0 {
		panic(fmt.Sprintf("kernel: %s: impossible geometry %+v", function, *s))
	}
}

// ConvForward computes y[p,k] = bias[k] + sum over taps t and channels c of
// x[p*stride+t-pad, c] * w[t,c,k] for n images, followed by ReLU if relu is set.
// bias may be nil.
func (k *Kernel) ConvForward(s *Conv, n int, y, x, w, bias []float32, relu bool) {
	s.check("ConvForward")
	checkLen("ConvForward", "y", len(y), n*s.out())
	checkLen("ConvForward", "x", len(x), n*s.in())
	checkLen("ConvForward", "w", len(w), s.weights())
	if bias != nil {
		checkLen("ConvForward", "bias", len(bias), s.K)
	}
	switch {
	case !k.isa.products():
		launch(k, &k.portableForward, n, portableForwardTask{k, s, y, x, w, bias, relu})
	case bias == nil && !relu && k.isThin(s):
		launch(k, &k.thinForward, ceilDiv(n, thinImages), thinForwardTask{k, s, n, y, x, w})
	default:
		k.gatherConv(s, n, false, y, x, w, bias, relu)
	}
}

// ConvBackwardInput computes the gradient of the input, dx[q,c] = bias[c] + sum
// over outputs p and taps t with p*stride+t-pad = q, and channels k, of
// dy[p,k] * w[t,c,k], for n images. With bias (nil for none) and relu it is the
// forward pass of a transposed convolution.
func (k *Kernel) ConvBackwardInput(s *Conv, n int, dx, dy, w, bias []float32, relu bool) {
	s.check("ConvBackwardInput")
	checkLen("ConvBackwardInput", "dx", len(dx), n*s.in())
	checkLen("ConvBackwardInput", "dy", len(dy), n*s.out())
	checkLen("ConvBackwardInput", "w", len(w), s.weights())
	if bias != nil {
		checkLen("ConvBackwardInput", "bias", len(bias), s.C)
	}
	switch {
	case !k.isa.products():
		launch(k, &k.portableInput, n, portableInputTask{k, s, dx, dy, w, bias, relu})
	case k.scatterPays(s):
		launch(k, &k.scatter, ceilDiv(n, scatterImages), scatterTask{k, s, n, dx, dy, w, bias, relu})
	default:
		k.gatherConv(s, n, true, dx, dy, w, bias, relu)
	}
}

// ConvBackwardWeights computes the gradient of the weights, dw[t,c,k] = sum over
// images and outputs p of x[p*stride+t-pad, c] * dy[p,k].
func (k *Kernel) ConvBackwardWeights(s *Conv, n int, dw, x, dy []float32) {
	s.check("ConvBackwardWeights")
	checkLen("ConvBackwardWeights", "dw", len(dw), s.weights())
	checkLen("ConvBackwardWeights", "x", len(x), n*s.in())
	checkLen("ConvBackwardWeights", "dy", len(dy), n*s.out())
	if k.isa.products() && s.isWide() && !k.isThin(s) {
		tree := k.Tree
		if k.inPairs(s.C, s.K) {
			xPairs, dyPairs := k.rowPairs(x, n, s.in(), s.in()), k.rowPairs(dy, n, s.out(), s.out())
			defer k.floats.giveBack(xPairs)
			defer k.floats.giveBack(dyPairs)
			k = k.paired
			n, x, dy, tree = ceilDiv(n, 2), *xPairs, *dyPairs, tree.halved()
		}
		t := wideWeightsTask{k, tree, s, n, dw, x, dy}
		launch(k, &k.wideWeights, t.tasks(), t)
		return
	}
	count := k.Tree.parts(n)
	parts := k.floats.borrow(count * len(dw))
	switch {
	case !k.isa.products():
		launch(k, &k.portableWeights, count, portableWeightsTask{k, s, n, *parts, x, dy})
	case k.isThin(s):
		launch(k, &k.thinWeights, count, thinWeightsTask{k, s, n, *parts, x, dy})
	default:
		launch(k, &k.convWeights, count, convWeightsTask{k, s, n, *parts, x, dy})
	}
	k.addParts(dw, *parts)
	k.floats.giveBack(parts)
}

// fewRuns of images are rounded to pairs before, as there are more tasks then; many by their tasks, in
// the cache.
const fewRuns = 16

// gatherConv is ConvForward or, if backward is set, ConvBackwardInput.
func (k *Kernel) gatherConv(s *Conv, n int, backward bool, y, x, w, bias []float32, relu bool) {
	t := gatherTask{newGathered(k, s, backward, w, bias, relu), n, y, x}
	if t.rounds && n > 0 && t.runs() < fewRuns {
		pairs := k.columnPairs(x, n, len(x)/n, len(x)/n)
		defer k.floats.giveBack(pairs)
		t.rounds, t.x = false, *pairs
	}
	launch(k, &k.gather, t.tasks(), t)
	t.giveBack()
}
