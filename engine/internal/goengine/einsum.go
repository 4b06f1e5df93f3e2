package goengine

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/blas"

	"govae/onnx"
)

// term is an operand of an Einsum: a tensor in row-major order and a letter for each of
// its dimensions.
type term struct {
	*value
	letters string
}

// opEinsum multiplies its operands from the left to the right, each time as a batch of
// matrix products, and sums over letters as soon as nothing else has them.
func opEinsum(c *call) *value {
	var ranks []int
	for i := range c.in {
		ranks = append(ranks, len(c.float(i).shape))
	}
	e, err := onnx.ParseEinsum(c.String("equation", ""), ranks)
	if err != nil {
		failf("%w", err)
	}
	sizes := map[rune]int{}
	for i, letters := range e.Inputs {
		for at, letter := range letters {
			if size, seen := sizes[letter]; !seen || size == 1 {
				sizes[letter] = c.in[i].shape[at]
			}
		}
	}
	var y term
	for i, letters := range e.Inputs {
		needed := e.Output + strings.Join(e.Inputs[i+1:], "")
		x := term{c.in[i], letters}
		if i == 0 {
			y = c.summed(x, needed, sizes)
		} else {
			y = c.contract(y, c.summed(x, needed+y.letters, sizes), needed, sizes)
		}
	}
	return c.arranged(y, e.Output, sizes).value
}

// arranged is t with its letters in another order. A letter that t has twice stands for
// the diagonal, and what is short is stretched.
func (c *compiler) arranged(t term, letters string, sizes map[rune]int) term {
	shape, strides := make([]int, len(letters)), make([]int, len(letters))
	for i, letter := range letters {
		shape[i] = sizes[letter]
		for at, l := range t.letters {
			if l == letter && t.shape[at] != 1 {
				strides[i] += t.strides()[at]
			}
		}
	}
	y := c.newValue(onnx.Float32, shape, nil)
	c.copy(y, 0, y.strides(), t.value, 0, strides, shape)
	return term{y, letters}
}

// summed is t summed over the letters that are not needed, each of the others once.
func (c *compiler) summed(t term, needed string, sizes map[rune]int) term {
	var kept, gone string
	for i, letter := range t.letters {
		switch {
		case strings.IndexRune(t.letters, letter) != i:
		case strings.ContainsRune(needed, letter):
			kept += string(letter)
		default:
			gone += string(letter)
		}
	}
	y := c.arranged(t, kept+gone, sizes)
	if gone == "" {
		return y
	}
	sum := c.reduce(y.value, plainOrder(len(y.shape))[len(kept):], reducers["ReduceSum"])
	return term{view(sum, y.shape[:len(kept)], nil), kept}
}

// contract is the product of a and b, summed over the letters that both have and that are
// not needed.
func (c *compiler) contract(a, b term, needed string, sizes map[rune]int) term {
	var batch, rows, depth, cols string
	for _, letter := range a.letters {
		switch {
		case !strings.ContainsRune(b.letters, letter):
			rows += string(letter)
		case strings.ContainsRune(needed, letter):
			batch += string(letter)
		default:
			depth += string(letter)
		}
	}
	for _, letter := range b.letters {
		if !strings.ContainsRune(a.letters, letter) {
			cols += string(letter)
		}
	}
	count := func(letters string) int {
		n := 1
		for _, letter := range letters {
			n *= sizes[letter]
		}
		return n
	}
	a, b = c.arranged(a, batch+rows+depth, sizes), c.arranged(b, batch+depth+cols, sizes)
	m, k, n := count(rows), count(depth), count(cols)
	shape := slices.Concat(a.shape[:len(batch)+len(rows)], b.shape[len(batch)+len(depth):])
	y := c.newValue(onnx.Float32, shape, nil)
	c.emitStep(step{work: y.mem.n * k, run: func(s *state) {
		for i := range count(batch) {
			c.kernel.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 1, s.f(a.value)[i*m*k:], max(1, k), s.f(b.value)[i*k*n:], max(1, n), 0, s.f(y)[i*m*n:], max(1, n))
		}
	}}, []*value{y}, []*value{a.value, b.value})
	return term{y, batch + rows + cols}
}
