package kernel

import "math"

// A batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167) takes the mean and the
// variance of each column of a matrix, whose rows are the pixels of a batch.

// normParts is the number of partial sums over the pixels of a batch. They are no nodes of a
// batch's tree: a normalisation by batch is for one machine.
const normParts = 16

// ColumnStats sets mean and inverse to the mean of each column of x and the inverse of its
// standard deviation, 1/sqrt(variance + epsilon).
func (k *Kernel) ColumnStats(mean, inverse, x []float32, epsilon float64) {
	cols := len(mean)
	checkLen("ColumnStats", "inverse", len(inverse), cols)
	checkRows("ColumnStats", "mean", cols, len(x))
	rows := float64(len(x) / cols)
	k.sumRows(mean, x, nil, ceilDiv(len(x)/cols, normParts)*cols, cols, false)
	for j := range mean {
		mean[j] = float32(float64(mean[j]) / rows)
	}
	k.productSums(inverse, x, x, mean, mean)
	for j := range inverse {
		inverse[j] = float32(1 / math.Sqrt(float64(inverse[j])/rows+epsilon))
	}
}

// Normalise sets y to scale*(x - mean)*inverse + shift, by columns.
func (k *Kernel) Normalise(y, x, mean, inverse, scale, shift []float32) {
	cols := len(mean)
	checkLen("Normalise", "y", len(y), len(x))
	checkRows("Normalise", "mean", cols, len(x))
	buffer := k.floats.borrow(2 * cols)
	factor, zeros := (*buffer)[:cols], (*buffer)[cols:]
	clear(zeros)
	for j := range factor {
		factor[j] = scale[j] * inverse[j]
	}
	k.affineColumns(y, x, x, mean, factor, zeros, shift)
	k.floats.giveBack(buffer)
}

// NormaliseGradient computes the gradients dx (nil if not wanted), dscale and dshift of
// [Kernel.Normalise] from that of its result, dy. Unless fixed is set, mean and inverse are
// x's own, from [Kernel.ColumnStats].
func (k *Kernel) NormaliseGradient(dx, dscale, dshift, x, dy, mean, inverse, scale []float32, fixed bool) {
	cols := len(mean)
	checkLen("NormaliseGradient", "dy", len(dy), len(x))
	checkRows("NormaliseGradient", "mean", cols, len(x))
	rows := float64(len(x) / cols)
	buffer := k.floats.borrow(3 * cols)
	factor, share, shift := (*buffer)[:cols], (*buffer)[cols:2*cols], (*buffer)[2*cols:]
	k.sumRows(dshift, dy, nil, ceilDiv(len(x)/cols, normParts)*cols, cols, false)
	clear(share)
	k.productSums(dscale, dy, x, share, mean)
	clear(factor)
	clear(shift)
	for j := range mean {
		dscale[j] *= inverse[j]
		share[j] = scale[j] * inverse[j]
		if !fixed {
			factor[j] = float32(-float64(share[j]) * float64(inverse[j]) * float64(dscale[j]) / rows)
			shift[j] = float32(-float64(share[j]) * float64(dshift[j]) / rows)
		}
	}
	if dx != nil {
		checkLen("NormaliseGradient", "dx", len(dx), len(x))
		k.affineColumns(dx, x, dy, mean, factor, share, shift)
	}
	k.floats.giveBack(buffer)
}

// productSums sets sums[j] to the sum of (a - aCentre)*(b - bCentre) over column j.
func (k *Kernel) productSums(sums, a, b, aCentre, bCentre []float32) {
	cols, wide := len(sums), k.columnsWidth(len(sums))
	count := min(len(a)/cols, normParts)
	parts, centres := k.floats.borrow(count*cols), k.floats.borrow(2*wide)
	ac, bc := (*centres)[:wide], (*centres)[wide:]
	copy(ac, aCentre)
	copy(bc, bCentre)
	repeat(ac, cols)
	repeat(bc, cols)
	launch(k, &k.products, count, productsTask{k, *parts, a, b, ac, bc, cols, count})
	k.addParts(sums, *parts)
	k.floats.giveBack(parts)
	k.floats.giveBack(centres)
}

type productsTask struct {
	k                             *Kernel
	parts, a, b, aCentre, bCentre []float32
	cols, count                   int
}

func (t *productsTask) Do(i int) {
	rows := len(t.a) / t.cols
	from, to := i*rows/t.count*t.cols, (i+1)*rows/t.count*t.cols
	buffer := t.k.floats.borrow(len(t.aCentre))
	sums := *buffer
	clear(sums)
	t.k.columnProducts(sums, t.a[from:to], t.b[from:to], t.aCentre, t.bCentre)
	fold(sums, t.cols)
	copy(t.parts[i*t.cols:(i+1)*t.cols], sums)
	t.k.floats.giveBack(buffer)
}

// affineColumns is columnAffine for all of y, on all workers.
func (k *Kernel) affineColumns(y, x, dy, centre, scale, share, shift []float32) {
	cols, wide := len(centre), k.columnsWidth(len(centre))
	buffer := k.floats.borrow(4 * wide)
	t := affineTask{k: k, y: y, x: x, dy: dy, block: ceilDiv(1<<13, wide) * wide}
	for i, c := range [][]float32{centre, scale, share, shift} {
		t.constants[i] = (*buffer)[i*wide : (i+1)*wide]
		copy(t.constants[i], c)
		repeat(t.constants[i], cols)
	}
	launch(k, &k.affine, ceilDiv(len(y), t.block), t)
	k.floats.giveBack(buffer)
}

type affineTask struct {
	k         *Kernel
	y, x, dy  []float32
	constants [4][]float32
	block     int // values of a task, whole rows
}

func (t *affineTask) Do(i int) {
	from, to := i*t.block, min((i+1)*t.block, len(t.y))
	c := &t.constants
	t.k.columnAffine(t.y[from:to], t.x[from:to], t.dy[from:to], c[0], c[1], c[2], c[3])
}
