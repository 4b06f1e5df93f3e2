package onnx

import (
	"fmt"
	"slices"
)

// Part returns the model that computes one value of m's graph: the nodes that it depends on,
// their weights and the inputs that they read. Nothing is copied, and metadata are left out, as
// they tell of the whole. It is an error if m does not compute the value.
func (m *Model) Part(value string) (*Model, error) {
	values, err := Values(m)
	if err != nil {
		return nil, err
	}
	output, ok := values[value]
	if !ok {
		return nil, fmt.Errorf("the graph computes no value %q", value)
	}
	g := &Graph{Name: m.Graph.Name, Outputs: []ValueInfo{output}}
	wanted := map[string]bool{value: true}
	for _, n := range slices.Backward(m.Graph.Nodes) {
		if slices.ContainsFunc(n.Outputs, func(name string) bool { return wanted[name] }) {
			g.Nodes = append(g.Nodes, n)
			for _, name := range n.Reads() {
				wanted[name] = true
			}
		}
	}
	slices.Reverse(g.Nodes)
	for _, t := range m.Graph.Initializers {
		if wanted[t.Name] {
			g.Initializers = append(g.Initializers, t)
		}
	}
	for _, in := range m.Graph.Inputs {
		if wanted[in.Name] {
			g.Inputs = append(g.Inputs, in)
		}
	}
	part := *m
	part.Graph, part.Metadata, part.Doc = g, nil, ""
	return &part, nil
}

// Reads returns the names of all values that a node may use, those of its subgraphs among them.
func (n *Node) Reads() []string {
	names := slices.Clone(n.Inputs)
	for _, g := range n.Subgraphs() {
		for _, inner := range g.Nodes {
			names = append(names, inner.Reads()...)
		}
		for _, out := range g.Outputs {
			names = append(names, out.Name)
		}
	}
	return names
}
