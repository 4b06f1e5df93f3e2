package kernel

// Halving relates images of H x W pixels with C channels, the large ones, to small ones of
// ceil(H/2) x ceil(W/2): a pixel of a small one stands for a square of 2 x 2 pixels, which
// is cut off at the bottom and the right where H or W is odd.
type Halving struct{ H, W, C int }

func (g *Halving) smallWidth() int { return (g.W + 1) / 2 }
func (g *Halving) smallPixels() int {
	return (g.H + 1) / 2 * g.smallWidth()
}

// Spread sets each pixel of n large images to that of the small ones which stands for it:
// nearest upsampling. If mean is set, the pixels of a square share it in equal parts: the
// gradient of an average.
func (k *Kernel) Spread(g *Halving, n int, large, small []float32, mean bool) {
	k.halve("Spread", (*halvingTask).spread, g, n, large, small, g.C, mean)
}

// Collect sets each pixel of n small images to the sum of its square or, if mean is set,
// to its average.
func (k *Kernel) Collect(g *Halving, n int, small, large []float32, mean bool) {
	k.halve("Collect", (*halvingTask).collect, g, n, large, small, g.C, mean)
}

// Shuffle puts the 4*C channels of small pixels into squares of pixels: channel 4*c+2*i+j
// becomes channel c of row i and column j (Shi et al. 2016, arXiv 1609.05158, eq. 4).
func (k *Kernel) Shuffle(g *Halving, n int, large, small []float32) {
	k.halve("Shuffle", (*halvingTask).shuffle, g, n, large, small, 4*g.C, false)
}

// Unshuffle is the transpose of [Kernel.Shuffle]: channels that have no pixel become 0.
func (k *Kernel) Unshuffle(g *Halving, n int, small, large []float32) {
	k.halve("Unshuffle", (*halvingTask).unshuffle, g, n, large, small, 4*g.C, false)
}

func (k *Kernel) halve(function string, f func(t *halvingTask, s square), g *Halving, n int, large, small []float32, channels int, mean bool) {
	checkLen(function, "large", len(large), n*g.H*g.W*g.C)
	checkLen(function, "small", len(small), n*g.smallPixels()*channels)
	launch(k, &k.halving, n, halvingTask{k, f, *g, channels, large, small, mean})
}

// halvingTask does one image.
type halvingTask struct {
	k            *Kernel
	f            func(t *halvingTask, s square)
	g            Halving
	channels     int // of a small pixel
	large, small []float32
	mean         bool
}

// square is a pixel of a small image with the pixels that it stands for.
type square struct {
	small []float32
	large []float32 // from the first pixel on
	h, w  int       // 1 or 2
}

func (t *halvingTask) Do(i int) {
	g := &t.g
	large := t.large[i*g.H*g.W*g.C : (i+1)*g.H*g.W*g.C]
	small := t.small[i*g.smallPixels()*t.channels:]
	for y := 0; y < g.H; y += 2 {
		for x := 0; x < g.W; x += 2 {
			t.f(t, square{small[:t.channels], large[(y*g.W+x)*g.C:], min(2, g.H-y), min(2, g.W-x)})
			small = small[t.channels:]
		}
	}
}

// pixel is the large pixel in row i and column j of the square.
func (t *halvingTask) pixel(s square, i, j int) []float32 {
	return s.large[(i*t.g.W+j)*t.g.C:][:t.g.C]
}

// share is what each pixel of the square counts.
func (t *halvingTask) share(s square) float32 {
	if t.mean {
		return 1 / float32(s.h*s.w)
	}
	return 1
}

func (t *halvingTask) spread(s square) {
	share, pixel := t.share(s), t.pixel(s, 0, 0)
	for c, v := range s.small[:len(pixel)] {
		pixel[c] = share * v
	}
	for i := range s.h {
		for j := range s.w {
			copy(t.pixel(s, i, j), pixel)
		}
	}
}

func (t *halvingTask) collect(s square) {
	small, share := s.small, t.share(s)
	a, b := t.pixel(s, 0, 0)[:len(small)], t.pixel(s, 0, s.w-1)[:len(small)]
	d, e := t.pixel(s, s.h-1, 0)[:len(small)], t.pixel(s, s.h-1, s.w-1)[:len(small)]
	switch {
	case s.h*s.w == 4:
		for c := range small {
			small[c] = share * (a[c] + b[c] + (d[c] + e[c]))
		}
	case s.h*s.w == 2: // the first and the last of the square
		for c := range small {
			small[c] = share * (a[c] + e[c])
		}
	default:
		copy(small, a)
	}
}

func (t *halvingTask) shuffle(s square) {
	for i := range s.h {
		for j := range s.w {
			pixel := t.pixel(s, i, j)
			from := s.small[2*i+j:]
			from = from[:4*len(pixel)-3]
			for c := range pixel {
				pixel[c] = from[4*c]
			}
		}
	}
}

func (t *halvingTask) unshuffle(s square) {
	if s.h*s.w < 4 {
		clear(s.small)
	}
	for i := range s.h {
		for j := range s.w {
			to := s.small[2*i+j:]
			for c, v := range t.pixel(s, i, j) {
				to[4*c] = v
			}
		}
	}
}
