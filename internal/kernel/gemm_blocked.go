package kernel

import "math/bits"

const (
	gemmDepth = 320 // of a block at most: a packed panel of 32 columns is 40 KiB, most of a first-level cache
	gemmTiles = 16  // row blocks of a task at most, or twice as many shallow ones; about 250 KiB of A
	gemmTasks = 16  // tasks to aim for across a wide matrix; half as many down a narrow one

	gemmCached = 1 << 16 // numbers of B that stay in a second-level cache beside the blocks of A
)

// gemmTask is C = max(floor, alpha*op(A)*op(B) + beta*C + bias), cut into tasks
// of some register blocks below each other by some panels side by side. A panel
// is as wide as a register block.
type gemmTask struct {
	transA, transB bool
	m, n, kk       int
	alpha          float32
	a              []float32
	lda            int
	b              []float32
	ldb            int
	beta           float32
	c              []float32
	ldc            int
	bias           []float32
	floor          float32
	tree           Tree // if kk counts images, that of the sum over them; C is overwritten

	k             *Kernel
	depth         int // of a block of kk
	rows          int // of a register block
	tiles, panels int // of a task
	across        int // tasks side by side
}

func (k *Kernel) gemm(t gemmTask) {
	from := t.kk
	if t.tree.leaf > 0 {
		from = t.m // kk counts images
	}
	if t.alpha == 1 && k.inPairs(from, t.n) {
		k.pairedGemm(t)
		return
	}
	t.k, t.rows = k, k.isa.gatherRows
	if t.transA {
		t.rows = k.isa.outerRows
	}
	tiles, panels := ceilDiv(t.m, t.rows), ceilDiv(t.n, k.isa.cols)
	t.depth = ceilDiv(t.kk, ceilDiv(t.kk, gemmDepth))
	if t.tree.leaf > 0 {
		t.depth = t.kk
	}
	t.panels = ceilDiv(panels, gemmTasks)
	if tiles >= gemmTiles*4 {
		t.panels = min(panels, 32) // the rows of A are read from memory only once
	}
	t.across = ceilDiv(panels, t.panels)
	t.tiles = min(gemmTiles*min(2, max(1, gemmDepth/t.depth)), ceilDiv(tiles, ceilDiv(gemmTasks/2, t.across)))
	launch(k, &k.calls.gemm, ceilDiv(tiles, t.tiles)*t.across, t)
}

func (t *gemmTask) Do(i int) {
	cols := t.k.isa.cols
	firstRow := i / t.across * t.tiles * t.rows
	lastRow := min(firstRow+t.tiles*t.rows, t.m)
	firstCol := i % t.across * t.panels * cols
	lastCol := min(firstCol+t.panels*cols, t.n)

	if t.beta != 0 && t.beta != 1 {
		for row := firstRow; row < lastRow; row++ {
			t.k.isa.multiply(t.c[row*t.ldc+firstCol:row*t.ldc+lastCol], t.beta)
		}
	}
	block := newGemmBlock(t)
	for depth := 0; depth < t.kk; depth += t.depth {
		for col := firstCol; col < lastCol; col += cols {
			block.take(depth, col)
			next := block.following(lastCol)
			for row := firstRow; row < lastRow; row += t.rows {
				if next.rows > 0 {
					next.ahead(t.k.isa, ceilDiv(lastRow-row, t.rows))
				}
				if below := row + t.rows; below < lastRow { // bring what is written next closer, too
					t.k.isa.prefetch(&t.c[below*t.ldc+col], t.ldc, min(t.rows, lastRow-below))
				}
				block.multiply(row)
			}
		}
	}
	block.giveBack()
}

// gemmBlock is one panel of B, t.depth deep, with the tables and the scratch
// memory that a task needs to multiply it.
type gemmBlock struct {
	*gemmTask
	set    *isa
	floats *[]float32
	ints   *[]int

	// Where the rows of a register block begin, or for op(A) = A^T its depths.
	aOffsets, packedOffsets, cOffsets, edgeOffsets, lastOffsets []int

	packed []float32 // room for B's panel
	aEdge  []float32 // and for rows of A^T that end before the register block does
	edge   []float32 // and for a register block that C's edge cuts
	nodes  []float32 // and for register blocks of a tree's nodes
	bias   []float32

	edgeDepth  int // what aEdge holds
	edgePacked bool

	depth, col, deep, wide int // where the panel is, and its size
	b                      []float32
	bStride                int
	unpacked               bool // b is to be filled by the first row block, while it multiplies
}

