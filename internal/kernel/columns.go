package kernel

// CopyColumns copies a matrix of rows x cols whose rows lie srcStride apart to rows that
// lie dstStride apart: the channels that feature maps have in common.
func (k *Kernel) CopyColumns(rows, cols int, dst []float32, dstStride int, src []float32, srcStride int) {
	launch(k, &k.columns, ceilDiv(rows, columnsRows), columnsTask{k, (*columnsTask).copy, rows, cols, dst, dstStride, src, srcStride, nil})
}

// AddToPixels sets y to x, whose rows are pixels of n images, plus the row of v that
// belongs to the image. x may be y.
func (k *Kernel) AddToPixels(n int, y, x, v []float32) {
	checkLen("AddToPixels", "x", len(x), len(y))
	if n == 0 {
		return
	}
	checkRows("AddToPixels", "v of an image", len(v)/n, len(y)/n)
	launch(k, &k.columns, n, columnsTask{k, (*columnsTask).addToPixels, n, len(v) / n, y, len(y) / n, x, len(x) / n, v})
}

// SumOfPixels sets each of n rows of v to the sum of the pixels of an image of dy.
func (k *Kernel) SumOfPixels(n int, v, dy []float32) {
	if n == 0 {
		return
	}
	checkRows("SumOfPixels", "v of an image", len(v)/n, len(dy)/n)
	launch(k, &k.columns, n, columnsTask{k, (*columnsTask).sumOfPixels, n, len(v) / n, v, len(v) / n, dy, len(dy) / n, nil})
}

// Transpose sets each of n matrices of dst to the transpose of that of src, which has rows x
// cols elements: the pixels and channels of an image, the other way round.
func (k *Kernel) Transpose(n, rows, cols int, dst, src []float32) {
	checkLen("Transpose", "dst", len(dst), len(src))
	checkLen("Transpose", "src", len(src), n*rows*cols)
	launch(k, &k.columns, n, columnsTask{k, (*columnsTask).transpose, rows, cols, dst, rows * cols, src, rows * cols, nil})
}

// columnsRows is the number of rows that a task copies.
const columnsRows = 1 << 8

// columnsTask works on rows of dst and src, of which cols, or pixels of cols, matter.
type columnsTask struct {
	k          *Kernel
	f          func(t *columnsTask, i int)
	rows, cols int
	dst        []float32
	dstStride  int
	src        []float32
	srcStride  int
	v          []float32
}

func (t *columnsTask) Do(i int) { t.f(t, i) }

func (t *columnsTask) copy(i int) {
	first, last := i*columnsRows, min((i+1)*columnsRows, t.rows)
	copyBlock(t.dst[first*t.dstStride:], t.dstStride, t.src[first*t.srcStride:], t.srcStride, last-first, t.cols)
}

func (t *columnsTask) addToPixels(i int) {
	v := t.v[i*t.cols : (i+1)*t.cols]
	y, x := t.dst[i*t.dstStride:(i+1)*t.dstStride], t.src[i*t.srcStride:]
	copy(y, x)
	for ; len(y) > 0; y = y[t.cols:] {
		t.k.Saxpy(t.cols, 1, v, 1, y, 1)
	}
}

func (t *columnsTask) transpose(i int) {
	dst, src := t.dst[i*t.dstStride:(i+1)*t.dstStride], t.src[i*t.srcStride:]
	for c := range t.cols {
		row := dst[c*t.rows : (c+1)*t.rows]
		for r := range row {
			row[r] = src[r*t.cols+c]
		}
	}
}

func (t *columnsTask) sumOfPixels(i int) {
	v := t.dst[i*t.cols : (i+1)*t.cols]
	clear(v)
	t.k.columnSums(v, t.src[i*t.srcStride:(i+1)*t.srcStride], nil)
}

// columnsWidth is the number of columns, a multiple of some, that fills the width of the
// assembly: so many pixels side by side that it does any number of channels.
func (k *Kernel) columnsWidth(columns int) int {
	wide := columns
	for k.isa.cols != 0 && wide%k.isa.cols != 0 {
		wide += columns
	}
	return wide
}

// columnProducts adds products of the elements of columns to sums:
// (a - aCentre)*(b - bCentre). Columns are [Kernel.columnsWidth] many.
func (k *Kernel) columnProducts(sums, a, b, aCentre, bCentre []float32) {
	cols := len(sums)
	if set, rows := k.isa, len(a)/cols; set.columnProducts != nil && rows > 0 {
		for j := 0; j < cols; j += set.cols {
			set.columnProducts(&sums[j], &a[j], &b[j], &aCentre[j], &bCentre[j], rows, cols)
		}
		a, b = a[rows*cols:], b[rows*cols:]
	}
	for ; len(a) > 0; a, b = a[min(cols, len(a)):], b[min(cols, len(b)):] {
		for j := range min(cols, len(a)) {
			sums[j] += (a[j] - aCentre[j]) * (b[j] - bCentre[j])
		}
	}
}

// columnAffine sets y to scale*(x - centre) + share*dy + shift, by columns.
func (k *Kernel) columnAffine(y, x, dy, centre, scale, share, shift []float32) {
	cols := len(centre)
	if set, rows := k.isa, len(y)/cols; set.columnAffine != nil && rows > 0 {
		for j := 0; j < cols; j += set.cols {
			set.columnAffine(&y[j], &x[j], &dy[j], &centre[j], &scale[j], &share[j], &shift[j], rows, cols)
		}
		y, x, dy = y[rows*cols:], x[rows*cols:], dy[rows*cols:]
	}
	for len(y) > 0 {
		n := min(cols, len(y))
		for j := range n {
			y[j] = scale[j]*(x[j]-centre[j]) + share[j]*dy[j] + shift[j]
		}
		y, x, dy = y[n:], x[n:], dy[n:]
	}
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// repeat fills x with copies of its first n elements, fold adds what follows them to them.
func repeat(x []float32, n int) {
	for i := n; i < len(x); i += n {
		copy(x[i:], x[:n])
	}
}

func fold(x []float32, n int) {
	for i := n; i < len(x); i++ {
		x[i%n] += x[i]
	}
}

func total(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}
