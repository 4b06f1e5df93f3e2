package kernel

// BiasGradient sets db[j] to the sum over the rows of dy, of n images, which has cols columns.
// If relu is set it first takes the gradient through ReLU, whose output was y:
// dy[i] becomes 0 in place where y[i] <= 0.
func (k *Kernel) BiasGradient(n int, db, dy, y []float32, cols int, relu bool) {
	checkLen("BiasGradient", "db", len(db), cols)
	if cols < 1 {
		return
	}
	if n == 0 {
		clear(db)
		return
	}
	rows := len(dy) / cols / n // of an image
	checkLen("BiasGradient", "dy", len(dy), n*rows*cols)
	if relu {
		checkLen("BiasGradient", "y", len(y), len(dy))
	}
	k.sumRows(db, dy, y, k.Tree.part*rows*cols, cols, relu)
}

// sumRows is BiasGradient in parts of size values.
func (k *Kernel) sumRows(db, dy, y []float32, size, cols int, relu bool) {
	count := ceilDiv(len(dy), size)
	parts := k.floats.borrow(count * cols)
	launch(k, &k.biasGradient, count, biasGradientTask{k, *parts, dy, y, size, cols, relu})
	k.addParts(db, *parts)
	k.floats.giveBack(parts)
}

type biasGradientTask struct {
	k            *Kernel
	parts, dy, y []float32
	size, cols   int // of dy's part, and its columns
	relu         bool
}

func (t *biasGradientTask) Do(i int) {
	part := t.parts[i*t.cols : (i+1)*t.cols]
	clear(part)
	from, to := i*t.size, min((i+1)*t.size, len(t.dy))
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
