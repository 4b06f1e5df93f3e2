package kernel

// RepeatRows writes each of the rows of src as many times to dst as that is longer.
func (k *Kernel) RepeatRows(rows int, dst, src []float32) {
	k.eachRow("RepeatRows", rows, len(src), len(dst), rowsTask{f: repeatRow, dst: dst, src: src})
}

// SumRows sets each of the rows of dst to the sum of as many successive rows of src as that
// is longer, added in their order.
func (k *Kernel) SumRows(rows int, dst, src []float32) {
	k.eachRow("SumRows", rows, len(dst), len(src), rowsTask{f: sumRow, dst: dst, src: src})
}

// ScaleRows multiplies each row of x by its factor.
func (k *Kernel) ScaleRows(x []float32, factors []float64) {
	k.eachRow("ScaleRows", len(factors), len(x), len(x), rowsTask{f: scaleRow, dst: x, factors: factors})
}

func (k *Kernel) eachRow(function string, rows, few, many int, t rowsTask) {
	if rows == 0 && many == 0 {
		return
	}
	checkRows(function, "rows", rows, few)
	checkRows(function, "rows", few, many)
	t.rows = rows
	launch(k, &k.rows, rows, t)
}

type rowsTask struct {
	f        func(t *rowsTask, i int)
	rows     int
	dst, src []float32
	factors  []float64
}

func (t *rowsTask) Do(i int) { t.f(t, i) }

func repeatRow(t *rowsTask, i int) {
	size := len(t.src) / t.rows
	dst := t.dst[i*len(t.dst)/t.rows : (i+1)*len(t.dst)/t.rows]
	for ; len(dst) > 0; dst = dst[size:] {
		copy(dst, t.src[i*size:(i+1)*size])
	}
}

func sumRow(t *rowsTask, i int) {
	size := len(t.dst) / t.rows
	dst, src := t.dst[i*size:(i+1)*size], t.src[i*len(t.src)/t.rows:(i+1)*len(t.src)/t.rows]
	copy(dst, src)
	for src = src[size:]; len(src) > 0; src = src[size:] {
		for j := range dst {
			dst[j] += src[j]
		}
	}
}

func scaleRow(t *rowsTask, i int) {
	size, factor := len(t.dst)/t.rows, float32(t.factors[i])
	row := t.dst[i*size : (i+1)*size]
	for j := range row {
		row[j] *= factor
	}
}
