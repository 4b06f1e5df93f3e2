package onnx

import (
	"fmt"
	"strconv"
)

// Builder makes a [Model] node by node. A mistake in the graph is reported by
// [Builder.Model], with the name of the node.
type Builder struct {
	graph Graph
	nodes []builtNode
}

// builtNode is a node whose values may still be renamed.
type builtNode struct {
	node            Node
	inputs, outputs []Value
}

// Value is a value of the graph under construction: an input, a weight or the
// result of a node. The zero Value stands for an optional input that is left out.
type Value struct{ v *builtValue }

type builtValue struct {
	name     string
	computed bool // by a node
	output   bool // of the graph, under its name
}

// NewBuilder starts a graph of that name.
func NewBuilder(name string) *Builder { return &Builder{graph: Graph{Name: name}} }

// Input adds an input of the graph.
func (b *Builder) Input(name string, t DataType, shape ...Dim) Value {
	b.graph.Inputs = append(b.graph.Inputs, ValueInfo{Name: name, Type: t, Shape: append(Shape{}, shape...)})
	return newValue(name, false)
}

// Float32 adds a weight of float32 elements. It panics if shape does not hold
// len(data) elements.
func (b *Builder) Float32(name string, shape []int, data []float32) Value {
	return b.Tensor(Float32Tensor(name, int64s(shape), data))
}

// Int64 adds a constant of int64 elements, such as the target of a Reshape. It
// panics if shape does not hold len(data) elements.
func (b *Builder) Int64(name string, shape []int, data []int64) Value {
	return b.Tensor(Int64Tensor(name, int64s(shape), data))
}

// Tensor adds a weight of any type. The model shares its data.
func (b *Builder) Tensor(t *Tensor) Value {
	b.graph.Initializers = append(b.graph.Initializers, t)
	return newValue(t.Name, false)
}

// Node adds a node with one result. The result has the node's name until
// [Builder.Output] gives it another.
func (b *Builder) Node(op, name string, inputs []Value, attributes ...Attribute) Value {
	result := newValue(name, true)
	b.add(op, name, inputs, []Value{result}, attributes)
	return result
}

// NodeN adds a node with n results, named after the node with a number behind:
// name_0, name_1.
func (b *Builder) NodeN(n int, op, name string, inputs []Value, attributes ...Attribute) []Value {
	results := make([]Value, n)
	for i := range results {
		results[i] = newValue(name+"_"+strconv.Itoa(i), true)
	}
	b.add(op, name, inputs, results, attributes)
	return results
}

func (b *Builder) add(op, name string, inputs, outputs []Value, attributes []Attribute) {
	node := Node{Op: op, Name: name, Attributes: attributes}
	b.nodes = append(b.nodes, builtNode{node, append([]Value{}, inputs...), outputs})
}

// Output makes v an output of the graph under that name. The node that computes
// v then writes to that name; where that cannot be, because v is an input, a
// weight or an output already, an Identity node copies it. Without dimensions
// the output has the shape that [Infer] finds.
func (b *Builder) Output(name string, v Value, shape ...Dim) {
	if v.v == nil || !v.v.computed || v.v.output {
		v = b.Node("Identity", name, []Value{v})
	}
	v.v.name, v.v.output = name, true
	info := ValueInfo{Name: name}
	if len(shape) > 0 {
		info.Shape = append(Shape{}, shape...)
	}
	b.graph.Outputs = append(b.graph.Outputs, info)
}

// ModelOptions say what stands around the graph in a model.
type ModelOptions struct {
	Opset           int64 // operator set version, from [OldestOpset] to [NewestOpset]; 0 means 17
	ProducerName    string
	ProducerVersion string
	Doc             string
}

// Model returns the finished model, checked, with the types of the outputs and
// the oldest IR version that goes with the operator set.
func (b *Builder) Model(o ModelOptions) (*Model, error) {
	if o.Opset == 0 {
		o.Opset = 17
	}
	if o.Opset < OldestOpset || o.Opset > NewestOpset {
		return nil, fmt.Errorf("opset %d: models are written for %d to %d", o.Opset, OldestOpset, NewestOpset)
	}
	graph := b.graph
	graph.Outputs = append([]ValueInfo{}, graph.Outputs...)
	for _, n := range b.nodes {
		node := n.node
		node.Inputs, node.Outputs = names(n.inputs), names(n.outputs)
		graph.Nodes = append(graph.Nodes, &node)
	}
	m := &Model{
		IRVersion:       irVersion(o.Opset),
		Opsets:          []Opset{{Version: o.Opset}},
		ProducerName:    o.ProducerName,
		ProducerVersion: o.ProducerVersion,
		Doc:             o.Doc,
		Graph:           &graph,
	}
	values, err := infer(m)
	if err != nil {
		return nil, err
	}
	for i := range graph.Outputs {
		output := &graph.Outputs[i]
		inferred := values[output.Name]
		output.Type = inferred.Type
		if output.Shape == nil {
			output.Shape = inferred.Shape
		}
	}
	return m, m.Check()
}

func newValue(name string, computed bool) Value {
	return Value{&builtValue{name: name, computed: computed}}
}

// names returns the values' names, which are final once the graph is complete.
func names(values []Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if v.v != nil {
			out[i] = v.v.name
		}
	}
	return out
}

func int64s(shape []int) []int64 {
	out := make([]int64, len(shape))
	for i, n := range shape {
		out[i] = int64(n)
	}
	return out
}
