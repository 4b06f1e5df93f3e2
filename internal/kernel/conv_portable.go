package kernel

import "gonum.org/v1/gonum/blas"

// The portable convolutions are products of gonum's with the patches of one
// image under all outputs, laid out as a matrix.

type portableForwardTask struct {
	k             *Kernel
	s             *Conv
	y, x, w, bias []float32
	relu          bool
}

func (t *portableForwardTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.floats.borrow(rows * depth)
	im2col(s, *patches, t.x[i*s.in():])
	y := t.y[i*s.out() : (i+1)*s.out()]
	serialSgemm(blas.NoTrans, blas.NoTrans, rows, s.K, depth, *patches, depth, t.w, s.K, 0, y, s.K)
	biasAndReLU(y, t.bias, s.K, t.relu)
	t.k.floats.giveBack(patches)
}

type portableInputTask struct {
	k               *Kernel
	s               *Conv
	dx, dy, w, bias []float32
	relu            bool
}

func (t *portableInputTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.floats.borrow(rows * depth)
	serialSgemm(blas.NoTrans, blas.Trans, rows, depth, s.K, t.dy[i*s.out():(i+1)*s.out()], s.K, t.w, s.K, 0, *patches, depth)
	dx := t.dx[i*s.in() : (i+1)*s.in()]
	col2im(s, dx, *patches)
	biasAndReLU(dx, t.bias, s.C, t.relu)
	t.k.floats.giveBack(patches)
}

type portableWeightsTask struct {
	k            *Kernel
	s            *Conv
	n            int
	parts, x, dy []float32
}

func (t *portableWeightsTask) Do(i int) {
	s := t.s
	rows, depth := s.OH*s.OW, s.KH*s.KW*s.C
	patches := t.k.floats.borrow(rows * depth)
	part := t.parts[i*s.weights() : (i+1)*s.weights()]
	first, last := t.k.Tree.partOf(t.n, i)
	for image := first; image < last; image++ {
		im2col(s, *patches, t.x[image*s.in():])
		beta := float32(1)
		if image == first {
			beta = 0
		}
		serialSgemm(blas.Trans, blas.NoTrans, depth, s.K, rows, *patches, depth, t.dy[image*s.out():(image+1)*s.out()], s.K, beta, part, s.K)
	}
	t.k.floats.giveBack(patches)
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

// col2im is the transpose of im2col: it adds up the patches where they overlap.
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
