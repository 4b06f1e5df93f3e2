package kernel

import "math"

// GroupNorm is the geometry of a group normalisation (Wu and He 2018, arXiv 1803.08494):
// the channels of an image are cut into groups of equal size, and each group is made to
// have mean 0 and variance 1.
type GroupNorm struct {
	Pixels, C, Groups int
	Epsilon           float64 // added to variances
}

// Stats is the number of values per image that the backward pass needs: the mean and the
// inverse of the standard deviation of each group.
func (g *GroupNorm) Stats() int { return 2 * g.Groups }

// GroupNormForward computes y = scale*(x - mean)/deviation + shift for n images, with a
// scale and a shift for each channel, and leaves stats.
func (k *Kernel) GroupNormForward(g *GroupNorm, n int, y, stats, x, scale, shift []float32) {
	t := groupNormTask{k: k, g: *g, y: y, stats: stats, x: x, scale: scale, shift: shift}
	t.check("GroupNormForward", n)
	checkLen("GroupNormForward", "shift", len(shift), g.C)
	launch(k, &k.groupNorm, n, t)
}

// GroupNormBackward computes the gradients dx (nil if not wanted), dscale and dshift from
// dy, after the forward pass that left stats.
func (k *Kernel) GroupNormBackward(g *GroupNorm, n int, dx, dscale, dshift, stats, x, dy, scale []float32) {
	t := groupNormTask{k: k, g: *g, backward: true, y: dy, dx: dx, stats: stats, x: x, scale: scale}
	t.check("GroupNormBackward", n)
	checkLen("GroupNormBackward", "dscale", len(dscale), g.C)
	checkLen("GroupNormBackward", "dshift", len(dshift), g.C)
	if dx != nil {
		checkLen("GroupNormBackward", "dx", len(dx), len(x))
	}
	scaleParts, shiftParts := k.floats.borrow(n*g.C), k.floats.borrow(n*g.C)
	t.dscale, t.dshift = *scaleParts, *shiftParts
	launch(k, &k.groupNorm, n, t)
	k.addParts(dscale, *scaleParts)
	k.addParts(dshift, *shiftParts)
	k.floats.giveBack(scaleParts)
	k.floats.giveBack(shiftParts)
}

// groupNormTask does one image.
type groupNormTask struct {
	k              *Kernel
	g              GroupNorm
	backward       bool
	y, stats, x    []float32 // y is dy where backward is set
	scale, shift   []float32
	dx             []float32
	dscale, dshift []float32 // a row for each image
}

func (t *groupNormTask) check(function string, n int) {
	size := n * t.g.Pixels * t.g.C
	checkRows(function, "groups", t.g.Groups, t.g.C)
	checkLen(function, "x", len(t.x), size)
	checkLen(function, "y", len(t.y), size)
	checkLen(function, "stats", len(t.stats), n*t.g.Stats())
	checkLen(function, "scale", len(t.scale), t.g.C)
}

func (t *groupNormTask) Do(i int) {
	size := t.g.Pixels * t.g.C
	y, x := t.y[i*size:(i+1)*size], t.x[i*size:(i+1)*size]
	stats := t.stats[i*t.g.Stats() : (i+1)*t.g.Stats()]
	buffer := t.k.floats.borrow(6 * t.k.columnsWidth(t.g.C))
	if t.backward {
		t.backwardOf(i, y, x, stats, *buffer)
	} else {
		t.forwardOf(y, x, stats, *buffer)
	}
	t.k.floats.giveBack(buffer)
}

// group returns the range of channels of a group and the number of its values.
func (t *groupNormTask) group(g int) (first, last int, n float64) {
	size := t.g.C / t.g.Groups
	return g * size, (g + 1) * size, float64(size * t.g.Pixels)
}

func (t *groupNormTask) forwardOf(y, x, stats, buffer []float32) {
	c, k := t.g.C, t.k
	mean, deviation := stats[:t.g.Groups], stats[t.g.Groups:]
	wide := k.columnsWidth(c)
	sums, centre, scale, zeros, shift := buffer[:wide], buffer[wide:2*wide], buffer[2*wide:3*wide], buffer[3*wide:4*wide], buffer[4*wide:5*wide]
	clear(zeros)

	clear(sums)
	k.columnSums(sums[:c], x, nil)
	for g := range t.g.Groups {
		first, last, n := t.group(g)
		mean[g] = float32(total(sums[first:last]) / n)
		fill(centre[first:last], mean[g])
	}
	repeat(centre, c)
	clear(sums)
	k.columnProducts(sums, x, x, centre, centre)
	fold(sums, c)
	for g := range t.g.Groups {
		first, last, n := t.group(g)
		deviation[g] = float32(1 / math.Sqrt(total(sums[first:last])/n+t.g.Epsilon))
		for j := first; j < last; j++ {
			scale[j] = t.scale[j] * deviation[g]
		}
	}
	copy(shift, t.shift)
	repeat(scale, c)
	repeat(shift, c)
	k.columnAffine(y, x, x, centre, scale, zeros, shift)
}

// backwardOf computes, with h = (x - mean)/deviation, over a group of n values
//
//	dh = scale*dy
//	dx = (dh - sum(dh)/n - h*sum(dh*h)/n) / deviation
func (t *groupNormTask) backwardOf(image int, dy, x, stats, buffer []float32) {
	c, k := t.g.C, t.k
	mean, deviation := stats[:t.g.Groups], stats[t.g.Groups:]
	wide := k.columnsWidth(c)
	products, centre, scale, share, shift, zeros := buffer[:wide], buffer[wide:2*wide], buffer[2*wide:3*wide], buffer[3*wide:4*wide], buffer[4*wide:5*wide], buffer[5*wide:6*wide]
	dscale, dshift := t.dscale[image*c:(image+1)*c], t.dshift[image*c:(image+1)*c]
	clear(zeros)

	clear(dshift)
	k.columnSums(dshift, dy, nil)
	for g := range t.g.Groups {
		first, last, _ := t.group(g)
		fill(centre[first:last], mean[g])
	}
	repeat(centre, c)
	clear(products)
	k.columnProducts(products, dy, x, zeros, centre)
	fold(products, c)
	for g := range t.g.Groups {
		first, last, n := t.group(g)
		r := float64(deviation[g])
		var sum, sumProducts float64 // of dh and dh*h
		for j := first; j < last; j++ {
			dscale[j] = products[j] * deviation[g]
			sum += float64(t.scale[j]) * float64(dshift[j])
			sumProducts += float64(t.scale[j]) * float64(dscale[j])
		}
		for j := first; j < last; j++ {
			share[j] = t.scale[j] * deviation[g]
			scale[j] = float32(-r * r * sumProducts / n)
			shift[j] = float32(-r * sum / n)
		}
	}
	if t.dx == nil {
		return
	}
	repeat(scale, c)
	repeat(share, c)
	repeat(shift, c)
	k.columnAffine(t.dx[image*len(x):(image+1)*len(x)], x, dy, centre, scale, share, shift)
}
