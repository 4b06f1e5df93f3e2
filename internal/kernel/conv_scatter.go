package kernel

// scatterPays reports whether a transposed convolution writes so few channels that register
// blocks are better filled by pixels side by side, as for the last layer of an image decoder:
// if they are then half as many, for the planes are yet to be added up. It does not multiply pairs.
func (k *Kernel) scatterPays(s *Conv) bool {
	taps, rows, cols := s.KH*s.KW, k.isa.gatherRows, k.isa.cols
	scatter := ceilDiv(taps*s.C, rows) * rows * ceilDiv(s.OW, cols) * cols
	gather := taps * ceilDiv(s.C, cols) * cols * s.OW
	return 2*scatter <= gather && !k.inPairs(s.C, s.K)
}

// scatterTask is a transposed convolution of few channels for a few images: every weight (tap,
// channel) is multiplied with all pixels of dy, which gives a plane each, and the planes are added
// up, each shifted by its tap.
type scatterTask struct {
	k               *Kernel
	s               *Conv
	n               int
	dx, dy, w, bias []float32
	relu            bool
}

const scatterImages = 4

func (t *scatterTask) Do(i int) {
	sum := newScatterSum(t)
	for image := i * scatterImages; image < min((i+1)*scatterImages, t.n); image++ {
		sum.multiply(t.dy[image*t.s.out():])
		sum.add(t.dx[image*t.s.in() : (image+1)*t.s.in()])
	}
	sum.giveBack()
}

// scatterSum holds the planes of an image. Their rows and the space between them
// end in zeros, which stand for the pixels outside of dy. Each plane begins
// one tap's shift later than the step from plane to plane, and planes of taps that lie
// Stride apart follow each other, so that what a pixel of dx sums up lies at equal steps.
type scatterSum struct {
	*scatterTask
	set    *isa
	pitch  int // from row to row of a plane, whole register blocks
	step   int // from plane to plane, less the shift
	planes []float32
	panels []float32 // a row of dy, transposed: [block][depth][cols]
	zeros  []float32 // for gather to start from
	start  []float32 // a bias, as wide as a register block
	sums   []float32 // as wide

	// Where the rows of a register block of weights begin and where their planes.
	// Where the weights end within a block the last one is computed again.
	reads, writes []int

	floats *[]float32
	ints   *[]int
}

func newScatterSum(t *scatterTask) scatterSum {
	s, set := t.s, t.k.isa
	rows, cols := set.gatherRows, set.cols
	a := scatterSum{scatterTask: t, set: set}
	a.pitch = ceilDiv(max(s.OW+s.KW-1, ceilDiv(s.W+s.Pad, s.Stride)), cols) * cols
	a.step = (max(s.OH, ceilDiv(s.H+s.Pad, s.Stride)) + 2*s.KH) * a.pitch
	weights := s.KH * s.KW * s.C
	panels := ceilDiv(s.OW, cols) * s.K * cols
	count := ceilDiv(weights, rows) * rows
	a.floats = t.k.floats.borrow((weights+1)*a.step + panels + 3*cols)
	a.panels, a.zeros, a.sums, a.planes = cut4(*a.floats, panels, cols, cols)
	a.start, a.planes = a.planes[:cols], a.planes[cols:]
	a.ints = t.k.ints.borrow(2 * count)
	a.reads, a.writes = (*a.ints)[:count], (*a.ints)[count:]
	clear(*a.floats)
	plane := 0
	for row := range s.Stride {
		for column := range s.Stride {
			for kh := row; kh < s.KH; kh += s.Stride {
				for kw := column; kw < s.KW; kw += s.Stride {
					for c := range s.C {
						i := (kh*s.KW+kw)*s.C + c
						a.reads[i] = i * s.K
						a.writes[i] = (c*s.KH*s.KW+plane)*a.step + (kh/s.Stride+s.KH)*a.pitch + kw/s.Stride
					}
					plane++
				}
			}
		}
	}
	for i := weights; i < count; i++ {
		a.reads[i], a.writes[i] = a.reads[weights-1], a.writes[weights-1]
	}
	return a
}

func (a *scatterSum) giveBack() {
	a.k.floats.giveBack(a.floats)
	a.k.ints.giveBack(a.ints)
}

// multiply sets the planes of the image that dy begins with:
// planes[c][tap][p] = sum over k of w[tap,c,k] * dy[p,k].
func (a *scatterSum) multiply(dy []float32) {
	s, cols := a.s, a.set.cols
	for oy := range s.OH {
		row := dy[oy*s.OW*s.K:]
		if next := row[s.OW*s.K:]; len(next) > 0 {
			a.set.ahead(next[:s.OW*s.K])
		}
		for ox := 0; ox < s.OW; ox += cols {
			panel := a.panels[ox*s.K:]
			a.set.transpose(panel, cols, row[ox*s.K:], s.K, min(cols, s.OW-ox), s.K)
			for i := 0; i < len(a.reads); i += a.set.gatherRows {
				a.set.gather(&a.w[0], &a.w[0], &a.reads[i], &panel[0], 1, s.K, &a.planes[oy*a.pitch+ox], &a.writes[i], &a.zeros[0], floor(false), false)
			}
		}
	}
}

// add sets dx to the sum of the planes and the bias. Pixels that lie Stride apart need the
// same taps, whose planes follow each other.
func (a *scatterSum) add(dx []float32) {
	s, cols := a.s, a.set.cols
	for c := range s.C {
		if a.bias != nil {
			for j := range a.start {
				a.start[j] = a.bias[c]
			}
		}
		planes := a.planes[c*s.KH*s.KW*a.step:]
		for row := range s.Stride {
			for column := range s.Stride {
				taps := s.tapsAt(row, s.KH) * s.tapsAt(column, s.KW)
				for y := s.pixelAt(row); y < s.H; y += s.Stride {
					for x := s.pixelAt(column); x < s.W; x += cols * s.Stride {
						copy(a.sums, a.start)
						if taps > 0 {
							at := ((y+s.Pad)/s.Stride+s.KH)*a.pitch + (x+s.Pad)/s.Stride
							a.set.columnSums(&a.sums[0], &planes[at], nil, taps, a.step)
						}
						sums := a.sums[:min(cols, ceilDiv(s.W-x, s.Stride))]
						if s.C*s.Stride == 1 {
							copy(dx[y*s.W+x:], sums)
							continue
						}
						for j, v := range sums {
							dx[(y*s.W+x+j*s.Stride)*s.C+c] = v
						}
					}
				}
				planes = planes[taps*a.step:]
			}
		}
	}
	if a.relu {
		biasAndReLU(dx, nil, len(dx), true)
	}
}

// tapsAt is the number of taps along one axis, of size many, that lie at a place modulo the
// stride; pixelAt is the first pixel that they reach.
func (s *Conv) tapsAt(place, size int) int { return max(ceilDiv(size-place, s.Stride), 0) }
func (s *Conv) pixelAt(place int) int      { return ((place-s.Pad)%s.Stride + s.Stride) % s.Stride }
