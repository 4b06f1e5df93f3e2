package export

import "govae/contract"

// checkRows are the batches that a file's check values are for: a single row, and
// more than one.
var checkRows = []int{1, 3}

// checkValues returns the check values of a graph.
func checkValues(p *pass, g graph) *contract.Check {
	s := g.signature(p.VAE)
	check := &contract.Check{Tolerance: Tolerance}
	for _, rows := range checkRows {
		c := contract.Case{Rows: rows}
		var inputs [][]float32
		for _, t := range s.Inputs {
			f := contract.Formula{Step: 37, Modulus: 101, Scale: 1}
			if t.Name == contract.Z || t.Name == contract.Eps {
				f.Scale, f.Offset = 4, -2
			}
			c.Inputs = append(c.Inputs, contract.Input{Name: t.Name, Formula: f})
			inputs = append(inputs, f.Values(rows*t.Width()))
		}
		for i, elements := range g.forward(p, inputs) {
			c.Outputs = append(c.Outputs, contract.NewOutput(s.Outputs[i].Name, elements))
		}
		check.Cases = append(check.Cases, c)
	}
	return check
}
