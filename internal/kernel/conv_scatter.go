package kernel

// scatterPays reports whether a transposed convolution writes so few channels
// that a register block is better filled by pixels side by side, as for the
// last layer of an image decoder.
func (k *Kernel) scatterPays(s *Conv) bool {
	taps := s.KH * s.KW
	return s.Stride == 1 && ceilDiv(taps*s.C, k.isa.gatherRows)*k.isa.gatherRows < taps*ceilDiv(s.C, k.isa.cols)*k.isa.cols
}

// scatterTask is a transposed convolution of few channels and stride 1 for a few
// images: every weight (tap, channel) is multiplied with all pixels of dy, which
// gives a plane each, and the planes are added up, each shifted by its tap.
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
// one tap's shift later than the step from plane to plane, so that what a pixel
// of dx sums up lies at equal steps.
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
	a.pitch = ceilDiv(max(s.OW+s.KW-1, s.W+s.Pad), cols) * cols
	a.step = (max(s.OH, s.H+s.Pad) + 2*s.KH) * a.pitch
	weights := s.KH * s.KW * s.C
	panels := ceilDiv(s.OW, cols) * s.K * cols
	count := ceilDiv(weights, rows) * rows
	a.floats = t.k.floats.borrow((weights+1)*a.step + panels + 3*cols)
	a.panels, a.zeros, a.sums, a.planes = cut4(*a.floats, panels, cols, cols)
	a.start, a.planes = a.planes[:cols], a.planes[cols:]
	a.ints = t.k.ints.borrow(2 * count)
	a.reads, a.writes = (*a.ints)[:count], (*a.ints)[count:]
	clear(*a.floats)
	for i := range count {
		i0 := min(i, weights-1)
		tap, c := i0/s.C, i0%s.C
		a.reads[i] = i0 * s.K
		a.writes[i] = (c*s.KH*s.KW+tap)*a.step + (tap/s.KW+s.KH)*a.pitch + tap%s.KW
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

// add sets dx to the sum of the planes and the bias.
func (a *scatterSum) add(dx []float32) {
	s, cols := a.s, a.set.cols
	taps := s.KH * s.KW
	for c := range s.C {
		if a.bias != nil {
			for j := range a.start {
				a.start[j] = a.bias[c]
			}
		}
		for y := range s.H {
			for x := 0; x < s.W; x += cols {
				copy(a.sums, a.start)
				a.set.columnSums(&a.sums[0], &a.planes[c*taps*a.step+(y+s.Pad+s.KH)*a.pitch+x+s.Pad], nil, taps, a.step)
				sums := a.sums[:min(cols, s.W-x)]
				if s.C == 1 {
					copy(dx[y*s.W+x:], sums)
					continue
				}
				for j, v := range sums {
					dx[(y*s.W+x+j)*s.C+c] = v
				}
			}
		}
	}
	if a.relu {
		biasAndReLU(dx, nil, len(dx), true)
	}
}
