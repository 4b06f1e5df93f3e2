package goengine

import (
	"slices"

	"govae/onnx"
)

// neededNodes returns the nodes that the model's outputs depend on, in the order of the
// file, in which a node stands after all that it reads from.
func neededNodes(g *onnx.Graph) []*onnx.Node {
	read := map[string]bool{}
	for _, v := range g.Outputs {
		read[v.Name] = true
	}
	var needed []*onnx.Node
	for _, n := range slices.Backward(g.Nodes) {
		if !slices.ContainsFunc(names(n.Outputs), func(name string) bool { return read[name] }) {
			continue
		}
		needed = append(needed, n)
		for _, name := range n.Inputs {
			read[name] = true
		}
	}
	slices.Reverse(needed)
	return needed
}

// names returns those that are not empty.
func names(list []string) []string {
	var named []string
	for _, name := range list {
		if name != "" {
			named = append(named, name)
		}
	}
	return named
}
