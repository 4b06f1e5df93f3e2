package kernel

// thin is an image of few channels, like the input of an encoder or the output
// of a decoder, laid out for the convolution s that reads it.
//
// Two or three neighbouring numbers fill no register block, but all taps of the
// filter do, or several outputs side by side. So that the pixels which one tap
// meets along a row of outputs lie side by side, the image is split into planes,
// one for each channel and each column modulo the stride, framed by zeros.
type thin struct {
	k      *Kernel
	s      *Conv
	planes []float32
	pitch  int   // from row to row of a plane
	taps   []int // [tap][channel] of the pixel under output (0,0)

	floats *[]float32
	ints   *[]int
}

// thinChannels is the largest number of channels that is laid out so.
const thinChannels = 4

// isThin reports whether s reads few channels and its rows of outputs fill a
// register block.
func (k *Kernel) isThin(s *Conv) bool {
	return s.C <= thinChannels && s.OW >= k.isa.outerRows
}

// newThin prepares the layout. Give it back after use.
func newThin(k *Kernel, s *Conv) thin {
	width := ceilDiv(max((s.OW-1)*s.Stride+s.KW, s.Pad+s.W), s.Stride)
	height := max((s.OH-1)*s.Stride+s.KH, s.Pad+s.H)
	t := thin{k: k, s: s, pitch: width}
	t.floats, t.ints = k.floats.borrow(s.C*s.Stride*height*width), k.ints.borrow(s.KH*s.KW*s.C)
	t.planes, t.taps = *t.floats, *t.ints
	clear(t.planes)
	for i := range t.taps {
		kh, kw, c := i/(s.KW*s.C), i/s.C%s.KW, i%s.C
		t.taps[i] = t.plane(c, kw%s.Stride) + kh*t.pitch + kw/s.Stride
	}
	return t
}

func (t *thin) giveBack() {
	t.k.floats.giveBack(t.floats)
	t.k.ints.giveBack(t.ints)
}

// plane is where the plane of a channel and a column modulo the stride begins.
func (t *thin) plane(c, column int) int {
	return (c*t.s.Stride + column) * (len(t.planes) / (t.s.C * t.s.Stride))
}

// load takes an image.
func (t *thin) load(x []float32) {
	s := t.s
	for iy := range s.H {
		row := x[iy*s.W*s.C : (iy+1)*s.W*s.C]
		at := (iy + s.Pad) * t.pitch
		if s.C*s.Stride == 1 {
			copy(t.planes[at+s.Pad:], row)
			continue
		}
		for c := range s.C {
			for ix := range min(s.Stride, s.W) {
				dst := t.planes[t.plane(c, (ix+s.Pad)%s.Stride)+at+(ix+s.Pad)/s.Stride:]
				for i, j := ix*s.C+c, 0; i < len(row); i, j = i+s.Stride*s.C, j+1 {
					dst[j] = row[i]
				}
			}
		}
	}
}

// thinForward is the forward pass of a thin convolution: some outputs side by side
// are a sum over the taps of the outer products of their pixels and the weights.
type thinForward struct {
	thin
	w       []float32 // [tap and channel][K], padded to whole panels
	width   int       // of w
	edge    []float32
	offsets []int
	packed  *[]float32
	table   *[]int
}

// newThinForward packs the weights. Give it back after use.
func newThinForward(t thin, w []float32) thinForward {
	s, rows, cols := t.s, t.k.isa.outerRows, t.k.isa.cols
	f := thinForward{thin: t, w: w, width: s.K}
	taps, padded := len(t.taps), 0
	if s.K%cols != 0 {
		f.width = ceilDiv(s.K, cols) * cols
		padded = taps * f.width
	}
	f.packed, f.table = t.k.floats.borrow(padded+rows*cols), t.k.ints.borrow(taps)
	f.edge, f.offsets = (*f.packed)[padded:], *f.table
	if padded > 0 {
		f.w = (*f.packed)[:padded]
		clear(f.w)
		copyBlock(f.w, f.width, w, s.K, taps, s.K)
	}
	return f
}

func (f *thinForward) giveBack() {
	f.k.floats.giveBack(f.packed)
	f.k.ints.giveBack(f.table)
}

// multiply computes the outputs of the loaded image.
func (f *thinForward) multiply(y []float32) {
	s, set := f.s, f.k.isa
	rows, cols := set.outerRows, set.cols
	for oy := range s.OH {
		for i, tap := range f.taps {
			f.offsets[i] = tap + oy*s.Stride*f.pitch
		}
		for block := 0; block < s.OW; block += rows {
			ox := min(block, s.OW-rows) // the last block may compute some outputs again
			for col := 0; col < s.K; col += cols {
				out, stride, wide := y[(oy*s.OW+ox)*s.K+col:], s.K, min(cols, s.K-col)
				if wide < cols {
					out, stride = f.edge, cols
				}
				set.outer(&f.planes[ox], &f.offsets[0], &f.w[col], f.width, len(f.taps), &out[0], stride, false)
				if wide < cols {
					copyBlock(y[(oy*s.OW+ox)*s.K+col:], s.K, out, stride, rows, wide)
				}
			}
		}
	}
}

