package kernel

import (
	"math"
	"time"
)

// Of every architecture, as go generate skips the files of others:
//go:generate go -C gen run ./neon -out ../assembly_arm64.s -stubs ../assembly_arm64.go

// isa is an instruction set: the shapes of its register blocks and the assembly
// that computes them, generated from gen/. Portable Go stands in for a function that is
// nil; those that products and convolutions are made of come together ([isa.products]).
type isa struct {
	name string // of the kernel, a value of [Variable]

	// gather computes a block of a product whose left rows lie anywhere:
	//
	//	y[yOffsets[r]+j] = max(floor, init + sum over t, d of x[offsets[t][r]+d] * w[t][d][j])
	//
	// for gatherRows rows r and cols columns j, taps t and depths d. A negative
	// offset reads zero instead of x. init is bias[j] or, if accumulate is set,
	// the old y. depth is at least 1.
	gather     func(x, zero *float32, offsets *int, w *float32, taps, depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)
	gatherRows int

	// gatherFew is gather for a last block of gatherFewRows rows.
	gatherFew     func(x, zero *float32, offsets *int, w *float32, taps, depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)
	gatherFewRows int

	// gatherPacking is gather for one tap, whose w it first sets to the rows of src.
	gatherPacking func(x, zero *float32, offsets *int, w, src *float32, stride, depth int, y *float32, yOffsets *int, bias *float32, floor float32, accumulate bool)

	// outer adds up outer products:
	//
	//	y[r*yStride+j] += sum over p of a[offsets[p]+r] * b[p*bStride+j]
	//
	// for outerRows rows r and cols columns j. Without accumulate the sum overwrites y;
	// with it, it is added to y as one number.
	outer     func(a *float32, offsets *int, b *float32, bStride, pixels int, y *float32, yStride int, accumulate bool)
	outerRows int

	// outerFew is outer for outerFewRows rows.
	outerFew func(a *float32, offsets *int, b *float32, bStride, pixels int, y *float32, yStride int, accumulate bool)

	cols int // columns of both blocks

	// peak does n times 12 multiply-adds on vectors of cols/2 numbers: a yardstick.
	peak func(n int)

	// lanes is the length of a vector, in which the functions below count.
	lanes int

	// exp, sigmoid, tanh and silu compute dst[i] = e^x[i], 1/(1+e^-x[i]), tanh(x[i]) and
	// x[i]/(1+e^-x[i]). tanhGradient multiplies dst[i] by 1-x[i]^2, siluGradient by
	// the derivative of silu.
	exp, sigmoid, tanh, silu, tanhGradient, siluGradient func(dst, x *float32, vectors int)

	// leakyReLU computes dst[i] = v[i] where x[i] > 0 and slope*v[i] elsewhere.
	leakyReLU func(dst, v, x *float32, vectors int, slope float32)

	// pixels computes dst[i] = src[i]/255.
	pixels func(dst *float32, src *byte, vectors int)

	// sample sets z of [Kernel.Sample] and kl to twice the divergence of each number;
	// sampleGradient is [Kernel.SampleGradient] with a scale for each number. Both
	// count in halves of vectors.
	sample         func(z *float32, kl *float64, mean, logVar, eps *float32, halves int)
	sampleGradient func(dmean, dlogVar, dz, mean, logVar, eps *float32, scale *float64, halves int)

	// normal sets lanes/2 pairs of numbers at a time to the pairs of normal numbers
	// that blocks of streams of package random make. stream points to the two words
	// of the seed, the epoch and the domain.
	normal func(dst *float32, block, index *int, stream *int, vectors int)

	// bernoulli and gaussian return the sum of [Kernel.Bernoulli] and [Kernel.Gaussian]
	// for one image and set its gradient.
	bernoulli, gaussian func(dlogits, logits, x *float32, vectors int, scale float32) float64

	// logistic returns the sums of [Kernel.Logistic] for one image and sets its gradient,
	// with the constants of a likelihoodRates.
	logistic func(dlogits, logits, x *float32, vectors int, rates *float32) (loss, slope float64)

	// adam takes a step with the constants of an adamRates.
	adam func(theta, average, m, v, g *float32, vectors int, rates *float32)

	// scale computes x[i] *= factor.
	scale func(x *float32, vectors int, factor float32)

	// toward computes x[i] += share*(to[i]-x[i]).
	toward func(x, to *float32, vectors int, share float32)

	// columnSums adds rows of dy to cols sums. If y is not nil, it first sets dy to
	// 0 where y <= 0.
	columnSums func(sums, dy, y *float32, rows, stride int)

	// addRows adds rows of cols numbers of x to those of y.
	addRows func(y *float32, yStride int, x *float32, xStride, rows int)

	// columnProducts adds rows of (a-aCentre)*(b-bCentre) to cols sums.
	columnProducts func(sums, a, b, aCentre, bCentre *float32, rows, stride int)

	// columnAffine sets rows of y to scale*(x-centre) + share*dy + shift in cols columns.
	columnAffine func(y, x, dy, centre, scale, share, shift *float32, rows, stride int)

	// pack copies rows of cols numbers that lie stride apart.
	pack func(dst, src *float32, stride, rows int)

	// prefetch asks for rows of two cache lines, 32 numbers, needed soon.
	prefetch func(x *float32, stride, rows int)

	// paired is the same set for pairs of bfloat16 in the place of float32: its products add
	// up those of both; nil if there is none. pairColumns and pairRows make pairs, a vector
	// at a time: x[2i] and x[2i+1], or x[i] and y[i].
	paired      *isa
	pairColumns func(dst, x *float32, vectors int)
	pairRows    func(dst, x, y *float32, vectors int)

	// transpose8 writes 8 rows of src, 8*blocks long, as 8 columns of dst.
	transpose8 func(dst *float32, dstStride int, src *float32, srcStride, blocks int)
}

