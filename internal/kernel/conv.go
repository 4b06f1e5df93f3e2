package kernel

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
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
	launch(k, &k.convForward, n, convForwardTask{k, s, y, x, w, bias, relu})
}

type convForwardTask struct {
	k             *Kernel
	s             *Conv
	y, x, w, bias []float32
	relu          bool
}

func (t *convForwardTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.borrow(rows * depth)
	im2col(s, *patches, t.x[i*s.in():])
	y := t.y[i*s.out() : (i+1)*s.out()]
	serialSgemm(blas.NoTrans, blas.NoTrans, rows, s.K, depth, *patches, depth, t.w, s.K, 0, y, s.K)
	biasAndReLU(y, t.bias, s.K, t.relu)
	t.k.buffers.put(patches)
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
	launch(k, &k.convInput, n, convInputTask{k, s, dx, dy, w, bias, relu})
}

type convInputTask struct {
	k               *Kernel
	s               *Conv
	dx, dy, w, bias []float32
	relu            bool
}

func (t *convInputTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.borrow(rows * depth)
	serialSgemm(blas.NoTrans, blas.Trans, rows, depth, s.K, t.dy[i*s.out():(i+1)*s.out()], s.K, t.w, s.K, 0, *patches, depth)
	dx := t.dx[i*s.in() : (i+1)*s.in()]
	col2im(s, dx, *patches)
	biasAndReLU(dx, t.bias, s.C, t.relu)
	t.k.buffers.put(patches)
}

// ConvBackwardWeights computes the gradient of the weights, dw[t,c,k] = sum over
// images and outputs p of x[p*stride+t-pad, c] * dy[p,k].
func (k *Kernel) ConvBackwardWeights(s *Conv, n int, dw, x, dy []float32) {
	s.check("ConvBackwardWeights")
	checkLen("ConvBackwardWeights", "dw", len(dw), s.weights())
	checkLen("ConvBackwardWeights", "x", len(x), n*s.in())
	checkLen("ConvBackwardWeights", "dy", len(dy), n*s.out())
	count := min(n, sumParts)
	parts := k.borrow(count * len(dw))
	launch(k, &k.convWeights, count, convWeightsTask{k, s, n, count, *parts, x, dy})
	k.addParts(dw, *parts)
	k.buffers.put(parts)
}

type convWeightsTask struct {
	k            *Kernel
	s            *Conv
	n, count     int
	parts, x, dy []float32
}

func (t *convWeightsTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.borrow(rows * depth)
	part := t.parts[i*s.weights() : (i+1)*s.weights()]
	first, last := i*t.n/t.count, (i+1)*t.n/t.count
	for image := first; image < last; image++ {
		im2col(s, *patches, t.x[image*s.in():])
		beta := float32(1)
		if image == first {
			beta = 0
		}
		serialSgemm(blas.Trans, blas.NoTrans, depth, s.K, rows, *patches, depth, t.dy[image*s.out():(image+1)*s.out()], s.K, beta, part, s.K)
	}
	t.k.buffers.put(patches)
}

// im2col writes the patch of one image under each output as a row of KH*KW*C.
func im2col(s *Conv, patches, x []float32) {
	for oy := range s.OH {
		for ox := range s.OW {
			for kh := range s.KH {
				for kw := range s.KW {
					iy, ix := oy*s.Stride+kh-s.Pad, ox*s.Stride+kw-s.Pad
					if iy < 0 || iy >= s.H || ix < 0 || ix >= s.W {
						clear(patches[:s.C])
					} else {
						copy(patches[:s.C], x[(iy*s.W+ix)*s.C:])
					}
					patches = patches[s.C:]
				}
			}
		}
	}
}

// col2im is the transpose of im2col: it adds the patches up where they overlap.
func col2im(s *Conv, x, patches []float32) {
	clear(x)
	for oy := range s.OH {
		for ox := range s.OW {
			for kh := range s.KH {
				for kw := range s.KW {
					iy, ix := oy*s.Stride+kh-s.Pad, ox*s.Stride+kw-s.Pad
					if iy >= 0 && iy < s.H && ix >= 0 && ix < s.W {
						pixel := x[(iy*s.W+ix)*s.C:]
						for c, v := range patches[:s.C] {
							pixel[c] += v
						}
					}
					patches = patches[s.C:]
				}
			}
		}
	}
}
