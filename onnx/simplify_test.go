package onnx

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// oldModel has the operators that changed before version 13, as they were at a version up
// to 9, from x [2, 3, 4] on.
func oldModel(opset int64) *Model {
	g := &Graph{Name: "old", Inputs: []ValueInfo{{Name: "x", Type: Float32, Shape: Shape{Named("batch"), Size(3), Size(4)}}},
		Outputs: []ValueInfo{{Name: "y", Type: Float32}}}
	last := "x"
	add := func(op string, attributes ...Attribute) {
		y := fmt.Sprintf("v%d", len(g.Nodes))
		g.Nodes = append(g.Nodes, &Node{Op: op, Inputs: []string{last}, Outputs: []string{y}, Attributes: attributes})
		last = y
	}
	add("Dropout", Float("ratio", 0.5))
	add("Unsqueeze", Ints("axes", 1))
	if opset < 10 {
		add("Upsample", Floats("scales", 1, 1, 2, 2), String("mode", "linear"))
		if opset == 9 {
			g.Nodes[len(g.Nodes)-1].Attributes = []Attribute{String("mode", "linear")}
			g.Nodes[len(g.Nodes)-1].Inputs = append(g.Nodes[len(g.Nodes)-1].Inputs, "scales")
			g.Initializers = append(g.Initializers, Float32Tensor("scales", []int64{4}, []float32{1, 1, 2, 2}))
		}
		add("Slice", Ints("starts", 0, 1), Ints("ends", 4, 1000), Ints("axes", 2, 3))
		add("Clip", Float("min", -1), Float("max", 3.4028234663852886e38))
		add("Pad", Ints("pads", 0, 0, 1, 0, 0, 0, 0, 2), Float("value", 0.25))
	}
	add("Softmax")
	add("Softmax", Int("axis", 3))
	add("ReduceSum", Ints("axes", 3), Int("keepdims", 0))
	add("Squeeze", Ints("axes", 1))
	g.Nodes[len(g.Nodes)-1].Outputs[0] = "y"
	return &Model{IRVersion: 4, Opsets: []Opset{{"", opset}}, Graph: g}
}

func TestSimplifyOld(t *testing.T) {
	for opset, want := range map[int64]string{7: "[batch,5]", 8: "[batch,5]", 9: "[batch,5]", 10: "[batch,3]", 11: "[batch,3]", 12: "[batch,3]"} {
		m := oldModel(opset)
		if err := m.Check(); err != nil {
			t.Errorf("opset %d: %v", opset, err)
			continue
		}
		if got := must(Infer(m))["y"].Shape.String(); got != want {
			t.Errorf("opset %d: the result has the shape %s, want %s", opset, got, want)
		}
		simple := must(Simplify(m))
		if m.Opset() != opset || simple.Opset() != OldestOpset || simple == m {
			t.Errorf("opset %d: became %d, and simple has %d", opset, m.Opset(), simple.Opset())
		}
		if again := must(Simplify(simple)); again != simple {
			t.Errorf("opset %d: simple models are simplified again", opset)
		}
	}
}

func TestSimplifyFunctions(t *testing.T) {
	m := calls(4)
	f := m.Functions[3]
	f.Nodes[0] = &Node{Op: "Elu", Inputs: []string{"a"}, Outputs: []string{"c"}, Attributes: []Attribute{{Name: "alpha", Value: Reference{"slope", 1}}}}
	f.Defaults = []Attribute{Float("slope", 0.25)}
	m.Functions[2].Nodes[1].Attributes = []Attribute{Float("slope", 0.75)}
	simple := must(Simplify(m))
	var slopes []float32
	names := map[string]bool{}
	for _, n := range simple.Graph.Nodes {
		slopes = append(slopes, n.Float("alpha", 1))
		if names[n.Outputs[0]] {
			t.Errorf("the name %q stands for two values", n.Outputs[0])
		}
		names[n.Outputs[0]] = true
	}
	if want := []float32{0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75}; !slices.Equal(slopes, want) {
		t.Errorf("slopes %v, want %v", slopes, want)
	}
	if err := m.Check(); err != nil {
		t.Error(err)
	}
	f.Outputs = []string{"a"} // an input is a result
	if got := must(Simplify(m)).Graph.Nodes[1]; got.Op != "Identity" {
		t.Errorf("%v in place of Identity", got)
	}
}

func TestSimplifyRefuses(t *testing.T) {
	spatial := oldModel(8)
	spatial.Graph.Nodes[0] = &Node{Op: "BatchNormalization", Inputs: []string{"x"}, Outputs: []string{"v0"}, Attributes: []Attribute{Int("spatial", 0)}}
	smaller := oldModel(10)
	smaller.Graph.Initializers = []*Tensor{Float32Tensor("half", []int64{3}, []float32{1, 1, 0.5})}
	smaller.Graph.Nodes[0] = &Node{Op: "Resize", Inputs: []string{"x", "half"}, Outputs: []string{"v0"}}
	flow := calls(1)
	flow.Functions[0].Nodes[0].Attributes = []Attribute{{Name: "body", Value: &Graph{Name: "g"}}}
	mixed := calls(1)
	mixed.Functions[0].Opsets = []Opset{{"", 13}}
	mixed.Functions[0].Nodes[0].Op = "Shape" // changed at 15
	inputs := calls(1)
	inputs.Graph.Nodes[0].Inputs = []string{"x", "x"}
	for want, m := range map[string]*Model{
		"normalizes each pixel":       spatial,
		"makes images smaller":        smaller,
		"runs a graph of its own":     flow,
		"written for operator set 13": mixed,
		"has 2 inputs and 1 outputs":  inputs,
	} {
		if _, err := Simplify(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
