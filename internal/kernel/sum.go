package kernel

// sumParts is the number of partial sums of a reduction over a batch. It is
// fixed, so that the order of additions does not depend on the threads.
const sumParts = 16

// addParts sets dst to the sum of the parts, which follow each other in one
// slice, in their order.
func (k *Kernel) addParts(dst, parts []float32) {
	launch(k, &k.sumParts, ceilDiv(len(dst), sumBlock), sumPartsTask{dst, parts})
}

const sumBlock = 4096

type sumPartsTask struct{ dst, parts []float32 }

func (t *sumPartsTask) Do(i int) {
	first, last := i*sumBlock, min((i+1)*sumBlock, len(t.dst))
	dst := t.dst[first:last]
	clear(dst)
	for part := t.parts; len(part) > 0; part = part[len(t.dst):] {
		for j, v := range part[first:last] {
			dst[j] += v
		}
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
	launch(k, &k.biasGradient, count, biasGradientTask{*parts, dy, y, rows, cols, count, relu})
	k.addParts(db, *parts)
	k.floats.giveBack(parts)
}

type biasGradientTask struct {
	parts, dy, y      []float32
	rows, cols, count int
	relu              bool
}

func (t *biasGradientTask) Do(i int) {
	part := t.parts[i*t.cols : (i+1)*t.cols]
	clear(part)
	first, last := i*t.rows/t.count*t.cols, (i+1)*t.rows/t.count*t.cols
	dy := t.dy[first:last]
	if t.relu {
		y := t.y[first:last]
		for j, v := range y {
			if v <= 0 {
				dy[j] = 0
			}
		}
	}
	for ; len(dy) > 0; dy = dy[t.cols:] {
		for j, v := range dy[:t.cols] {
			part[j] += v
		}
	}
}
