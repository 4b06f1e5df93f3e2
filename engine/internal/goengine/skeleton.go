package goengine

import (
	"fmt"

	onnxgo "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/traverse"

	"govae/onnx"
)

// network is the graph that onnx-go builds, from each result to the operands
// behind it, on gonum's graphs. It is a backend in onnx-go's sense.
type network struct {
	*simple.WeightedDirectedGraph
	results [][]graph.Node // of each operation, in the order of the file
}

// tensorNode is a tensor in a network.
type tensorNode struct {
	graph.Node
	name string
}

func (n *tensorNode) SetName(name string) { n.name = name }
func (n *tensorNode) GetName() string     { return n.name }

func (w *network) NewNode() graph.Node { return &tensorNode{Node: w.WeightedDirectedGraph.NewNode()} }

// ApplyOperation receives the file's next operation.
func (w *network) ApplyOperation(_ onnxgo.Operation, results ...graph.Node) error {
	w.results = append(w.results, results)
	return nil
}

// neededNodes returns the nodes that the model's outputs depend on, in the order
// of the file: it lets onnx-go build the graph and walks through it, from the
// outputs back.
//
// onnx-go gets no more than a skeleton of names, because it knows neither dynamic
// dimensions nor all types of weights and trusts the numbers that it reads.
// Everything else comes from our own reader, which has checked it.
func neededNodes(m *onnx.Model) ([]*onnx.Node, error) {
	if len(m.Graph.Nodes) == 0 {
		return nil, nil
	}
	data, err := skeleton(m.Graph).Marshal()
	if err != nil {
		return nil, err
	}
	w := &network{WeightedDirectedGraph: simple.NewWeightedDirectedGraph(0, 0)}
	decoded := onnxgo.NewModel(w)
	if err := decoded.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("onnx-go refuses the graph: %w", err)
	}
	if len(w.results) != len(m.Graph.Nodes) {
		return nil, fmt.Errorf("onnx-go found %d operations instead of %d", len(w.results), len(m.Graph.Nodes))
	}
	walk := traverse.DepthFirst{}
	for _, id := range decoded.Output {
		walk.Walk(w, w.Node(id), nil)
	}
	var needed []*onnx.Node
	for i, results := range w.results {
		for _, r := range results {
			if walk.Visited(r) {
				needed = append(needed, m.Graph.Nodes[i])
				break
			}
		}
	}
	return needed, nil
}

// skeleton is a model of the graph's names alone. Operands and results that are
// left out have no name, and an operation without operands gets one, as onnx-go
// would give it, but unique.
func skeleton(g *onnx.Graph) *onnx.Model {
	s := &onnx.Graph{Name: g.Name}
	for _, v := range g.Inputs {
		s.Inputs = append(s.Inputs, onnx.ValueInfo{Name: v.Name})
	}
	for _, v := range g.Outputs {
		s.Outputs = append(s.Outputs, onnx.ValueInfo{Name: v.Name})
	}
	for i, n := range g.Nodes {
		inputs := names(n.Inputs)
		if len(inputs) == 0 {
			inputs = []string{fmt.Sprintf("%s/operand of node %d", n.Outputs[0], i)}
		}
		s.Nodes = append(s.Nodes, &onnx.Node{Op: n.Op, Inputs: inputs, Outputs: names(n.Outputs)})
	}
	return &onnx.Model{Graph: s}
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
