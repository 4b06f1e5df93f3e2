package kernel

import (
	"cmp"
	"math"
)

// BFloat16 returns a kernel that shares k's workers and multiplies in bfloat16: matrix products,
// dense layers and convolutions round their operands to 8 significant bits, and add up in float32.
// What has few channels or columns, or an odd number, is multiplied in float32, as is what is
// scaled by an alpha. ok is false if k's instruction set has no such products.
//
// Where the sum of a product runs over channels, neighbouring channels form pairs, where it
// runs over images, neighbouring images do, and a pair takes the place of one float32. So a
// product is that of half as many channels or images, by the same code; only the instruction of
// the register blocks differs, which multiplies pairs and adds up both.
func (k *Kernel) BFloat16() (_ *Kernel, ok bool) {
	if k.isa.paired == nil {
		return nil, false
	}
	return &Kernel{Tree: k.Tree, isa: k.isa, pool: k.pool, exact: k, paired: &Kernel{isa: k.isa.paired, pool: k.pool}}, true
}

// Gain measures, in about a millisecond, how many times as fast as in float32 a core multiplies with
// k, a kernel of bfloat16: 2 where the processor has as many units for the one as for the other.
func (k *Kernel) Gain() float64 {
	const n, runs = 10_000, 5
	return 2 * k.paired.isa.flops(n, runs) / k.isa.flops(n, runs) // pairs count once
}

// Float32 returns the kernel of which [Kernel.BFloat16] made this one, or k itself.
func (k *Kernel) Float32() *Kernel { return cmp.Or(k.exact, k) }

// inPairs reports whether products from so many channels to so many are of bfloat16. That does
// not depend on the batch, whose parts other processes may have.
func (k *Kernel) inPairs(from, to int) bool {
	const least = 16 // from here on it pays
	return k.paired != nil && from%2 == 0 && to%2 == 0 && min(from, to) >= least
}

// halved is the convolution of half as many channels, of pairs.
func (s Conv) halved(backward bool) Conv {
	if backward {
		s.K /= 2
	} else {
		s.C /= 2
	}
	return s
}

// halved is the tree of sums over half as many images, of pairs. Leaves are even.
func (t Tree) halved() Tree { return Tree{t.leaf / 2, t.part / 2} }

// pairedGemm is gemm in bfloat16, of an alpha of 1.
func (k *Kernel) pairedGemm(t gemmTask) {
	along := func(x []float32, rows, ld int) (*[]float32, int) { return k.columnPairs(x, rows, t.kk, ld), t.kk / 2 }
	across := func(x []float32, columns, ld int) (*[]float32, int) { return k.rowPairs(x, t.kk, columns, ld), columns }
	pairsOfA, pairsOfB := along, across
	if t.transA {
		pairsOfA = across
	}
	if t.transB {
		pairsOfB = along
	}
	a, lda := pairsOfA(t.a, t.m, t.lda)
	b, ldb := pairsOfB(t.b, t.n, t.ldb)
	t.kk, t.tree = ceilDiv(t.kk, 2), t.tree.halved()
	t.a, t.lda, t.b, t.ldb = *a, lda, *b, ldb
	k.paired.gemm(t)
	k.floats.giveBack(a)
	k.floats.giveBack(b)
}

// columnPairs borrows pairs of neighbouring columns of a matrix whose rows lie ld apart.
func (k *Kernel) columnPairs(x []float32, rows, columns, ld int) *[]float32 {
	return k.borrowPairs(pairingTask{x: x, width: columns / 2, height: rows, step: ld})
}

// rowPairs borrows pairs of neighbouring rows; if their number is odd, the last is paired with zeros.
func (k *Kernel) rowPairs(x []float32, rows, columns, ld int) *[]float32 {
	return k.borrowPairs(rowPairing(x, rows, columns, ld))
}

// rowPairing is the task of pairs of neighbouring rows, without where they go.
func rowPairing(x []float32, rows, columns, ld int) pairingTask {
	return pairingTask{x: x, width: columns, height: ceilDiv(rows, 2), step: 2 * ld, partner: ld, rows: rows}
}

func (k *Kernel) borrowPairs(t pairingTask) *[]float32 {
	pairs := k.floats.borrow(t.height * t.width)
	t.set, t.dst = k.paired.isa, *pairs
	t.high = ceilDiv(pairingBlock, t.width)
	launch(k, &k.pairing, ceilDiv(t.height, t.high), t)
	return pairs
}

// pairingBlock is about the number of pairs that a task makes.
const pairingBlock = 1 << 11

// pairingTask makes a matrix of pairs, some of its rows at a time.
type pairingTask struct {
	set                 *isa
	dst, x              []float32
	width, height, high int // of dst, and the rows of a task
	step                int // from what makes a row to what makes the next one
	partner             int // from one row of a pair to the other; 0 if neighbouring numbers are pairs
	rows                int // that are paired
}

func (t *pairingTask) Do(i int) {
	for row := i * t.high; row < min((i+1)*t.high, t.height); row++ {
		dst, x := t.dst[row*t.width:(row+1)*t.width], t.x[row*t.step:]
		switch {
		case t.partner == 0:
			t.set.pairsOfColumns(dst, x)
		case 2*row+1 == t.rows:
			t.set.pairsOfRows(dst, x, nil)
		default:
			t.set.pairsOfRows(dst, x, x[t.partner:])
		}
	}
}

// pairsOfColumns sets dst[i] to the pair of x[2i] and x[2i+1].
func (set *isa) pairsOfColumns(dst, x []float32) {
	whole := len(dst) / set.lanes
	if whole > 0 {
		set.pairColumns(&dst[0], &x[0], whole)
	}
	for i := whole * set.lanes; i < len(dst); i++ {
		dst[i] = pair(x[2*i], x[2*i+1])
	}
}

// pairsOfRows sets dst[i] to the pair of x[i] and y[i], or 0 if there is no y.
func (set *isa) pairsOfRows(dst, x, y []float32) {
	if y == nil {
		for i := range dst {
			dst[i] = pair(x[i], 0)
		}
		return
	}
	whole := len(dst) / set.lanes
	if whole > 0 {
		set.pairRows(&dst[0], &x[0], &y[0], whole)
	}
	for i := whole * set.lanes; i < len(dst); i++ {
		dst[i] = pair(x[i], y[i])
	}
}

// pair is two numbers, rounded to bfloat16, in the place of one.
func pair(low, high float32) float32 {
	return math.Float32frombits(bfloat16(low) | bfloat16(high)<<16)
}

// bfloat16 is the upper half of a float32, rounded to the nearest, of two to the even one;
// subnormal numbers are 0, as the instruction takes them.
func bfloat16(x float32) uint32 {
	bits := math.Float32bits(x)
	switch {
	case x != x:
		return bits>>16 | 1<<6
	case bits&(0xff<<23) == 0:
		return bits >> 31 << 15
	}
	return (bits + 0x7fff + bits>>16&1) >> 16
}
