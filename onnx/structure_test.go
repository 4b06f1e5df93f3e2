package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything is a model with all that this package reads and does not know: control flow,
// other domains, functions, sparse and quantized weights, sequences, text.
func everything() *Model {
	inner := &Graph{Name: "then", Outputs: []ValueInfo{{Name: "inner"}},
		Nodes:        []*Node{{Op: "Add", Inputs: []string{"x", "one"}, Outputs: []string{"inner"}}},
		Initializers: []*Tensor{Float32Tensor("one", []int64{}, []float32{1})}}
	list := []byte{0x22, 0} // a sequence of anything, as a TypeProto
	return &Model{
		IRVersion: 10,
		Opsets:    []Opset{{"", 21}, {"com.microsoft", 1}, {"own", 1}},
		Functions: []*Function{{Name: "F", Domain: "own", Overload: "o", Doc: "doc", Inputs: []string{"a", "b"}, Outputs: []string{"c"},
			Attributes: []string{"alpha"}, Defaults: []Attribute{Int("beta", 2)}, Opsets: []Opset{{"", 21}},
			Nodes: []*Node{{Op: "Elu", Inputs: []string{"a"}, Outputs: []string{"c"}, Attributes: []Attribute{{Name: "alpha", Value: Reference{"alpha", 1}}}}}}},
		Graph: &Graph{
			Name:   "g",
			Inputs: []ValueInfo{{Name: "x", Type: Float32, Shape: Sizes(2)}, {Name: "c", Type: Bool}, {Name: "list", Other: list}},
			Initializers: []*Tensor{
				{Name: "four", Type: 22, Shape: []int64{3}, Data: []byte{0x21, 0x03}},
				{Name: "text", Type: text, Shape: []int64{2}, Texts: [][]byte{[]byte("a"), {0xff}}},
				{Name: "complex", Type: complex64bits, Shape: []int64{1}, Data: make([]byte, 8)},
			},
			Sparse: []*SparseTensor{{Values: Float32Tensor("few", []int64{1}, []float32{5}), Indices: Int64Tensor("", []int64{1}, []int64{3}), Shape: []int64{4}}},
			Nodes: []*Node{
				{Name: "if", Op: "If", Inputs: []string{"c"}, Outputs: []string{"y"}, Attributes: []Attribute{{Name: "then_branch", Value: inner}, {Name: "else_branch", Value: inner}}},
				{Name: "call", Op: "F", Domain: "own", Overload: "o", Inputs: []string{"y", ""}, Outputs: []string{"z"}, Attributes: []Attribute{Float("alpha", 0.5)}},
				{Name: "gelu", Op: "Gelu", Domain: "com.microsoft", Inputs: []string{"z"}, Outputs: []string{"w"}, Attributes: []Attribute{
					{Name: "graphs", Value: []*Graph{inner}}, {Name: "tensors", Value: []*Tensor{inner.Initializers[0]}},
					{Name: "type", Value: TypeBytes(list)}, {Name: "types", Value: []TypeBytes{list}},
					{Name: "sparse", Value: &SparseTensor{Values: Float32Tensor("", []int64{0}, nil), Indices: Int64Tensor("", []int64{0}, nil), Shape: []int64{4}}},
					{Name: "sparses", Value: []*SparseTensor{}},
				}},
			},
			Outputs: []ValueInfo{{Name: "w"}},
		},
	}
}

