package onnx

import (
	"strings"
	"testing"
)

// A node writes straight to the graph's output; only where it cannot is there an
// Identity in between.
func TestBuilderOutputs(t *testing.T) {
	b := NewBuilder("outputs")
	x := b.Input("x", Float32, Named("batch"))
	y := b.Node("Relu", "relu", []Value{x})
	z := b.Node("Exp", "exp", []Value{y}) // uses y before it has its last name
	b.Output("first", y)
	b.Output("second", y)
	b.Output("copy", x)
	b.Output("power", z)
	m, err := b.Model(ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range m.Graph.Nodes {
		got = append(got, n.Op+" "+strings.Join(n.Inputs, ",")+" "+strings.Join(n.Outputs, ","))
	}
	want := "Relu x first; Exp first power; Identity first second; Identity x copy"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
}

// A builder can write the same graph for several operator sets.
func TestBuilderModels(t *testing.T) {
	b := NewBuilder("opsets")
	b.Output("y", b.Node("Relu", "relu", []Value{b.Input("x", Float32, Named("batch"))}))
	for opset, ir := range map[int64]int64{13: 7, 15: 8, 17: 8, 19: 9, 21: 10, 22: 10} {
		m, err := b.Model(ModelOptions{Opset: opset})
		if err != nil {
			t.Fatal(err)
		}
		if m.Opset() != opset || m.IRVersion != ir || len(m.Graph.Outputs) != 1 {
			t.Errorf("opset %d: got opset %d, IR %d, %d outputs", opset, m.Opset(), m.IRVersion, len(m.Graph.Outputs))
		}
	}
}

// PyTorch before 1.11 wrote IR version 6 whatever the operator set was.
func TestOldIRVersionPasses(t *testing.T) {
	m := smallModel(t, 17)
	m.IRVersion = 6
	if err := m.Check(); err != nil {
		t.Error(err)
	}
}

func TestBuilderErrors(t *testing.T) {
	for name, test := range map[string]struct {
		build func(b *Builder, x Value)
		want  string
	}{
		"two nodes of one name": {func(b *Builder, x Value) {
			x = b.Node("Exp", "a", []Value{b.Node("Relu", "a", []Value{x})})
			b.Output("y", b.Node("Exp", "b", []Value{x}))
		}, `output "a" is defined already`},
		"an output that is not there": {func(b *Builder, x Value) { b.Output("y", Value{}) }, "is left out"},
		"a shape that is not so":      {func(b *Builder, x Value) { b.Output("y", b.Node("Relu", "a", []Value{x}), Size(1), Size(2)) }, "declared with the shape [1,2]"},
		"an operator of later sets":   {func(b *Builder, x Value) { b.Output("y", b.Node("Gelu", "a", []Value{x})) }, `"Gelu" is not supported`},
	} {
		b := NewBuilder("errors")
		test.build(b, b.Input("x", Float32, Named("batch")))
		if _, err := b.Model(ModelOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, test.want)
		}
	}
}

func TestWrongLengthPanics(t *testing.T) {
	defer func() {
		want := `onnx: Float32Tensor: "w": got 3 elements for the shape [2 2]`
		if got := recover(); got != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}()
	NewBuilder("panics").Float32("w", []int{2, 2}, make([]float32, 3))
}

func TestMetadata(t *testing.T) {
	m := &Model{}
	m.SetMetadata("a", "1")
	m.SetMetadata("b", "2")
	m.SetMetadata("a", "3")
	if v, ok := m.MetadataValue("a"); v != "3" || !ok || len(m.Metadata) != 2 || m.Metadata[0].Key != "a" {
		t.Errorf("got %v", m.Metadata)
	}
	if _, ok := m.MetadataValue("c"); ok {
		t.Error("c is there")
	}
}
