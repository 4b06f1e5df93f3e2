package nn

import (
	"fmt"
	"slices"

	"govae/onnx"
)

// Graph is a network: values, each made by a layer from earlier ones. A [Pass] runs it,
// or a part of it: any values may be given in place of computing them, as a decoder's
// input is in a network that draws it.
type Graph struct {
	values  []*Value
	layers  []Layer
	params  []*Param
	buffers []*Param
}

// Value is an input of a graph, or the output of one of its layers.
type Value struct {
	name  string
	shape Shape
	layer Layer // nil for an input
	in    []*Value
	index int // in the graph: after those of all of in
}

// Name is that of the input or of the layer.
func (v *Value) Name() string { return v.name }

// Shape is that of one image's share of the value.
func (v *Value) Shape() Shape { return v.shape }

// Input adds an input.
func (g *Graph) Input(name string, s Shape) *Value {
	return g.add(&Value{name: name, shape: s})
}

// Add adds a layer, which may be in the graph already: its parameters are shared then.
func (g *Graph) Add(l Layer, in ...*Value) *Value {
	want := l.In()
	if len(in) != len(want) {
		panic(fmt.Sprintf("nn: Graph.Add: %s takes %d inputs, got %d", l.Name(), len(want), len(in)))
	}
	for i, v := range in {
		if v.shape != want[i] {
			panic(fmt.Sprintf("nn: Graph.Add: input %d of %s has the shape %v, want %v", i, l.Name(), v.shape, want[i]))
		}
	}
	if !slices.Contains(g.layers, l) {
		g.layers = append(g.layers, l)
		g.params = append(g.params, l.Params()...)
		g.buffers = append(g.buffers, l.Buffers()...)
	}
	return g.add(&Value{name: l.Name(), shape: l.Out(), layer: l, in: in})
}

// Again adds a second computation of v to the graph, by the same layers and parameters, in which
// other values stand in the place of some: the keys and values of instead, such as a draw and a mean.
// What does not depend on these is not computed again. It returns the new value, and adds it and
// those on the way to it to instead, for the next call.
func (g *Graph) Again(v *Value, instead map[*Value]*Value) *Value {
	if other, ok := instead[v]; ok {
		return other
	}
	in := make([]*Value, len(v.in))
	for i, x := range v.in {
		in[i] = g.Again(x, instead)
	}
	other := v
	if !slices.Equal(in, v.in) {
		other = g.Add(v.layer, in...)
	}
	instead[v] = other
	return other
}

func (g *Graph) add(v *Value) *Value {
	v.index = len(g.values)
	g.values = append(g.values, v)
	return v
}

// AddParam adds a parameter that belongs to no layer, such as one of the loss.
func (g *Graph) AddParam(p *Param) { g.params = append(g.params, p) }

// AddBuffer adds state that belongs to no layer.
func (g *Graph) AddBuffer(p *Param) { g.buffers = append(g.buffers, p) }

// Params returns the parameters in the order of their layers.
func (g *Graph) Params() []*Param { return g.params }

// Size is the number of values of all parameters.
func (g *Graph) Size() int {
	n := 0
	for _, p := range g.params {
		n += p.Len()
	}
	return n
}

// Buffers returns the state that is not trained by gradients, in the order of its layers.
func (g *Graph) Buffers() []*Param { return g.buffers }

// Bind gives the parameters their places in one vector, and the buffers theirs in
// another, and returns both, zero. It is an error if there are more than limit values.
func (g *Graph) Bind(limit int) (theta, state []float32, err error) {
	if theta, err = bindTo(g.params, limit); err == nil {
		state, err = bindTo(g.buffers, limit)
	}
	return theta, state, err
}

func bindTo(params []*Param, limit int) ([]float32, error) {
	total := 0
	for _, p := range params {
		p.offset = total
		if total += p.Len(); total > limit {
			return nil, fmt.Errorf("the model would have more than %d parameters: use smaller images or layers", limit)
		}
	}
	all := make([]float32, total)
	for _, p := range params {
		p.Value = p.In(all)
	}
	return all, nil
}

// between returns the values that have to be computed to get from some values to others, in the
// order of the graph. It panics if an input is missing.
func (g *Graph) between(from, to []*Value) []*Value {
	needed := make([]bool, len(g.values))
	var need func(v *Value)
	need = func(v *Value) {
		if needed[v.index] || slices.Contains(from, v) {
			return
		}
		if v.layer == nil {
			panic(fmt.Sprintf("nn: the input %s of the graph is not given", v.name))
		}
		needed[v.index] = true
		for _, x := range v.in {
			need(x)
		}
	}
	for _, v := range to {
		need(v)
	}
	var path []*Value
	for _, v := range g.values {
		if needed[v.index] {
			path = append(path, v)
		}
	}
	return path
}

// Emit adds nodes to an ONNX graph that compute the values to from the values from, which are x there,
// and returns the former.
func (g *Graph) Emit(b *onnx.Builder, from []*Value, x []onnx.Value, to ...*Value) []onnx.Value {
	emitted := map[*Value]onnx.Value{}
	for i, v := range from {
		emitted[v] = x[i]
	}
	for _, v := range g.between(from, to) {
		in := make([]onnx.Value, len(v.in))
		for i, x := range v.in {
			in[i] = emitted[x]
		}
		emitted[v] = v.layer.Emit(b, in...)
	}
	out := make([]onnx.Value, len(to))
	for i, v := range to {
		out[i] = emitted[v]
	}
	return out
}