// thinWeights adds up the gradient of a thin convolution's weights: each weight
// is the product of a plane, from the tap on, and a channel of dy.
type thinWeights struct {
	thin
	sum     []float32
	begun   bool      // sums holds something
	sums    []float32 // the sum so far, padded to whole register blocks
	width   int       // of sums
	panel   []float32 // of dy, unless K is the width of one
	zeros   []float32 // a bias, and what rows without a tap read
	offsets []int     // [block][row of outputs][row]
	rows    []int     // [block][row] of sums

	packed *[]float32
	table  *[]int
}

// newThinWeights prepares the sums. Giving it back sets sum.
func newThinWeights(t thin, sum []float32) thinWeights {
	s, rows, cols := t.s, t.k.isa.gatherRows, t.k.isa.cols
	a := thinWeights{thin: t, sum: sum, width: ceilDiv(s.K, cols) * cols}
	count := ceilDiv(len(t.taps), rows) * rows
	panel := 0
	if s.K != cols {
		panel = s.OH * s.OW * cols
	}
	a.packed, a.table = t.k.floats.borrow(count*a.width+panel+max(s.OW, cols)), t.k.ints.borrow(count*(s.OH+1))
	a.sums, a.panel, a.zeros, _ = cut4(*a.packed, count*a.width, panel, max(s.OW, cols))
	a.rows, a.offsets = (*a.table)[:count], (*a.table)[count:]
	clear(a.panel)
	clear(a.zeros)
	for i := range count {
		a.rows[i] = i * a.width
		for oy := range s.OH {
			at := -1
			if i < len(t.taps) {
				at = t.taps[i] + oy*s.Stride*t.pitch
			}
			a.offsets[(i/rows*s.OH+oy)*rows+i%rows] = at
		}
	}
	return a
}

func (a *thinWeights) giveBack() {
	copyBlock(a.sum, a.s.K, a.sums, a.width, len(a.taps), a.s.K)
	a.k.floats.giveBack(a.packed)
	a.k.ints.giveBack(a.table)
}

// add adds the loaded image, whose outputs have the gradient dy.
func (a *thinWeights) add(dy []float32) {
	s, set := a.s, a.k.isa
	for col := 0; col < s.K; col += set.cols {
		panel := dy
		if s.K != set.cols {
			panel = a.panel
			set.packPanel(panel, dy[col:], s.K, s.OH*s.OW, min(set.cols, s.K-col))
		}
		for row := 0; row < len(a.rows); row += set.gatherRows {
			set.gather(&a.planes[0], &a.zeros[0], &a.offsets[row*s.OH], &panel[0], s.OH, s.OW, &a.sums[col], &a.rows[row], &a.zeros[0], floor(false), a.begun)
		}
	}
	a.begun = true
}

// thinForwardTask is [Kernel.ConvForward] without bias and ReLU for some images.
type thinForwardTask struct {
	k       *Kernel
	s       *Conv
	n       int
	y, x, w []float32
}

const thinImages = 4

func (t *thinForwardTask) Do(i int) {
	s := t.s
	image := newThin(t.k, s)
	forward := newThinForward(image, t.w)
	for j := i * thinImages; j < min((i+1)*thinImages, t.n); j++ {
		forward.load(t.x[j*s.in() : (j+1)*s.in()])
		forward.multiply(t.y[j*s.out() : (j+1)*s.out()])
	}
	forward.giveBack()
	image.giveBack()
}

// thinWeightsTask sums over one part of the images.
type thinWeightsTask struct {
	k            *Kernel
	s            *Conv
	n            int
	parts, x, dy []float32
}

func (t *thinWeightsTask) Do(i int) {
	s := t.s
	image := newThin(t.k, s)
	weights := newThinWeights(image, t.parts[i*s.weights():(i+1)*s.weights()])
	first, end := t.k.Tree.partOf(t.n, i)
	for j := first; j < end; j++ {
		weights.load(t.x[j*s.in() : (j+1)*s.in()])
		weights.add(t.dy[j*s.out() : (j+1)*s.out()])
	}
	weights.giveBack()
	image.giveBack()
}

// thinBackwardTask is the backward pass of a layer for one part of the images.
type thinBackwardTask struct {
	convBackwardTask
	w []float32
}

func (t *thinBackwardTask) Do(i int) {
	s := t.s
	image := newThin(t.k, s)
	weights := newThinWeights(image, t.dw[i*s.weights():(i+1)*s.weights()])
	input := newThinForward(image, t.w)
	db := t.biasPart(i)
	first, end := t.k.Tree.partOf(t.n, i)
	for j := first; j < end; j++ {
		x, dy := t.x[j*t.in:(j+1)*t.in], t.biasGradient(db, j, j+1)
		if t.transposed {
			image.load(dy)
			weights.add(x)
		} else {
			image.load(x)
			weights.add(dy)
		}
		if t.dx != nil {
			input.multiply(t.dx[j*t.in : (j+1)*t.in])
		}
	}
	input.giveBack()
	weights.giveBack()
	image.giveBack()
}
