package kernel

// weightsSum adds up the gradient of a convolution's weights over images.
//
// For one row of the filter the weights' rows (tap along x, channel) are as
// contiguous as the pixels under them, so the gradient is a sum over pixels of
// outer products of a stretch of x and one pixel of dy. A few images at a time
// are copied into a frame of zeros, row by row as they are needed, so that no tap falls
// outside, and dy, unless its channels are one register block's width, panel by panel into
// contiguous memory: rows that lie a power of two apart would displace each other in the
// first-level cache.
type weightsSum struct {
	k      *Kernel
	s      *Conv
	sum    []float32
	begun  bool      // sum holds something
	images int       // that fit at a time
	pairs  []float32 // room for pairs of x and dy; empty if these are multiplied in float32

	pitch, frame   int   // floats from row to row and from image to image of x
	offsets        []int // of every pixel of dy into x
	x, panel, edge []float32

	floats *[]float32
	ints   *[]int
}

// weightsPixels bounds the pixels that are summed in registers: a panel of so many pixels
// of dy is a quarter of a first-level cache.
const weightsPixels = 128

// newWeightsSum prepares sums over some images at a time, 0 for any suitable
// number. Give it back after use.
func newWeightsSum(k *Kernel, s *Conv, sum []float32, images int) *weightsSum {
	if images == 0 {
		images = ceilDiv(weightsPixels, s.OH*s.OW)
	}
	most, pairs := images, 0
	if k.inPairs(s.C, s.K) {
		k = k.paired
		images = ceilDiv(images, 2)
		most, pairs = 2*images, images*(s.in()+s.out())
	}
	a := k.weightsSums.get()
	rows, cols := k.isa.outerRows, k.isa.cols
	width := max((s.OW-1)*s.Stride+s.KW, s.Pad+s.W)
	height := max((s.OH-1)*s.Stride+s.KH, s.Pad+s.H)
	// Rows of pixels at other places modulo the size of a cache way.
	pitch := width*s.C + 16/s.Stride
	pixels := images * s.OH * s.OW
	*a = weightsSum{k: k, s: s, sum: sum, images: most, pitch: pitch, frame: height * pitch}
	a.ints = k.ints.borrow(pixels)
	a.offsets = *a.ints
	panel := 0
	if s.K != cols {
		panel = min(weightsPixels, pixels) * cols
	}
	a.floats = k.floats.borrow(images*a.frame + rows + panel + rows*cols + pairs)
	a.x, a.panel, a.edge, a.pairs = cut4(*a.floats, images*a.frame+rows, panel, rows*cols)
	clear(a.x)
	for p := range a.offsets {
		image, oy, ox := p/(s.OH*s.OW), p/s.OW%s.OH, p%s.OW
		a.offsets[p] = image*a.frame + (oy*pitch+ox*s.C)*s.Stride
	}
	return a
}

func (a *weightsSum) giveBack() {
	a.k.floats.giveBack(a.floats)
	a.k.ints.giveBack(a.ints)
	a.k.weightsSums.put(a)
}

// add adds the images that x and dy hold. While they are multiplied, the memory
// needed next is brought closer.
func (a *weightsSum) add(x, dy []float32, next ...[]float32) {
	s, set := a.s, a.k.isa
	if len(a.pairs) > 0 {
		x, dy = a.pair(x, dy)
	}
	cols := set.cols
	pixels := len(x) / s.in() * s.OH * s.OW
	parts := ceilDiv(pixels, weightsPixels)
	blocks := parts * ceilDiv(s.K, cols) * s.KH * ceilDiv(s.KW*s.C, set.outerRows)
	framed := 0 // rows of x, of all images
	for part := range parts {
		from := part * pixels / parts
		count := (part+1)*pixels/parts - from
		for last := s.lastRow(from + count - 1); framed < last; framed++ {
			image, iy := framed/s.H, framed%s.H
			copy(a.x[image*a.frame+(iy+s.Pad)*a.pitch+s.Pad*s.C:], x[framed*s.W*s.C:][:s.W*s.C])
		}
		for col := 0; col < s.K; col += cols {
			wide := min(cols, s.K-col)
			panel := dy[from*s.K:]
			if s.K != cols {
				panel = a.panel
				set.packPanel(panel, dy[from*s.K+col:], s.K, count, wide)
			}
			for kh := range s.KH {
				for row, high := 0, 0; row < s.KW*s.C; row += high {
					high = set.outerHeight(s.KW*s.C - row)
					for i := range next {
						next[i] = set.aheadPart(next[i], blocks)
					}
					blocks--
					set.outerBlock(&a.x[kh*a.pitch+row], a.offsets[from:from+count], panel, a.sum[(kh*s.KW*s.C+row)*s.K+col:], s.K, high, wide, a.edge, a.begun)
				}
			}
		}
		a.begun = true
	}
}

// pair makes pairs of neighbouring images.
func (a *weightsSum) pair(x, dy []float32) (_, _ []float32) {
	n, room := len(x)/a.s.in(), a.pairs
	pairs := func(x []float32) []float32 {
		t := rowPairing(x, n, len(x)/n, len(x)/n)
		t.set, t.high = a.k.isa, t.height
		t.dst, room = room[:t.height*t.width], room[t.height*t.width:]
		t.Do(0)
		return t.dst
	}
	return pairs(x), pairs(dy)
}

// lastRow is the end of the rows of x, of all images, that the outputs up to a pixel read.
func (s *Conv) lastRow(pixel int) int {
	image, oy := pixel/(s.OH*s.OW), pixel/s.OW%s.OH
	return image*s.H + max(min(oy*s.Stride+s.KH-s.Pad, s.H), 0)
}

// convWeightsTask sums over one part of the images.
type convWeightsTask struct {
	k            *Kernel
	s            *Conv
	n            int
	parts, x, dy []float32
}

func (t *convWeightsTask) Do(i int) {
	s := t.s
	sum := newWeightsSum(t.k, s, t.parts[i*s.weights():(i+1)*s.weights()], 0)
	image, end := t.k.Tree.partOf(t.n, i)
	for image < end {
		next := min(image+sum.images, end)
		after := min(next+sum.images, end)
		sum.add(t.x[image*s.in():next*s.in()], t.dy[image*s.out():next*s.out()], t.x[next*s.in():after*s.in()], t.dy[next*s.out():after*s.out()])
		image = next
	}
	sum.giveBack()
}
