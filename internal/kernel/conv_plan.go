package kernel

import "sync"

// plan says where a gathered convolution finds its rows. It is made once for a
// geometry and a direction.
//
// Forward, one output pixel is the sum over all taps of the filter. Backward,
// an input pixel is touched by only some of the taps if the stride s is above
// one, always the same ones for pixels of equal (y mod s, x mod s): s*s phases,
// each a convolution of its own with fewer taps. A stride of 2 cuts a 3x3 filter
// into phases of 1, 2, 2 and 4 taps, and no product is wasted on zeros.
type plan struct {
	images int // that the tables cover; a batch is cut into runs of so many
	phases []phase
	pieces []piece // the tasks of one run of images
	taps   int     // of all phases
	depth  int     // channels read
	width  int     // channels written
	zeros  []float32
}

// phase is a set of pixels that need the same taps.
type phase struct {
	taps     []int // indices into the filter
	before   int   // taps of the phases before
	pixels   int   // written per image
	offsets  []int // [block][tap][row] of the pixel read, -1 outside the image
	yOffsets []int // [block][row] of the pixel written
	upTo     []int // [block] end of what the blocks up to this one read
}

// piece is a range of a phase's register blocks.
type piece struct{ phase, first, last int }

// pieceBlocks bounds a task to some 200 rows.
const pieceBlocks = 16

type planKey struct {
	s        Conv
	backward bool
}

// plans keeps the plans of a kernel.
type plans struct {
	mu sync.Mutex
	of map[planKey]*plan
}

func (k *Kernel) plan(s Conv, backward bool) *plan {
	k.plans.mu.Lock()
	defer k.plans.mu.Unlock()
	key := planKey{s, backward}
	p := k.plans.of[key]
	if p == nil {
		p = newPlan(&s, backward, k.isa.gatherRows)
		if k.plans.of == nil {
			k.plans.of = map[planKey]*plan{}
		}
		k.plans.of[key] = p
	}
	return p
}

func newPlan(s *Conv, backward bool, rows int) *plan {
	p := &plan{depth: s.C, width: s.K}
	readSize, writeSize, steps := s.in(), s.out(), 1
	if backward {
		p.depth, p.width = s.K, s.C
		readSize, writeSize, steps = s.out(), s.in(), s.Stride
	}
	p.zeros = make([]float32, p.depth)
	for py := range steps {
		for px := range steps {
			ph := s.phase(backward, py, px)
			if len(p.phases) == 0 {
				p.images = 1
				for ph.pixels < 64*rows && p.images*ph.pixels%rows != 0 {
					p.images++ // small images share register blocks, so that these are full
				}
			}
			ph.before = p.taps
			p.taps += len(ph.taps)
			blocks := ceilDiv(p.images*ph.pixels, rows)
			reads, writes := ph.offsets, ph.yOffsets // of one image
			ph.offsets = make([]int, blocks*len(ph.taps)*rows)
			ph.yOffsets = make([]int, blocks*rows)
			ph.upTo = make([]int, blocks)
			furthest := 0
			for i := range blocks * rows {
				block, row := i/rows, i%rows
				image, pixel := i/ph.pixels, i%ph.pixels
				ph.yOffsets[i] = image*writeSize + writes[pixel]*p.width
				for t := range ph.taps {
					at := -1
					if read := reads[pixel*len(ph.taps)+t]; read >= 0 && image < p.images {
						at = image*readSize + read*p.depth
					}
					ph.offsets[(block*len(ph.taps)+t)*rows+row] = at
					furthest = max(furthest, at+p.depth)
				}
				ph.upTo[block] = furthest
			}
			for first := 0; first < blocks; first += pieceBlocks {
				p.pieces = append(p.pieces, piece{len(p.phases), first, min(first+pieceBlocks, blocks)})
			}
			p.phases = append(p.phases, ph)
		}
	}
	return p
}

// phase lists the pixels written in one phase of one image and, for each tap,
// the pixels read.
func (s *Conv) phase(backward bool, py, px int) (ph phase) {
	height, width, step := s.OH, s.OW, 1
	if backward {
		height, width, step = s.H, s.W, s.Stride
	}
	for kh := range s.KH {
		for kw := range s.KW {
			if !backward || (py+s.Pad-kh)%s.Stride == 0 && (px+s.Pad-kw)%s.Stride == 0 {
				ph.taps = append(ph.taps, kh*s.KW+kw)
			}
		}
	}
	for y := py; y < height; y += step {
		for x := px; x < width; x += step {
			ph.pixels++
			ph.yOffsets = append(ph.yOffsets, y*width+x)
			for _, t := range ph.taps {
				kh, kw, at := t/s.KW, t%s.KW, -1
				if backward {
					oy, ox := (y+s.Pad-kh)/s.Stride, (x+s.Pad-kw)/s.Stride
					if y+s.Pad >= kh && oy < s.OH && x+s.Pad >= kw && ox < s.OW {
						at = oy*s.OW + ox
					}
				} else {
					iy, ix := y*s.Stride+kh-s.Pad, x*s.Stride+kw-s.Pad
					if 0 <= iy && iy < s.H && 0 <= ix && ix < s.W {
						at = iy*s.W + ix
					}
				}
				ph.offsets = append(ph.offsets, at)
			}
		}
	}
	return ph
}
