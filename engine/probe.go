package engine

import (
	"fmt"
	"slices"

	"govae/onnx"
)

// maxProbe bounds the numbers that a probe gives to an input.
const maxProbe = 1 << 24

// Probe returns a model that is m with the shapes of its outputs, where neither the file
// tells them nor what is known of its operators: it runs the model on zeros, with two sizes
// of the batch if that is open, and a dimension that has these sizes is the batch, one that
// stays is a number. It returns m itself where all is known but the batch, or where the
// inputs are as open as the outputs. m does not change.
func (e *Engine) Probe(m *onnx.Model) (*onnx.Model, error) {
	values, err := onnx.Values(m)
	if err != nil {
		return nil, err
	}
	told := func(v onnx.ValueInfo) bool {
		s := values[v.Name].Shape
		return s != nil && !slices.ContainsFunc(s[min(1, len(s)):], func(d onnx.Dim) bool { return !d.Known() })
	}
	outputs := m.Graph.Outputs
	if !slices.ContainsFunc(outputs, func(v onnx.ValueInfo) bool { return !told(v) }) {
		return m, nil
	}
	batches := []int{2, 3}
	var seen [][]Tensor
	p, err := e.Load(m)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	for _, n := range batches {
		in, ok := zeros(p.Inputs(), n)
		if !ok {
			return m, nil
		}
		out, err := p.Run(in)
		if err != nil {
			return nil, fmt.Errorf("a probe run with %d rows of zeros: %w", n, err)
		}
		seen = append(seen, out)
	}
	g := *m.Graph
	g.Outputs = slices.Clone(outputs)
	for i, v := range outputs {
		if !told(v) {
			g.Outputs[i].Shape = common(batches, seen[0][i].Shape, seen[1][i].Shape)
			if v.Type == onnx.Undefined {
				g.Outputs[i].Type = onnx.Float32 // else the run had failed
			}
		}
	}
	probed := *m
	probed.Graph = &g
	return &probed, nil
}

// zeros are inputs for a batch of n rows, and false if more than the batch is open.
func zeros(inputs []onnx.ValueInfo, n int) ([]Tensor, bool) {
	var in []Tensor
	for _, v := range inputs {
		t, size := Tensor{Shape: []int{}}, 1
		for i, d := range v.Shape {
			at := int(d.Size)
			if !d.Known() {
				at = n
			}
			if i > 0 && !d.Known() || at > 0 && size > maxProbe/at {
				return nil, false
			}
			size *= at
			t.Shape = append(t.Shape, at)
		}
		if v.Shape == nil {
			return nil, false
		}
		t.Data = make([]float32, size)
		in = append(in, t)
	}
	return in, true
}

// common is what the shapes of one output for two batches say.
func common(batches, a, b []int) onnx.Shape {
	if len(a) != len(b) {
		return nil
	}
	s := make(onnx.Shape, len(a))
	for i := range s {
		switch {
		case a[i] == b[i]:
			s[i] = onnx.Size(int64(a[i]))
		case a[i] == batches[0] && b[i] == batches[1]:
			s[i] = onnx.Named("batch")
		default:
			s[i] = onnx.Unknown()
		}
	}
	return s
}
