package export

import (
	"govae/internal/checkvalues"
)

// checkCases are the batches that a file's check values are for: a single row, and
// more than one.
var checkCases = []int{1, 3}

// checkText returns the metadata entry of [KeyCheck] for a graph.
func checkText(p *pass, g graph) (string, error) {
	values := checkvalues.Values{Tolerance: Tolerance}
	for _, rows := range checkCases {
		c := checkvalues.Case{Rows: rows, Input: g.input, Step: 37, Modulus: 101, Scale: 1}
		if g.input == Z {
			c.Scale, c.Offset = 4, -2
		}
		for i, elements := range g.forward(p, rows, c.InputValues(g.width(p.Config))) {
			c.Outputs = append(c.Outputs, checkvalues.NewOutput(g.outputs[i], elements))
		}
		values.Cases = append(values.Cases, c)
	}
	return values.Text()
}
