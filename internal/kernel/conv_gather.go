package kernel

// gathered is a convolution, or backward its transpose, in register blocks
// whose rows are read where they lie: an indirect convolution (Dukhan 2019,
// arXiv 1907.02129), without patches to write and read again.
type gathered struct {
	k       *Kernel
	p       *plan
	w, bias []float32 // packed
	floor   float32
	packed  *[]float32
	rounds  bool // x is float32; k multiplies pairs, of which p has the number
}

// newGathered packs the weights as [panel][phase and tap][depth][cols] and the
// bias, both padded with zeros to whole panels. Give it back after use.
func newGathered(k *Kernel, s *Conv, backward bool, w, bias []float32, relu bool) gathered {
	shape, paired := *s, k.inPairs(s.C, s.K)
	if paired {
		var pairs *[]float32
		if backward {
			pairs = k.columnPairs(w, len(w)/s.K, s.K, s.K)
		} else {
			pairs = k.rowPairs(w, len(w)/s.K, s.K, s.K)
		}
		defer k.floats.giveBack(pairs)
		k, shape, w = k.paired, s.halved(backward), *pairs
	}
	p, cols := k.plan(shape, backward), k.isa.cols
	panels := ceilDiv(p.width, cols)
	g := gathered{k: k, p: p, floor: floor(relu), rounds: paired, packed: k.floats.borrow(panels * (p.taps*p.depth + 1) * cols)}
	g.w, g.bias = (*g.packed)[:panels*p.taps*p.depth*cols], (*g.packed)[panels*p.taps*p.depth*cols:]
	clear(g.bias)
	copy(g.bias, bias)
	if p.width%cols != 0 {
		clear(g.w)
	}
	dst := g.w
	for panel := range panels {
		wide := min(cols, p.width-panel*cols)
		for i := range p.phases {
			for _, tap := range p.phases[i].taps {
				src := w[tap*p.depth*p.width:]
				if backward {
					k.isa.transpose(dst, cols, src[panel*cols*p.depth:], p.depth, wide, p.depth)
				} else {
					k.isa.packPanel(dst, src[panel*cols:], p.width, p.depth, wide)
				}
				dst = dst[p.depth*cols:]
			}
		}
	}
	return g
}

func (g *gathered) giveBack() { g.k.floats.giveBack(g.packed) }

// gatherTask runs a gathered convolution over a batch.
type gatherTask struct {
	gathered
	n    int
	y, x []float32
}

func (t *gatherTask) runs() int { return ceilDiv(t.n, t.p.images) }

func (t *gatherTask) tasks() int {
	if t.rounds {
		return t.runs()
	}
	return t.runs() * len(t.p.pieces)
}

func (t *gatherTask) Do(i int) {
	ySize, xSize := len(t.y)/t.n, len(t.x)/t.n
	if t.rounds {
		first, last := i*t.p.images, min((i+1)*t.p.images, t.n)
		t.all(last-first, t.y[first*ySize:last*ySize], t.x[first*xSize:last*xSize])
		return
	}
	image := i / len(t.p.pieces) * t.p.images
	t.do(t.p.pieces[i%len(t.p.pieces)], min(t.p.images, t.n-image), t.y[image*ySize:], t.x[image*xSize:])
}

// all computes all pieces for some images, at most p.images.
func (g *gathered) all(images int, y, x []float32) {
	if g.rounds {
		pairs := g.k.floats.borrow(len(x) / 2)
		defer g.k.floats.giveBack(pairs)
		g.k.isa.pairsOfColumns(*pairs, x)
		x = *pairs
	}
	for _, piece := range g.p.pieces {
		g.do(piece, images, y, x)
	}
}

// do computes one piece for some images, at most p.images, that y and x begin with.
func (g *gathered) do(piece piece, images int, y, x []float32) {
	set, p := g.k.isa, g.p
	rows, cols := set.gatherRows, set.cols
	ph := &p.phases[piece.phase]
	taps := len(ph.taps)

	// At the edge of y or of the batch a block is computed aside.
	edge := g.k.floats.borrow(rows * cols)
	table := g.k.ints.borrow((taps + 1) * rows)
	edgeOffsets, edgeReads := (*table)[:rows], (*table)[rows:]
	for r := range rows {
		edgeOffsets[r] = r * cols
	}
	for col := 0; col < p.width; col += cols {
		wide := min(cols, p.width-col)
		panel := g.w[(col/cols*p.taps+ph.before)*p.depth*cols:]
		for block := piece.first; block < piece.last; block++ {
			valid := min(rows, images*ph.pixels-block*rows)
			if valid <= 0 {
				break
			}
			if col == 0 && block+1 < len(ph.upTo) {
				set.ahead(x[min(ph.upTo[block], len(x)):min(ph.upTo[block+1], len(x))])
			}
			// What is written next is brought closer, too; a hint may miss where a row ends.
			if next := (block + 1) * rows; col%32 == 0 && block+1 < piece.last && next+1 < images*ph.pixels {
				at := ph.yOffsets[next]
				set.prefetch(&y[at+col], max(ph.yOffsets[next+1]-at, p.width), rows)
			}
			reads := ph.offsets[block*taps*rows : (block+1)*taps*rows]
			writes := ph.yOffsets[block*rows : (block+1)*rows]
			if valid < rows {
				for j, at := range reads {
					if j%rows >= valid {
						at = -1
					}
					edgeReads[j] = at
				}
				reads = edgeReads
			}
			out, outOffsets := y[col:], writes
			whole := valid == rows && wide == cols
			if !whole {
				out, outOffsets = *edge, edgeOffsets
			}
			set.gather(&x[0], &p.zeros[0], first(reads), first(panel), taps, p.depth, &out[0], &outOffsets[0], &g.bias[col], g.floor, false)
			if !whole {
				for r, at := range writes[:valid] {
					copy(y[at+col:at+col+wide], out[r*cols:])
				}
			}
		}
	}
	g.k.floats.giveBack(edge)
	g.k.ints.giveBack(table)
}

// first is a pointer to a slice's first element, nil if it has none.
func first[T any](x []T) *T {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}
