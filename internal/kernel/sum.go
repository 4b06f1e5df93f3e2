package kernel

import "gonum.org/v1/gonum/blas/gonum"

// sumParts is the number of partial sums of a reduction over a batch. It is
// fixed, so that the order of additions does not depend on the threads.
const sumParts = 16

// addParts sets dst to the sum of the parts, which follow each other in one
// slice, in their order.
func (k *Kernel) addParts(dst, parts []float32) {
	launch(k, &k.sumParts, ceilDiv(len(dst), sumBlock), sumPartsTask{k.Implementation, dst, parts})
}

const sumBlock = 4096

type sumPartsTask struct {
	blas       gonum.Implementation
	dst, parts []float32
}

func (t *sumPartsTask) Do(i int) {
	first, last := i*sumBlock, min((i+1)*sumBlock, len(t.dst))
	dst := t.dst[first:last]
	clear(dst)
	for part := t.parts; len(part) > 0; part = part[len(t.dst):] {
		t.blas.Saxpy(last-first, 1, part[first:last], 1, dst, 1)
	}
}

// BiasGradient sets db[j] to the sum over rows of dy, which has cols columns.
// If relu is set it first takes the gradient through ReLU, whose output was y:
// dy[i] becomes 0 in place where y[i] <= 0.
func (k *Kernel) BiasGradient(db, dy, y []float32, cols int, relu bool) {
	checkLen("BiasGradient", "db", len(db), cols)
	if cols < 1 {
		return
	}
	rows := len(dy) / cols
	checkLen("BiasGradient", "dy", len(dy), rows*cols)
	if relu {
		checkLen("BiasGradient", "y", len(y), len(dy))
	}
	count := min(rows, sumParts)
	parts := k.floats.borrow(count * cols)
	launch(k, &k.biasGradient, count, biasGradientTask{k, *parts, dy, y, rows, cols, count, relu})
	k.addParts(db, *parts)
	k.floats.giveBack(parts)
}

type biasGradientTask struct {
	k                 *Kernel
	parts, dy, y      []float32
	rows, cols, count int
	relu              bool
}

func (t *biasGradientTask) Do(i int) {
	part := t.parts[i*t.cols : (i+1)*t.cols]
	clear(part)
	from, to := i*t.rows/t.count*t.cols, (i+1)*t.rows/t.count*t.cols
	dy := t.dy[from:to]
	y := dy[:0]
	if t.relu {
		y = t.y[from:to]
	}
	t.k.columnSums(part, dy, y)
}

// columnSums adds rows of dy to as many sums. If y has elements, it first sets dy
// to 0 where y <= 0: the gradient of ReLU on the way.
func (k *Kernel) columnSums(sums, dy, y []float32) {
	cols, done := len(sums), 0
	if set := k.isa; set.columnSums != nil && len(dy) > 0 {
		if cols < set.cols && set.cols%cols == 0 {
			k.foldedSums(sums, dy, y)
			return
		}
		for ; done+set.cols <= cols; done += set.cols {
			set.columnSums(&sums[done], &dy[done], first(y[min(done, len(y)):]), len(dy)/cols, cols)
		}
	}
	for row := 0; row < len(dy); row += cols {
		for j := done; j < cols; j++ {
			sums[j] += reluGradient(dy, y, row+j)
		}
	}
}

// foldedSums is columnSums for few columns: several rows side by side fill the
// width of the assembly.
func (k *Kernel) foldedSums(sums, dy, y []float32) {
	buffer := k.floats.borrow(k.isa.cols)
	wide := *buffer
	clear(wide)
	rows := len(dy) / len(wide)
	if rows > 0 {
		k.isa.columnSums(&wide[0], &dy[0], first(y), rows, len(wide))
	}
	for j := rows * len(wide); j < len(dy); j++ {
		wide[j%len(wide)] += reluGradient(dy, y, j)
	}
	for j, v := range wide {
		sums[j%len(sums)] += v
	}
	k.floats.giveBack(buffer)
}

// reluGradient returns dy[i], which it first sets to 0 if y has elements and y[i]
// is not positive.
func reluGradient(dy, y []float32, i int) float32 {
	if len(y) > 0 && y[i] <= 0 {
		dy[i] = 0
	}
	return dy[i]
}
