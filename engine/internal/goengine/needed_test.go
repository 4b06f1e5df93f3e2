package goengine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	onnxgo "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/traverse"

	"govae/onnx"
)

// TestNeededNodes compares the nodes that are needed with those that onnx-go's graph leads to, in
// random graphs.
func TestNeededNodes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	left := 0
	for range 200 {
		g := &onnx.Graph{Name: "random", Inputs: []onnx.ValueInfo{{Name: "x"}}}
		known := []string{"x"}
		for i := range 1 + random.IntN(12) {
			n := &onnx.Node{Op: "Concat"}
			for range random.IntN(4) {
				if name := known[random.IntN(len(known))]; !slices.Contains(n.Inputs, name) {
					n.Inputs = append(n.Inputs, name)
				}
			}
			if random.IntN(4) == 0 {
				n.Inputs = append(n.Inputs, "") // left out
			}
			for j := range 1 + random.IntN(2) {
				n.Outputs = append(n.Outputs, fmt.Sprintf("node %d result %d", i, j))
			}
			known = append(known, n.Outputs...)
			g.Nodes = append(g.Nodes, n)
		}
		for range 1 + random.IntN(2) {
			if name := known[1+random.IntN(len(known)-1)]; !slices.ContainsFunc(g.Outputs, func(v onnx.ValueInfo) bool { return v.Name == name }) {
				g.Outputs = append(g.Outputs, onnx.ValueInfo{Name: name})
			}
		}
		want, err := neededByOnnxGo(g)
		if err != nil {
			t.Fatal(err)
		}
		if got := neededNodes(g); !slices.Equal(got, want) {
			t.Fatalf("%d nodes are needed, want %d, of\n%v", len(got), len(want), g.Nodes)
		}
		left += len(g.Nodes) - len(want)
	}
	if left == 0 {
		t.Error("all nodes were needed")
	}
}

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

// neededByOnnxGo is [neededNodes] by another way: onnx-go builds the graph, on gonum's graphs,
// and the walk goes through it from the outputs back. It is a test's because onnx-go brings
// gorgonia's tensors along, which are half of a program that links them.
//
// onnx-go gets no more than a skeleton of names, because it knows neither dynamic
// dimensions nor all types of weights and trusts the numbers that it reads.
func neededByOnnxGo(g *onnx.Graph) ([]*onnx.Node, error) {
	data, err := skeleton(g).Marshal()
	if err != nil {
		return nil, err
	}
	w := &network{WeightedDirectedGraph: simple.NewWeightedDirectedGraph(0, 0)}
	decoded := onnxgo.NewModel(w)
	if err := decoded.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("onnx-go refuses the graph: %w", err)
	}
	if len(w.results) != len(g.Nodes) {
		return nil, fmt.Errorf("onnx-go found %d operations instead of %d", len(w.results), len(g.Nodes))
	}
	walk := traverse.DepthFirst{}
	for _, id := range decoded.Output {
		walk.Walk(w, w.Node(id), nil)
	}
	var needed []*onnx.Node
	for i, results := range w.results {
		for _, r := range results {
			if walk.Visited(r) {
				needed = append(needed, g.Nodes[i])
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
