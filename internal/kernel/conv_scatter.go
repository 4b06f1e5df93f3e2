package kernel

// scatterPays reports whether a transposed convolution writes so few channels
// that a register block is better filled by pixels side by side, as for the
// last layer of an image decoder.
func (k *Kernel) scatterPays(s *Conv) bool {
	taps := s.KH * s.KW
	return ceilDiv(taps*s.C, k.isa.gatherRows)*k.isa.gatherRows*s.Stride*s.Stride < taps*ceilDiv(s.C, k.isa.cols)*k.isa.cols
}

// scatterTask is a transposed convolution of few channels for a few images: every
// weight (tap, channel) is multiplied with all pixels of dy, which gives a plane
// each, and the planes are added up, each shifted by its tap.
type scatterTask struct {
	k               *Kernel
	s               *Conv
	n               int
	dx, dy, w, bias []float32
	relu            bool
}

const scatterImages = 4

func (t *scatterTask) Do(i int) {
	for image := i * scatterImages; image < min((i+1)*scatterImages, t.n); image++ {
		t.do(image)
	}
}

func (t *scatterTask) do(i int) {
	s := t.s
	dx, dy := t.dx[i*s.in():(i+1)*s.in()], t.dy[i*s.out():]
	size := ceilDiv(s.OH*s.OW, t.k.isa.cols) * t.k.isa.cols
	count := ceilDiv(s.KH*s.KW*s.C, t.k.isa.gatherRows) * t.k.isa.gatherRows
	planes := t.k.floats.borrow(count * size)
	t.multiply(*planes, size, dy)

	low := floor(t.relu)
	plane := t.k.floats.borrow(s.H * s.W)
	for c := range s.C {
		sum := *plane
		if s.C == 1 {
			sum = dx
		}
		start := float32(0)
		if t.bias != nil {
			start = t.bias[c]
		}
		for j := range sum {
			sum[j] = start
		}
		for tap := range s.KH * s.KW {
			t.addShifted(sum, (*planes)[(tap*s.C+c)*size:], tap/s.KW-s.Pad, tap%s.KW-s.Pad)
		}
		for j, v := range sum {
			dx[j*s.C+c] = max(v, low)
		}
	}
	t.k.floats.giveBack(planes)
	t.k.floats.giveBack(plane)
}

// multiply looks at the first image of dy and sets planes[tap*C+c][p] = sum over k of w[tap,c,k] * dy[p,k].
func (t *scatterTask) multiply(planes []float32, size int, dy []float32) {
	set, depth := t.k.isa, t.s.K
	rows, cols := set.gatherRows, set.cols
	pixels, taps := t.s.OH*t.s.OW, t.s.KH*t.s.KW*t.s.C
	panel := t.k.floats.borrow((depth + 1) * cols)
	clear(*panel)
	zeros := (*panel)[depth*cols:]
	table := t.k.ints.borrow(3 * rows)
	reads, writes, last := (*table)[:rows], (*table)[rows:2*rows], (*table)[2*rows:]
	for r := range rows {
		// Where the weights end within a block the last one is computed again.
		reads[r], writes[r], last[r] = r*depth, r*size, min(r, (taps-1)%rows)*depth
	}
	for p := 0; p < pixels; p += cols {
		if next := dy[min(pixels*depth+p*depth, len(dy)):]; len(next) > 0 {
			set.ahead(next[:min(cols*depth, len(next))])
		}
		set.transpose(*panel, cols, dy[p*depth:], depth, min(cols, pixels-p), depth)
		for tap := 0; tap < taps; tap += rows {
			w, from := &t.w[tap*depth], reads
			if tap+rows > taps {
				from = last
			}
			set.gather(w, w, &from[0], first(*panel), 1, depth, &planes[tap*size+p], &writes[0], &zeros[0], floor(false), false)
		}
	}
	t.k.floats.giveBack(panel)
	t.k.ints.giveBack(table)
}

// addShifted adds a plane of the size of dy to sum, one of the size of dx:
// the pixel (y,x) to (y*stride+down, x*stride+right), where that is inside.
func (t *scatterTask) addShifted(sum, plane []float32, down, right int) {
	s := t.s
	left := max(0, ceilDiv(-right, s.Stride))
	width := min(s.OW, (s.W-right+s.Stride-1)/s.Stride) - left
	if width <= 0 {
		return
	}
	for oy := range s.OH {
		if iy := oy*s.Stride + down; 0 <= iy && iy < s.H {
			t.k.Saxpy(width, 1, plane[oy*s.OW+left:], 1, sum[iy*s.W+left*s.Stride+right:], s.Stride)
		}
	}
}
