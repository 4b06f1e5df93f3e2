package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// Einsum is an equation of the operator Einsum, resolved for operands of certain
// ranks. Each dimension has a letter; those of an ellipsis have the digits '0', '1'...
// from the outermost on.
type Einsum struct {
	Inputs []string // the letters of each operand
	Output string   // those of the result
}

// maxEllipsis is how many dimensions an ellipsis may stand for.
const maxEllipsis = 10

// ParseEinsum reads an equation such as "bhqd,bhkd->bhqk".
func ParseEinsum(equation string, ranks []int) (*Einsum, error) {
	left, right, explicit := strings.Cut(strings.ReplaceAll(equation, " ", ""), "->")
	terms := strings.Split(left, ",")
	if len(terms) != len(ranks) {
		return nil, fmt.Errorf("the equation %q has %d operands, but there are %d", equation, len(terms), len(ranks))
	}
	e := &Einsum{}
	count := map[rune]int{}
	ellipsis := 0
	for i, term := range terms {
		wide := ranks[i] - len(strings.Replace(term, "...", "", 1))
		if wide < 0 || wide > maxEllipsis || wide > 0 && !strings.Contains(term, "...") {
			return nil, fmt.Errorf("the equation %q does not fit operand %d of %d dimensions", equation, i, ranks[i])
		}
		ellipsis = max(ellipsis, wide)
		e.Inputs = append(e.Inputs, term)
	}
	const digits = "0123456789"
	for i, term := range terms {
		wide := max(ranks[i]-len(strings.Replace(term, "...", "", 1)), 0)
		e.Inputs[i] = strings.Replace(term, "...", digits[ellipsis-wide:ellipsis], 1)
		for _, letter := range strings.Replace(term, "...", "", 1) {
			if !isLetter(letter) {
				return nil, fmt.Errorf("the equation %q has %q where there must be a letter", equation, letter)
			}
			count[letter]++
		}
	}
	if explicit {
		e.Output = strings.Replace(right, "...", digits[:ellipsis], 1)
	} else { // what stands there once, in the alphabet's order
		var once []rune
		for letter, n := range count {
			if n == 1 {
				once = append(once, letter)
			}
		}
		slices.Sort(once)
		e.Output = digits[:ellipsis] + string(once)
	}
	named := strings.Replace(right, "...", "", 1)
	for i, letter := range named {
		if !isLetter(letter) || count[letter] == 0 || strings.IndexRune(named, letter) != i {
			return nil, fmt.Errorf("the equation %q has a result with letters that its operands do not have, or twice", equation)
		}
	}
	return e, nil
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// inferEinsum is Einsum: sums of products over the letters that the result does not have.
func inferEinsum(c *call) error {
	var ranks []int
	for i := range c.in {
		if c.shape(i) == nil {
			return nil
		}
		ranks = append(ranks, len(c.shape(i)))
	}
	e, err := ParseEinsum(c.String("equation", ""), ranks)
	if err != nil {
		return err
	}
	sizes := map[rune]Dim{}
	for i, letters := range e.Inputs {
		for at, letter := range letters {
			d := c.shape(i)[at]
			old, seen := sizes[letter]
			if !seen {
				sizes[letter] = d
				continue
			}
			both, ok := broadcastDim(old, d)
			if !ok {
				return fmt.Errorf("dimension %q of the equation is %v, but also %v", letter, old, d)
			}
			sizes[letter] = both
		}
	}
	y := Shape{}
	for _, letter := range e.Output {
		y = append(y, sizes[letter])
	}
	c.out[0].Shape = y
	return nil
}