func newGemmBlock(t *gemmTask) gemmBlock {
	set := t.k.isa
	g := gemmBlock{gemmTask: t, set: set}
	nodes := 0
	if t.tree.leaf > 0 {
		nodes = bits.Len(uint(t.tree.Leaves(t.kk)))
	}
	block := set.gatherRows * set.cols
	g.floats = t.k.floats.borrow(t.depth*(set.cols+set.outerRows) + block + set.cols + nodes*block)
	g.packed, g.aEdge, g.edge, g.nodes = cut4(*g.floats, t.depth*set.cols, t.depth*set.outerRows, block)
	g.bias, g.nodes = g.nodes[:set.cols], g.nodes[set.cols:]
	size := max(t.depth, set.gatherRows)
	g.ints = t.k.ints.borrow(2*size + 3*set.gatherRows)
	g.aOffsets, g.packedOffsets, g.cOffsets, g.edgeOffsets = cut4(*g.ints, size, size, set.gatherRows)
	g.edgeOffsets, g.lastOffsets = g.edgeOffsets[:set.gatherRows], g.edgeOffsets[set.gatherRows:]
	for p := range size {
		g.aOffsets[p], g.packedOffsets[p] = p*t.lda, p*set.outerRows
	}
	for r := range set.gatherRows {
		g.cOffsets[r], g.edgeOffsets[r] = r*t.ldc, r*set.cols
		// Where A ends within a block its last row is computed again and dropped.
		g.lastOffsets[r] = min(r, (t.m-1)%set.gatherRows) * t.lda
	}
	clear(g.bias)
	return g
}

func (g *gemmBlock) giveBack() {
	g.k.floats.giveBack(g.floats)
	g.k.ints.giveBack(g.ints)
}

// cut4 cuts a slice after a, b and c elements.
func cut4[T any](x []T, a, b, c int) (_, _, _, _ []T) {
	return x[:a], x[a : a+b], x[a+b : a+b+c], x[a+b+c:]
}

// take packs the panel of alpha*op(B) at (depth, col), padded with zeros to the
// width of a register block, unless the outer kernel can read it in place.
func (g *gemmBlock) take(depth, col int) {
	cols := g.set.cols
	g.depth, g.col = depth, col
	g.deep, g.wide = min(g.gemmTask.depth, g.kk-depth), min(cols, g.n-col)
	if g.gemmTask.bias != nil {
		copy(g.bias, g.gemmTask.bias[col:col+g.wide])
	}
	if g.transA && !g.transB && g.alpha == 1 && g.wide == cols {
		g.b, g.bStride = g.gemmTask.b[depth*g.ldb+col:], g.ldb
		return
	}
	g.b, g.bStride = g.packed, cols
	if !g.transA && !g.transB && g.alpha == 1 && g.wide == cols {
		g.unpacked = true
		return
	}
	if g.wide < cols {
		clear(g.packed)
	}
	if g.transB {
		g.set.transpose(g.packed, cols, g.gemmTask.b[col*g.ldb+depth:], g.ldb, g.wide, g.deep)
	} else {
		g.set.packPanel(g.packed, g.gemmTask.b[depth*g.ldb+col:], g.ldb, g.deep, g.wide)
	}
	if g.alpha != 1 {
		g.set.multiply(g.packed[:g.deep*cols], g.alpha)
	}
}

// following is the part of B that will be needed soon: the next panel's rows of a
// transposed B that is too large for a cache to hold, else what lies below the present
// panel.
func (g *gemmBlock) following(lastCol int) stretch {
	t := g.gemmTask
	next := stretch{stride: t.ldb}
	if g.transB {
		first, last := g.col+g.set.cols, min(g.col+2*g.set.cols, lastCol)
		if first < last && t.n*t.kk > gemmCached {
			next.x, next.rows, next.wide = t.b[first*t.ldb+g.depth:], last-first, g.deep
		}
	} else if first, last := g.depth+t.depth, min(g.depth+2*t.depth, t.kk); first < last {
		next.x, next.rows, next.wide = t.b[first*t.ldb+g.col:], last-first, g.wide
	}
	return next
}

// stretch is a part of a matrix that will be needed soon.
type stretch struct {
	x                  []float32
	stride, rows, wide int
}

// ahead asks for the first of some parts of the stretch, and drops it.
func (s *stretch) ahead(set *isa, parts int) {
	rows := ceilDiv(s.rows, parts)
	if s.wide <= 32 {
		set.prefetch(&s.x[0], s.stride, rows)
	} else {
		for row := range rows {
			set.ahead(s.x[row*s.stride:][:s.wide])
		}
	}
	s.rows -= rows
	s.x = s.x[min(rows*s.stride, len(s.x)):]
}

