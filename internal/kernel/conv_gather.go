package kernel

// gatherConv is a convolution, or backward its transpose, in register blocks
// whose rows are read where they lie: an indirect convolution (Dukhan 2019,
// arXiv 1907.02129), without patches to write and read again.
func (k *Kernel) gatherConv(s *Conv, n int, backward bool, y, x, w, bias []float32, relu bool) {
	p := k.plan(s, backward)
	panels := ceilDiv(p.width, k.isa.cols)
	packed := k.floats.borrow(panels * (p.taps*p.depth + 1) * k.isa.cols)
	t := gatherTask{k: k, p: p, n: n, y: y, x: x, floor: floor(relu)}
	t.w, t.bias = k.packFilter(p, *packed, w, bias, backward)
	launch(k, &k.gather, ceilDiv(n, p.images)*len(p.pieces), t)
	k.floats.giveBack(packed)
}

// packFilter lays the weights out as [panel][phase and tap][depth][cols],
// followed by the bias, both padded with zeros to whole panels.
func (k *Kernel) packFilter(p *plan, packed, w, bias []float32, backward bool) (weights, biases []float32) {
	cols, depth := k.isa.cols, p.depth
	panels := ceilDiv(p.width, cols)
	weights, biases = packed[:panels*p.taps*depth*cols], packed[panels*p.taps*depth*cols:]
	clear(biases)
	copy(biases, bias)
	if p.width%cols != 0 {
		clear(weights)
	}
	dst := weights
	for panel := range panels {
		wide := min(cols, p.width-panel*cols)
		for i := range p.phases {
			for _, tap := range p.phases[i].taps {
				src := w[tap*depth*p.width:]
				if backward {
					k.isa.transpose(dst, cols, src[panel*cols*depth:], depth, wide, depth)
				} else {
					copyBlock(dst, cols, src[panel*cols:], p.width, depth, wide)
				}
				dst = dst[depth*cols:]
			}
		}
	}
	return weights, biases
}

type gatherTask struct {
	k             *Kernel
	p             *plan
	n             int
	y, x, w, bias []float32
	floor         float32
}

func (t *gatherTask) Do(i int) {
	set, p := t.k.isa, t.p
	rows, cols := set.gatherRows, set.cols
	run, piece := i/len(p.pieces), p.pieces[i%len(p.pieces)]
	ph := &p.phases[piece.phase]
	taps := len(ph.taps)
	images := min(p.images, t.n-run*p.images)
	ySize, xSize := len(t.y)/t.n, len(t.x)/t.n
	y, x := t.y[run*p.images*ySize:], t.x[run*p.images*xSize:]

	// At the edge of y or of the batch a block is computed aside.
	edge := t.k.floats.borrow(rows * cols)
	table := t.k.ints.borrow((taps + 1) * rows)
	edgeOffsets, edgeReads := (*table)[:rows], (*table)[rows:]
	for r := range rows {
		edgeOffsets[r] = r * cols
	}
	for col := 0; col < p.width; col += cols {
		wide := min(cols, p.width-col)
		panel := t.w[(col/cols*p.taps+ph.before)*p.depth*cols:]
		for block := piece.first; block < piece.last; block++ {
			valid := min(rows, images*ph.pixels-block*rows)
			if valid <= 0 {
				break
			}
			if col == 0 && block+1 < len(ph.upTo) {
				set.ahead(x[min(ph.upTo[block], len(x)):min(ph.upTo[block+1], len(x))])
			}
			reads := ph.offsets[block*taps*rows : (block+1)*taps*rows]
			writes := ph.yOffsets[block*rows : (block+1)*rows]
			whole := valid == rows && wide == cols
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
			if !whole {
				out, outOffsets = *edge, edgeOffsets
			}
			set.gather(&x[0], &p.zeros[0], first(reads), first(panel), taps, p.depth, &out[0], &outOffsets[0], &t.bias[col], t.floor, false)
			if !whole {
				for r, at := range writes[:valid] {
					copy(y[at+col:at+col+wide], out[r*cols:])
				}
			}
		}
	}
	t.k.floats.giveBack(edge)
	t.k.ints.giveBack(table)
}

// first is a pointer to a slice's first element, nil if it has none.
func first[T any](x []T) *T {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}
