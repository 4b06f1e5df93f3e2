package engine

import (
	"fmt"
	"slices"

	"govae/onnx"
)

// float32Ends returns a model whose inputs and outputs are float32, as [Tensor] is, and
// which computes what m does: with casts behind inputs and in front of outputs of other
// types. It returns m itself if there are none. The new inputs and outputs have other names
// and stand in the same order.
func float32Ends(m *onnx.Model, outputs []onnx.ValueInfo) (*onnx.Model, error) {
	feeds := m.Graph.Feeds()
	for _, v := range feeds {
		if err := checkNumbers("input", v); err != nil {
			return nil, err
		}
	}
	for _, v := range outputs {
		if err := checkNumbers("output", v); err != nil {
			return nil, err
		}
	}
	is := func(v onnx.ValueInfo) bool { return v.Type == onnx.Float32 || v.Type == onnx.Undefined }
	if !slices.ContainsFunc(slices.Concat(feeds, outputs), func(v onnx.ValueInfo) bool { return !is(v) }) {
		return m, nil
	}
	g := *m.Graph
	taken := m.Graph.Names()
	fresh := func(name string) string {
		name += " as float32"
		for taken[name] {
			name += "'"
		}
		taken[name] = true
		return name
	}
	cast := func(from, to string, t onnx.DataType) *onnx.Node {
		return &onnx.Node{Name: to + " cast", Op: "Cast", Inputs: []string{from}, Outputs: []string{to}, Attributes: []onnx.Attribute{onnx.Int("to", int64(t))}}
	}
	var before, after []*onnx.Node
	g.Inputs = slices.Clone(g.Inputs)
	for i, v := range g.Inputs {
		if is(v) || g.Initializer(v.Name) != nil {
			continue
		}
		g.Inputs[i].Name, g.Inputs[i].Type = fresh(v.Name), onnx.Float32
		before = append(before, cast(g.Inputs[i].Name, v.Name, v.Type))
	}
	g.Outputs = slices.Clone(g.Outputs)
	for i, v := range outputs {
		if is(v) {
			continue
		}
		g.Outputs[i].Name, g.Outputs[i].Type = fresh(v.Name), onnx.Float32
		after = append(after, cast(v.Name, g.Outputs[i].Name, onnx.Float32))
	}
	g.Nodes = slices.Concat(before, g.Nodes, after)
	wrapped := *m
	wrapped.Graph = &g
	return &wrapped, nil
}

// rounded returns tensors with the numbers that the declared types have; those of other
// types than float16 and bfloat16 are the same tensors. The casts of [float32Ends] do not see
// to that: ONNX Runtime leaves them out where it computes in float32 next.
func rounded(tensors []Tensor, declared []onnx.ValueInfo) []Tensor {
	var list []Tensor
	for i, v := range declared {
		if !isHalf(v.Type) {
			continue
		}
		if list == nil {
			list = slices.Clone(tensors)
		}
		list[i].Data = slices.Clone(list[i].Data)
		round(list[i].Data, v.Type)
	}
	if list == nil {
		return tensors
	}
	return list
}

// round makes numbers those of a type.
func round(x []float32, t onnx.DataType) {
	if !isHalf(t) {
		return
	}
	for i, v := range x {
		x[i] = t.Round(v)
	}
}

func isHalf(t onnx.DataType) bool { return t == onnx.Float16 || t == onnx.BFloat16 }

// checkNumbers refuses what a [Tensor] cannot hold.
func checkNumbers(what string, v onnx.ValueInfo) error {
	switch {
	case v.Other != nil:
		return fmt.Errorf("%s %q is a sequence, map, optional or sparse tensor, but engines take and give tensors only", what, v.Name)
	case v.Type != onnx.Undefined && v.Type.Size() == 0:
		return fmt.Errorf("%s %q is %v, but engines take and give numbers only", what, v.Name, v.Type)
	}
	return nil
}
