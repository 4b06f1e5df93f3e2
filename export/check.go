package export

import (
	"govae/contract"
	"govae/onnx"
)

// checkRows are the batches that a file's check values are for: a single row, and
// more than one.
var checkRows = []int{1, 3}

// checkValues returns the check values of a graph.
func checkValues(p *pass, g graph) *contract.Check {
	s := g.signature(p.VAE)
	check := &contract.Check{Tolerance: Tolerance}
	for _, rows := range checkRows {
		c, _ := checkInputs(s, rows)
		var inputs [][]float32
		for i, in := range c.Inputs {
			inputs = append(inputs, in.Values(rows*s.Inputs[i].Width()))
		}
		outputs := g.forward(p, inputs)
		check.Tolerance = max(check.Tolerance, tolerated(p, g, inputs, outputs))
		for i, elements := range outputs {
			c.Outputs = append(c.Outputs, contract.NewOutput(s.Outputs[i].Name, elements))
		}
		check.Cases = append(check.Cases, c)
	}
	return check
}

// checkInputs returns a case without its outputs, and its inputs as tensors.
func checkInputs(s contract.Signature, rows int) (c contract.Case, tensors []*onnx.Tensor) {
	c.Rows = rows
	for _, t := range s.Inputs {
		f := contract.Formula{Step: 37, Modulus: 101, Scale: 1}
		if t.Name == contract.Z || t.Name == contract.Eps {
			f.Scale, f.Offset = 4, -2
		}
		c.Inputs = append(c.Inputs, contract.Input{Name: t.Name, Formula: f})
		tensors = append(tensors, onnx.Float32Tensor(t.Name, t.Rows(rows), f.Values(rows*t.Width())))
	}
	return c, tensors
}
