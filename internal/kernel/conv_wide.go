package kernel

import "math/bits"

// wideWeightsTask is [Kernel.ConvBackwardWeights] for many weights, as between small maps
// of many channels. Partial sums by images would then be larger than what is summed, so a
// task owns the weights of one tap and some input channels instead, and adds up all images.
// Only the outputs whose tap lies inside of the image are visited.
type wideWeightsTask struct {
	k         *Kernel
	tree      Tree
	s         *Conv
	n         int
	dw, x, dy []float32
}

const (
	wideWeights = 1 << 17 // weights from which on partial sums leave the second-level cache
	wideTasks   = 16      // to aim for
	widePixels  = 96      // that are summed in registers: all channels of so many fit that cache
)

// isWide reports whether the weights of s are many, in whole blocks of rows: others would be read
// past the last pixel.
func (s *Conv) isWide() bool { return s.weights() >= wideWeights && s.C%outerFewRows == 0 }

// wideChannels is the number of input channels of a task.
func (s *Conv) wideChannels() int {
	return ceilDiv(ceilDiv(s.C, ceilDiv(wideTasks, s.KH*s.KW)), 8) * 8
}

func (t *wideWeightsTask) tasks() int { return t.s.KH * t.s.KW * ceilDiv(t.s.C, t.s.wideChannels()) }

func (t *wideWeightsTask) Do(i int) {
	s, set := t.s, t.k.isa
	most := s.wideChannels()
	across := ceilDiv(s.C, most)
	tap, first := i/across, i%across*most
	w := wideWeightsSum{wideWeightsTask: t, sum: t.dw[(tap*s.C+first)*s.K:], channels: min(most, s.C-first)}
	edge, panels, node := set.outerRows*set.cols, widePixels*ceilDiv(s.K, set.cols)*set.cols, w.channels*s.K
	floats, ints := t.k.floats.borrow(edge+panels+bits.Len(uint(t.tree.Leaves(t.n)))*node), t.k.ints.borrow(4*widePixels)
	w.edge, w.panels, w.nodes, _ = cut4(*floats, edge, panels, len(*floats)-edge-panels)
	for i := range w.pairs {
		w.pairs[i].x = (*ints)[2*i*widePixels:][:0:widePixels]
		w.pairs[i].y = (*ints)[(2*i+1)*widePixels:][:0:widePixels]
	}

	w.kh, w.kw, w.first = tap/s.KW, tap%s.KW, first
	w.top, w.bottom = s.inside(w.kh, s.H, s.OH)
	w.left, w.right = s.inside(w.kw, s.W, s.OW)
	w.add(0, t.n, w.sum[:node], w.nodes)
	t.k.floats.giveBack(floats)
	t.k.ints.giveBack(ints)
}

// inside is the range of outputs along one axis that a tap meets inside of the image.
func (s *Conv) inside(tap, size, outputs int) (first, last int) {
	first = min(ceilDiv(max(s.Pad-tap, 0), s.Stride), outputs)
	last = min(ceilDiv(max(size+s.Pad-tap, 0), s.Stride), outputs)
	return first, max(first, last)
}

// wideWeightsSum is what a task adds up.
type wideWeightsSum struct {
	*wideWeightsTask
	sum          []float32
	begun        bool // sum holds something
	channels     int
	pairs        [2]struct{ x, y []int } // where pixels of x and their outputs lie: the present ones and the next
	panels, edge []float32               // panels of the present outputs
	nodes        []float32               // room for nodes of the tree

	kh, kw, first            int // the tap and the first input channel
	top, bottom, left, right int // of the outputs whose tap lies inside
}

// add sets sum to the node of some images. The one over its later images takes the first of
// the places for nodes.
func (w *wideWeightsSum) add(first, images int, sum, nodes []float32) {
	split := w.tree.Split(images)
	if split < images {
		w.add(first, split, sum, nodes)
		w.add(first+split, images-split, nodes[:len(sum)], nodes[len(sum):])
		w.k.addTo(sum, nodes[:len(sum)])
		return
	}
	s := w.s
	w.sum, w.begun = sum, false
	for image := first; image < first+images; image++ {
		for oy := w.top; oy < w.bottom; oy++ {
			x := ((image*s.H+oy*s.Stride+w.kh-s.Pad)*s.W+w.kw-s.Pad)*s.C + w.first
			y := (image*s.OH + oy) * s.OW * s.K
			for ox := w.left; ox < w.right; ox++ {
				w.take(x+ox*s.Stride*s.C, y+ox*s.K)
			}
		}
	}
	w.turn()
	w.turn()
	if !w.begun { // a tap that always lies outside
		clear(sum)
	}
}

// take adds one more pair to the next ones.
func (w *wideWeightsSum) take(x, y int) {
	next := &w.pairs[1]
	next.x, next.y = append(next.x, x), append(next.y, y)
	if len(next.x) == widePixels {
		w.turn()
	}
}

// turn adds the present pairs, while the memory of the next ones is brought closer, and
// makes these the present ones.
func (w *wideWeightsSum) turn() {
	s, set, present, next := w.s, w.k.isa, &w.pairs[0], &w.pairs[1]
	count, ahead := len(present.x), 0
	if count > 0 {
		w.pack()
		perBlock := ceilDiv(len(next.x)*outerFewRows*set.cols, w.channels*s.K)
		for col := 0; col < s.K; col += set.cols {
			wide := min(set.cols, s.K-col)
			for row, high := 0, 0; row < w.channels; row += high {
				for last := min(ahead+perBlock, len(next.x)); ahead < last; ahead++ {
					set.ahead(w.x[next.x[ahead]:][:w.channels])
					set.ahead(w.dy[next.y[ahead]:][:s.K])
				}
				high = set.outerHeight(w.channels - row)
				set.outerBlock(&w.x[row], present.x, w.panels[col*count:], w.sum[row*s.K+col:], s.K, high, wide, w.edge, w.begun)
			}
		}
		w.begun = true
	}
	*present, *next = *next, *present
	next.x, next.y = next.x[:0], next.y[:0]
}

// pack copies the present outputs into panels, runs of neighbours at a time.
func (w *wideWeightsSum) pack() {
	s, set, y := w.s, w.k.isa, w.pairs[0].y
	for first, last := 0, 0; first < len(y); first = last {
		for last = first + 1; last < len(y) && y[last] == y[last-1]+s.K; last++ {
		}
		for col := 0; col < s.K; col += set.cols {
			set.packPanel(w.panels[col*len(y)+first*set.cols:], w.dy[y[first]+col:], s.K, last-first, min(set.cols, s.K-col))
		}
	}
}
