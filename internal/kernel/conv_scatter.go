package kernel

// scatterPays reports whether so few channels are written that a register block
// is better filled with the taps of all of them: the product of a pixel with
// every tap, scattered to where it belongs, as the last layer of an image
// decoder needs it.
func (k *Kernel) scatterPays(s *Conv) bool {
	cols, taps := k.isa.cols, s.KH*s.KW
	return ceilDiv(taps*s.C, cols)*s.Stride*s.Stride < taps*ceilDiv(s.C, cols)
}

func (k *Kernel) scatterConv(s *Conv, n int, dx, dy, w, bias []float32, relu bool) {
	// w as K x (taps*C), in panels
	set := k.isa
	depth, width := s.K, s.KH*s.KW*s.C
	panels := ceilDiv(width, set.cols)
	packed := k.floats.borrow(panels * (depth + 1) * set.cols)
	clear(*packed)
	for panel := range panels {
		wide := min(set.cols, width-panel*set.cols)
		set.transpose((*packed)[panel*depth*set.cols:], set.cols, w[panel*set.cols*depth:], depth, wide, depth)
	}
	launch(k, &k.scatter, n, scatterTask{k, s, dx, dy, *packed, bias, relu})
	k.floats.giveBack(packed)
}

type scatterTask struct {
	k                    *Kernel
	s                    *Conv
	dx, dy, packed, bias []float32
	relu                 bool
}

func (t *scatterTask) Do(i int) {
	s, set := t.s, t.k.isa
	rows, cols := set.gatherRows, set.cols
	pixels, panels := s.OH*s.OW, ceilDiv(s.KH*s.KW*s.C, set.cols)
	dy := t.dy[i*s.out():]
	blocks := ceilDiv(pixels, rows)
	products := t.k.floats.borrow(blocks * rows * panels * cols)
	table := t.k.ints.borrow(3 * rows)
	reads, writes, last := (*table)[:rows], (*table)[rows:2*rows], (*table)[2*rows:]
	for r := range rows {
		reads[r], writes[r], last[r] = r*s.K, r*panels*cols, min(r, (pixels-1)%rows)*s.K
	}
	zeros := t.packed[panels*s.K*cols:] // the bias of every panel
	for block := range blocks {
		if block == blocks-1 {
			reads = last
		}
		x := &dy[block*rows*s.K]
		for panel := range panels {
			set.gather(x, x, &reads[0], &t.packed[panel*s.K*cols], 1, s.K,
				&(*products)[block*rows*panels*cols+panel*cols], &writes[0], &zeros[0], floor(false), false)
		}
	}
	dx := t.dx[i*s.in() : (i+1)*s.in()]
	col2im(s, dx, *products, panels*cols)
	biasAndReLU(dx, t.bias, s.C, t.relu)
	t.k.floats.giveBack(products)
	t.k.ints.giveBack(table)
}