// What this package does not know is kept as it is, and has a sound structure.
func TestRoundTripOfTheUnknown(t *testing.T) {
	m := everything()
	data := must(m.Marshal())
	got, err := Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*SparseTensor{m.Graph.Nodes[2].Attributes[4].Value.(*SparseTensor), got.Graph.Nodes[2].Attributes[4].Value.(*SparseTensor)} {
		s.Values.Data, s.Indices.Data = nil, nil // empty or nil
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
	if again := must(got.Marshal()); !slices.Equal(again, data) {
		t.Error("a second writing gives other bytes")
	}
	if err := got.CheckStructure(); err != nil {
		t.Error(err)
	}
	var unsupported *UnsupportedError
	if err := got.Check(); !errors.As(err, &unsupported) {
		t.Errorf("Check: %v, want an UnsupportedError", err)
	}
	if values, err := Values(got); err != nil || values["w"].Shape != nil {
		t.Errorf("%v (%v)", values["w"], err)
	}
	var b strings.Builder
	if err := got.Describe(&b, 1); err != nil || !strings.Contains(b.String(), "com.microsoft.Gelu") || !strings.Contains(b.String(), "own.F") {
		t.Errorf("%s (%v)", b.String(), err)
	}
}

// Values tells what the file declares behind an operator that nobody knows, and follows
// shapes from there on.
func TestValues(t *testing.T) {
	m := smallModel(t, 17)
	m.Opsets = append(m.Opsets, Opset{"com.example", 1})
	m.Graph.Nodes[1].Op, m.Graph.Nodes[1].Domain = "Strange", "com.example"
	m.Graph.Outputs[0].Shape = nil
	if values := must(Values(m)); values["dense/relu"].Shape != nil || values["image"].Shape != nil {
		t.Errorf("%v from nowhere", values)
	}
	m.Graph.Values = []ValueInfo{{Name: "dense/relu", Type: Float32, Shape: Shape{Named("batch"), Size(12)}}}
	if got := must(Values(m))["image"].Shape.String(); got != "[batch,1,2,2]" {
		t.Errorf("got %s", got)
	}
}

// calls is a model of n functions, each of which calls the next one twice.
func calls(n int) *Model {
	m := &Model{IRVersion: 8, Opsets: []Opset{{"", 17}, {"own", 1}}, Graph: &Graph{Name: "g",
		Inputs: []ValueInfo{{Name: "x", Type: Float32, Shape: Sizes(2)}}, Outputs: []ValueInfo{{Name: "y", Type: Float32}},
		Nodes: []*Node{{Op: "F0", Domain: "own", Inputs: []string{"x"}, Outputs: []string{"y"}}}}}
	for i := range n {
		next := fmt.Sprintf("F%d", i+1)
		f := &Function{Name: fmt.Sprintf("F%d", i), Domain: "own", Inputs: []string{"a"}, Outputs: []string{"c"}, Opsets: m.Opsets, Nodes: []*Node{
			{Op: next, Domain: "own", Inputs: []string{"a"}, Outputs: []string{"b"}},
			{Op: next, Domain: "own", Inputs: []string{"b"}, Outputs: []string{"c"}}}}
		if i == n-1 {
			f.Nodes = []*Node{{Op: "Neg", Inputs: []string{"a"}, Outputs: []string{"c"}}}
		}
		m.Functions = append(m.Functions, f)
	}
	return m
}

// TestHostileStructure has what would take endless time or memory, or lead elsewhere.
func TestHostileStructure(t *testing.T) {
	recursive := calls(3)
	recursive.Functions[2].Nodes[0].Op, recursive.Functions[2].Nodes[0].Domain = "F0", "own"
	shadow := everything()
	shadow.Graph.Nodes[0].Attributes[0].Value.(*Graph).Nodes[0].Inputs[0] = "nowhere"
	twice := calls(2)
	twice.Functions = append(twice.Functions, twice.Functions[0])
	weight := everything()
	weight.Graph.Nodes[0].Attributes[0].Value.(*Graph).Initializers[0].Data = nil
	size := everything()
	size.Graph.Nodes[0].Attributes[0].Value.(*Graph).Outputs[0].Shape = Sizes(1<<30, 1<<30)
	idle := everything()
	idle.Graph.Nodes = append(idle.Graph.Nodes, &Node{Name: "idle", Op: "Identity", Inputs: idle.Graph.Nodes[0].Outputs[:1]})
	for want, m := range map[string]*Model{
		`node "idle" (Identity): has no output`: idle,
		`function "F0" calls itself`:            recursive,
		`input "nowhere" is no graph input`:     shadow,
		`two functions have the name "F0"`:      twice,
		"has 0 bytes of data":                   weight,
		"more elements than 2^53":               size,
	} {
		if err := m.CheckStructure(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := calls(40).Check(); err == nil || !strings.Contains(err.Error(), "come to more than") {
		t.Errorf("2^40 calls: %v", err)
	}
	if err := calls(8).Check(); err != nil {
		t.Error(err)
	}
	nested := &Graph{Name: "g"}
	for range 60 {
		nested = &Graph{Name: "g", Nodes: []*Node{{Op: "If", Attributes: []Attribute{{Name: "then_branch", Value: nested}}}}}
	}
	deep := must((&Model{Opsets: []Opset{{"", 17}}, Graph: nested}).Marshal())
	if _, err := Unmarshal(deep); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
		t.Errorf("deep: %v", err)
	}
	outside := everything()
	inner := outside.Graph.Nodes[0].Attributes[0].Value.(*Graph)
	p := must(modelProto(outside))
	w := p.Graph.Node[0].Attribute[0].G.Initializer[0]
	w.RawData, w.DataLocation = nil, 1
	if _, err := (&decoder{}).model(p); !errors.Is(err, ErrExternal) || inner == nil {
		t.Errorf("external data of a branch: %v", err)
	}
}