// multiply adds the product of the panel and one block of rows to C.
func (g *gemmBlock) multiply(row int) {
	rows := min(g.rows, g.m-row)
	accumulate := g.depth > 0 || g.beta != 0
	c, cStride, cOffsets := g.c[row*g.ldc+g.col:], g.ldc, g.cOffsets
	few := !g.transA && !g.unpacked && rows <= g.set.gatherFewRows
	whole := g.wide == g.set.cols && (rows == g.rows || few && rows == g.set.gatherFewRows)
	if !whole {
		c, cStride, cOffsets = g.edge, g.set.cols, g.edgeOffsets
		if accumulate {
			copyBlock(c, cStride, g.c[row*g.ldc+g.col:], g.ldc, rows, g.wide)
		}
	}
	if g.transA {
		g.outerTile(row, rows, c, cStride, accumulate)
	} else {
		g.gatherTile(row, rows, c, cOffsets, accumulate, few)
	}
	if !whole {
		copyBlock(g.c[row*g.ldc+g.col:], g.ldc, c, cStride, rows, g.wide)
	}
}

func (g *gemmBlock) gatherTile(row, rows int, c []float32, cOffsets []int, accumulate, few bool) {
	low := floor(false)
	if g.depth+g.deep == g.kk {
		low = g.floor
	}
	offsets := g.aOffsets
	if rows < g.rows {
		offsets = g.lastOffsets
	}
	a, set := &g.a[row*g.lda+g.depth], g.set
	switch {
	case g.unpacked:
		set.gatherPacking(a, a, &offsets[0], &g.b[0], &g.gemmTask.b[g.depth*g.ldb+g.col], g.ldb, g.deep, &c[0], &cOffsets[0], &g.bias[0], low, accumulate)
		g.unpacked = false
	case few:
		set.gatherFew(a, a, &offsets[0], &g.b[0], 1, g.deep, &c[0], &cOffsets[0], &g.bias[0], low, accumulate)
	default:
		set.gather(a, a, &offsets[0], &g.b[0], 1, g.deep, &c[0], &cOffsets[0], &g.bias[0], low, accumulate)
	}
}

func (g *gemmBlock) outerTile(row, rows int, c []float32, cStride int, accumulate bool) {
	a, offsets := g.a[g.depth*g.lda+row:], g.aOffsets
	if rows < g.rows {
		if g.edgeDepth != g.depth || !g.edgePacked {
			copyBlock(g.aEdge, g.rows, a, g.lda, g.deep, rows)
			g.edgeDepth, g.edgePacked = g.depth, true
		}
		a, offsets = g.aEdge, g.packedOffsets
	}
	if g.tree.leaf > 0 {
		g.outerTree(a, offsets, c, cStride)
		return
	}
	g.set.outer(&a[0], &offsets[0], &g.b[0], g.bStride, g.deep, &c[0], cStride, accumulate)
}

// outerTree is outerTile for a sum over images that is a tree. Leaf by leaf it is added up
// as numbers are counted: nodes of the same height become one. The first that waits lies in c,
// the others in the blocks of nodes; a second leaf is added to the first where it ends.
func (g *gemmBlock) outerTree(a []float32, offsets []int, c []float32, cStride int) {
	set, size, leaf := g.set, g.set.gatherRows*g.set.cols, g.tree.leaf
	place := func(node int) (*float32, int) {
		if node == 0 {
			return &c[0], cStride
		}
		return &g.nodes[(node-1)*size], set.cols
	}
	waiting := 0
	for pair, first := 0, 0; first < g.deep; pair, first = pair+1, first+2*leaf {
		y, stride := place(waiting)
		set.outer(&a[0], &offsets[first], &g.b[first*g.bStride], g.bStride, min(leaf, g.deep-first), y, stride, false)
		if second := first + leaf; second < g.deep {
			set.outer(&a[0], &offsets[second], &g.b[second*g.bStride], g.bStride, min(leaf, g.deep-second), y, stride, true)
		}
		waiting++
		last := first+2*leaf >= g.deep
		for p := pair; waiting > 1 && (last || p&1 != 0); p /= 2 {
			waiting--
			y, stride := place(waiting - 1)
			x, xStride := place(waiting)
			set.addRows(y, stride, x, xStride, g.rows)
		}
	}
}
