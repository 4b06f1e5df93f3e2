package goengine

import (
	"math"
	"slices"

	"govae/onnx"
)

// reducer makes one number of many: it begins at start, takes them in one after the
// other, and ends with a function of the sum, or whatever it is, of n numbers.
type reducer[T float32 | int64, A float64 | int64] struct {
	start A
	add   func(sum A, v T) A
	end   func(sum A, n int) A // nil if there is nothing left to do
}

var (
	inf        = math.Inf(1)
	sumOf      = func(sum float64, v float32) float64 { return sum + float64(v) }
	squares    = func(sum float64, v float32) float64 { return sum + float64(v)*float64(v) }
	magnitudes = func(sum float64, v float32) float64 { return sum + math.Abs(float64(v)) }
	meanOf     = reducer[float32, float64]{add: sumOf, end: func(sum float64, n int) float64 { return sum / float64(n) }}
)

var reducers = map[string]reducer[float32, float64]{
	"GlobalAveragePool": meanOf,
	"ReduceMean":        meanOf,
	"ReduceSum":         {add: sumOf},
	"ReduceProd":        {start: 1, add: func(sum float64, v float32) float64 { return sum * float64(v) }},
	"ReduceMax":         {start: -inf, add: func(sum float64, v float32) float64 { return max(sum, float64(v)) }},
	"GlobalMaxPool":     {start: -inf, add: func(sum float64, v float32) float64 { return max(sum, float64(v)) }},
	"ReduceMin":         {start: inf, add: func(sum float64, v float32) float64 { return min(sum, float64(v)) }},
	"ReduceSumSquare":   {add: squares},
	"ReduceL1":          {add: magnitudes},
	"ReduceL2":          {add: squares, end: func(sum float64, _ int) float64 { return math.Sqrt(sum) }},
	"ReduceLogSum":      {add: sumOf, end: func(sum float64, _ int) float64 { return math.Log(sum) }},
	"ReduceLogSumExp": {start: -inf, add: func(sum float64, v float32) float64 {
		x := float64(v)
		if x == sum { // which may be infinite
			return x + math.Ln2
		}
		return max(sum, x) + math.Log1p(math.Exp(-math.Abs(sum-x)))
	}},
}

// intReducers are those that take integers, too. Sums wrap like those of their type.
var intReducers = map[string]reducer[int64, int64]{
	"ReduceSum":  {add: func(sum, v int64) int64 { return sum + v }},
	"ReduceProd": {start: 1, add: func(sum, v int64) int64 { return sum * v }},
	"ReduceMax":  {start: math.MinInt64, add: func(sum, v int64) int64 { return max(sum, v) }},
	"ReduceMin":  {start: math.MaxInt64, add: func(sum, v int64) int64 { return min(sum, v) }},
}

// opReduce makes one number of all along the node's axes.
func opReduce(c *call) *value {
	x := c.in[0]
	if isFloat(x.typ) {
		return c.reshaped(c.reduce(x, c.Axes, reducers[c.Op]), c.shape())
	}
	r, ok := intReducers[c.Op]
	if !ok || x.typ == onnx.Uint64 {
		unsupported("the pure-Go engine does not compute this for %v", x.typ)
	}
	y, run := c.reduction(x, c.Axes)
	c.emitStep(step{work: x.mem.n, run: func(s *state) {
		reduceRows(run, s.i(y), s.i(x), r)
		for i, v := range s.i(y) {
			s.i(y)[i] = wrap(x.typ, v)
		}
	}}, []*value{y}, []*value{x})
	return c.reshaped(y, c.shape())
}

// reduce is x with the dimensions over which r runs reduced to one element.
func (c *compiler) reduce(x *value, over []int, r reducer[float32, float64]) *value {
	y, run := c.reduction(x, over)
	c.emitStep(step{work: x.mem.n, run: func(s *state) { reduceRows(run, s.f(y), s.f(x), r) }}, []*value{y}, []*value{x})
	return y
}

// reduction says how a reduction runs: over the places of its results, and over the
// terms of each.
type reduction struct {
	outer, terms *walk
	count        int // terms of one result
}

// reduction returns the place for the results of a reduction of x, and the way to them.
func (c *compiler) reduction(x *value, over []int) (y *value, r reduction) {
	kept := slices.DeleteFunc(plainOrder(len(x.shape)), func(d int) bool { return slices.Contains(over, d) })
	strides := x.strides()
	none := make([]int, len(x.shape))
	sizes := append(pick(x.shape, kept), 1)
	r.outer = newWalk(sizes, append(pick(strides, kept), 0))
	r.terms = newWalk(pick(x.shape, over), pick(strides, over), pick(none, over))
	r.count = product(pick(x.shape, over))
	shape := slices.Clone(x.shape)
	for _, d := range over {
		shape[d] = 1
	}
	return c.newValue(x.typ, shape, nil), r
}

func reduceRows[T float32 | int64, A float64 | int64](run reduction, dst, src []T, r reducer[T, A]) {
	step := run.outer.step(0)
	run.outer.rows(func(row, at, _ int) {
		for i := range run.outer.inner {
			sum := r.start
			run.terms.rows(func(_, a, _ int) {
				a += at + i*step
				for range run.terms.inner {
					sum = r.add(sum, src[a])
					a += run.terms.step(0)
				}
			})
			if r.end != nil {
				sum = r.end(sum, run.count)
			}
			dst[row*run.outer.inner+i] = T(sum)
		}
	})
}

// opArg is the place of the largest or the smallest element along an axis: of the first
// of several equal ones, unless select_last_index.
func opArg(c *call) *value {
	x := c.in[0]
	if x.typ == onnx.Uint64 {
		unsupported("the pure-Go engine does not compare %v", x.typ)
	}
	at := c.Axes[0]
	x = c.inOrder(x, axisLast(len(x.shape), at))
	n := x.shape[at]
	y := c.newValue(onnx.Int64, c.shape(), nil)
	largest, last := c.Op == "ArgMax", c.Int("select_last_index", 0) != 0
	c.emitStep(step{work: x.mem.n, run: func(s *state) {
		if x.mem.ints {
			extremes(s.i(y), s.i(x), n, largest, last)
		} else {
			extremes(s.i(y), s.f(x), n, largest, last)
		}
	}}, []*value{y}, []*value{x})
	return y
}

// extremes finds the places of the extremes of rows of n elements.
func extremes[T float32 | int64](dst []int64, src []T, n int, largest, last bool) {
	for row := range dst {
		best := 0
		values := src[row*n : (row+1)*n]
		for i, v := range values {
			if b := values[best]; largest && v > b || !largest && v < b || last && v == b {
				best = i
			}
		}
		dst[row] = int64(best)
	}
}

// axisLast is the order in which the elements along an axis lie side by side.
func axisLast(rank, at int) []int {
	return append(slices.DeleteFunc(plainOrder(rank), func(d int) bool { return d == at }), at)
}