// outerFewRows is the height of a lower block of outer products: heights of 6 and 4 add up
// to every even number of rows from 8 on, heights of 12 and 4 to every multiple of 4.
const outerFewRows = 4

// outerHeight is the height of the next block of outer products of so many rows.
func (set *isa) outerHeight(rows int) int {
	if rows == outerFewRows || rows == 2*outerFewRows && rows != set.outerRows {
		return outerFewRows
	}
	return min(rows, set.outerRows)
}

// outerBlock is outer for a block of high x wide numbers at the edge of a matrix or within
// it; edge has room for a whole block.
func (set *isa) outerBlock(a *float32, offsets []int, panel []float32, y []float32, yStride, high, wide int, edge []float32, accumulate bool) {
	f, out, stride := set.outer, y, yStride
	if high == outerFewRows {
		f = set.outerFew
	}
	whole := wide == set.cols && (high == set.outerRows || high == outerFewRows)
	if !whole {
		out, stride = edge, set.cols
		if accumulate {
			copyBlock(out, stride, y, yStride, high, wide)
		}
	}
	f(a, &offsets[0], &panel[0], set.cols, len(offsets), &out[0], stride, accumulate)
	if !whole {
		copyBlock(y, yStride, out, stride, high, wide)
	}
}

// portable has no assembly at all.
var portable = &isa{name: "gonum"}

// products reports whether there is assembly for products and convolutions: gather, outer,
// their kin, pack, addRows, prefetch and transpose8.
func (set *isa) products() bool { return set.gather != nil }

// flops measures what one core can do in multiply-adds, in FLOP/s: the best of some runs of the
// loop peak.
func (set *isa) flops(n, runs int) float64 {
	best := time.Hour
	for range runs {
		start := time.Now()
		set.peak(n)
		best = min(best, time.Since(start))
	}
	return float64(12*n*set.cols) / best.Seconds() // cols/2 lanes, two operations each
}

// floor is what an output is raised to: 0 is ReLU.
func floor(relu bool) float32 {
	if relu {
		return 0
	}
	return float32(math.Inf(-1))
}

// transpose sets dst[j][i] = src[i][j] for i < rows, j < cols.
func (set *isa) transpose(dst []float32, dstStride int, src []float32, srcStride, rows, cols int) {
	done := 0
	if rows >= 8 && cols >= 8 {
		for i := 0; i < rows; i += 8 {
			row := min(i, rows-8) // the last block may turn some rows again
			set.transpose8(&dst[row], dstStride, &src[row*srcStride], srcStride, cols/8)
		}
		done = cols &^ 7
	}
	for j := done; j < cols; j++ {
		for i := range rows {
			dst[j*dstStride+i] = src[i*srcStride+j]
		}
	}
}

// ahead asks for memory that will be needed soon. Its latency would otherwise
// show: the cores wait for a first access to an image longer than it takes to
// multiply it.
func (set *isa) ahead(x []float32) {
	if len(x) > 0 {
		set.prefetch(&x[0], 32, ceilDiv(len(x), 32))
	}
}

// aheadPart asks for the first of some parts of x and returns the others. A count of parts
// that was too low runs out: nothing is left then.
func (set *isa) aheadPart(x []float32, parts int) []float32 {
	n := len(x) / max(parts, 1)
	set.ahead(x[:n])
	return x[n:]
}

// packPanel copies rows of wide numbers, at most cols, into rows of cols.
func (set *isa) packPanel(dst, src []float32, stride, rows, wide int) {
	if wide < set.cols {
		copyBlock(dst, set.cols, src, stride, rows, wide)
	} else if rows > 0 {
		set.pack(&dst[0], &src[0], stride, rows)
	}
}

// copyBlock copies a block of rows x cols, from stride to stride.
func copyBlock(dst []float32, dstStride int, src []float32, srcStride, rows, cols int) {
	for r := range rows {
		copy(dst[r*dstStride:r*dstStride+cols], src[r*srcStride:])
	}
}
