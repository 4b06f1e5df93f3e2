package onnx

import (
	"slices"
	"testing"
)

// TestPart takes what computes a value in the middle: no later node, no weight or input of another.
func TestPart(t *testing.T) {
	b := NewBuilder("whole")
	x, y := b.Input("x", Float32, Named("batch"), Size(2)), b.Input("y", Float32, Named("batch"), Size(2))
	w, v := b.Float32("w", []int{2}, []float32{1, 2}), b.Float32("v", []int{2}, []float32{3, 4})
	sum := b.Node("Add", "sum", []Value{x, w})
	b.Output("y2", b.Node("Mul", "out", []Value{b.Node("Sub", "difference", []Value{sum, y}), v}))
	m, err := b.Model(ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := m.Part("sum")
	if err != nil {
		t.Fatal(err)
	}
	if err := part.Check(); err != nil {
		t.Error(err)
	}
	g := part.Graph
	if len(g.Nodes) != 1 || len(g.Initializers) != 1 || g.Initializers[0].Name != "w" || len(g.Inputs) != 1 || g.Inputs[0].Name != "x" ||
		g.Outputs[0].Name != "sum" || !slices.Equal(g.Outputs[0].Shape, g.Inputs[0].Shape) {
		t.Errorf("the part is %+v", g)
	}
	if len(m.Graph.Nodes) != 3 {
		t.Error("the whole has changed")
	}
	if _, err := m.Part("nothing"); err == nil {
		t.Error("there is a part for a value that nobody computes")
	}
}
