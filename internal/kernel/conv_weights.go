package kernel

// weightsSum adds up the gradient of a convolution's weights over images.
//
// For one row of the filter the weights' rows (tap along x, channel) are as
// contiguous as the pixels under them, so the gradient is a sum over pixels of
// outer products of a stretch of x and one pixel of dy. A few images at a time
// are copied into a frame of zeros, so that no tap falls outside, and dy, if its
// channels are no multiple of a register block's width, into panels that are.
type weightsSum struct {
	k      *Kernel
	s      *Conv
	sum    []float32
	begun  bool // sum holds something
	images int  // that fit at a time

	pitch, frame int   // floats from row to row and from image to image of x
	offsets      []int // of every pixel of dy into x
	width        int   // channels of dy, rounded up to whole register blocks
	x, dy, edge  []float32

	floats *[]float32
	ints   *[]int
}

// weightsPixels is the number of pixels that are summed in registers: a panel
// of so many pixels of dy is half a first-level cache.
const weightsPixels = 196

// newWeightsSum prepares sums over some images at a time, 0 for any suitable
// number. Give it back after use.
func newWeightsSum(k *Kernel, s *Conv, sum []float32, images int) *weightsSum {
	a := k.weightsSums.get()
	rows, cols := k.isa.outerRows, k.isa.cols
	if images == 0 {
		images = ceilDiv(weightsPixels, s.OH*s.OW)
	}
	width := max((s.OW-1)*s.Stride+s.KW, s.Pad+s.W)
	height := max((s.OH-1)*s.Stride+s.KH, s.Pad+s.H)
	// Rows of pixels at other places modulo the size of a cache way.
	pitch := width*s.C + 16/s.Stride
	pixels := images * s.OH * s.OW
	*a = weightsSum{k: k, s: s, sum: sum, images: images, pitch: pitch, frame: height * pitch, width: ceilDiv(s.K, cols) * cols}
	a.ints = k.ints.borrow(pixels)
	a.offsets = *a.ints
	padded := 0
	if a.width > s.K {
		padded = pixels * a.width
	}
	a.floats = k.floats.borrow(images*a.frame + rows + padded + rows*cols)
	a.x, a.dy, a.edge, _ = cut4(*a.floats, images*a.frame+rows, padded, rows*cols)
	clear(a.x)
	clear(a.dy)
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
	rows, cols := set.outerRows, set.cols
	images := len(x) / s.in()
	for j := range images {
		for iy := range s.H {
			copy(a.x[j*a.frame+(iy+s.Pad)*a.pitch+s.Pad*s.C:], x[j*s.in()+iy*s.W*s.C:][:s.W*s.C])
		}
	}
	pixels := images * s.OH * s.OW
	if a.width > s.K {
		copyBlock(a.dy, a.width, dy, s.K, pixels, s.K)
		dy = a.dy
	}
	blocks := ceilDiv(pixels, weightsPixels) * a.width / cols * s.KH * ceilDiv(s.KW*s.C, rows)
	for from := 0; from < pixels; from += weightsPixels {
		count := min(weightsPixels, pixels-from)
		for col := 0; col < s.K; col += cols {
			wide := min(cols, s.K-col)
			for kh := range s.KH {
				for row := 0; row < s.KW*s.C; row += rows {
					for i := range next {
						next[i] = set.aheadPart(next[i], blocks)
					}
					blocks--
					sum := a.sum[(kh*s.KW*s.C+row)*s.K+col:]
					out, stride := sum, s.K
					high := min(rows, s.KW*s.C-row)
					whole := high == rows && wide == cols
					if !whole {
						out, stride = a.edge, cols
						if a.begun {
							copyBlock(out, stride, sum, s.K, high, wide)
						}
					}
					set.outer(&a.x[kh*a.pitch+row], &a.offsets[from], &dy[from*a.width+col], a.width, count, &out[0], stride, a.begun)
					if !whole {
						copyBlock(sum, s.K, out, stride, high, wide)
					}
				}
			}
		}
		a.begun = true
	}
}

// convWeightsTask sums over one part of the images.
type convWeightsTask struct {
	k            *Kernel
	s            *Conv
	n, count     int
	parts, x, dy []float32
}

func (t *convWeightsTask) Do(i int) {
	s := t.s
	sum := newWeightsSum(t.k, s, t.parts[i*s.weights():(i+1)*s.weights()], 0)
	end := (i + 1) * t.n / t.count
	for image := i * t.n / t.count; image < end; {
		next := min(image+sum.images, end)
		after := min(next+sum.images, end)
		sum.add(t.x[image*s.in():next*s.in()], t.dy[image*s.out():next*s.out()], t.x[next*s.in():after*s.in()], t.dy[next*s.out():after*s.out()])
		image = next
	}
	sum.giveBack()
}
