package kernel

// convWeightsTask sums the gradient of the weights over one part of the images.
//
// For one row of the filter the weights' rows (tap along x, channel) are as
// contiguous as the pixels under them, so in both the gradient is a sum over
// pixels of outer products of a stretch of x and one pixel of dy. A few images
// at a time are copied into a frame of zeros, so that no tap falls outside, and
// dy into panels as wide as a register block.
type convWeightsTask struct {
	k            *Kernel
	s            *Conv
	n, count     int
	parts, x, dy []float32
}

// weightsPixels is the number of pixels of dy to sum over before the weights
// are stored, where images are as small as that.
const weightsPixels = 192

func (t *convWeightsTask) Do(i int) {
	s, set := t.s, t.k.isa
	rows, cols := set.outerRows, set.cols
	part := t.parts[i*s.weights() : (i+1)*s.weights()]
	start, end := i*t.n/t.count, (i+1)*t.n/t.count

	framedW := max((s.OW-1)*s.Stride+s.KW, s.Pad+s.W)
	framedH := max((s.OH-1)*s.Stride+s.KH, s.Pad+s.H)
	// With the pixels of every row in other cache sets than those of the last.
	pitch := framedW*s.C + 16/s.Stride
	frame := framedH * pitch
	batch := ceilDiv(weightsPixels, s.OH*s.OW)
	pixels, panels := batch*s.OH*s.OW, ceilDiv(s.K, cols)

	floats := t.k.floats.borrow(batch*frame + rows + panels*pixels*cols + rows*cols)
	table := t.k.ints.borrow(pixels)
	x, dy, edge, _ := cut4(*floats, batch*frame+rows, panels*pixels*cols, rows*cols)
	clear(x)
	if s.K%cols != 0 {
		clear(dy)
	}
	for p := range pixels {
		image, oy, ox := p/(s.OH*s.OW), p/s.OW%s.OH, p%s.OW
		(*table)[p] = image*frame + (oy*pitch+ox*s.C)*s.Stride
	}
	for image := start; image < end; image += batch {
		images := min(batch, end-image)
		for j := range images {
			for iy := range s.H {
				copy(x[j*frame+(iy+s.Pad)*pitch+s.Pad*s.C:], t.x[(image+j)*s.in()+iy*s.W*s.C:][:s.W*s.C])
			}
		}
		used := images * s.OH * s.OW
		for panel := range panels {
			copyBlock(dy[panel*pixels*cols:], cols, t.dy[image*s.out()+panel*cols:], s.K, used, min(cols, s.K-panel*cols))
		}
		// While these images are multiplied the next ones come closer.
		nextX := t.x[(image+images)*s.in() : min(image+images+batch, end)*s.in()]
		nextDy := t.dy[(image+images)*s.out() : min(image+images+batch, end)*s.out()]
		blocks := panels * s.KH * ceilDiv(s.KW*s.C, rows)
		for panel := range panels {
			wide := min(cols, s.K-panel*cols)
			for kh := range s.KH {
				for row := 0; row < s.KW*s.C; row += rows {
					nextX, nextDy = set.aheadPart(nextX, blocks), set.aheadPart(nextDy, blocks)
					blocks--
					out, stride := part[(kh*s.KW*s.C+row)*s.K+panel*cols:], s.K
					high := min(rows, s.KW*s.C-row)
					whole := high == rows && wide == cols
					if !whole {
						if image > start {
							copyBlock(edge, cols, out, s.K, high, wide)
						}
						out, stride = edge, cols
					}
					set.outer(&x[kh*pitch+row], &(*table)[0], &dy[panel*pixels*cols], cols, used, &out[0], stride, image > start)
					if !whole {
						copyBlock(part[(kh*s.KW*s.C+row)*s.K+panel*cols:], s.K, edge, cols, high, wide)
					}
				}
			}
		}
	}
	t.k.floats.giveBack(floats)
	t.k.ints.giveBack(table)
}
