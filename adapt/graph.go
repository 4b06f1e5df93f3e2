package adapt

import (
	"fmt"
	"slices"

	"govae/contract"
	"govae/onnx"
)

// before and after put nodes in front of all others and behind them.
func (a *adapter) before(nodes ...*onnx.Node) {
	a.graph.Nodes = append(nodes, a.graph.Nodes...)
}

func (a *adapter) after(nodes ...*onnx.Node) { a.graph.Nodes = append(a.graph.Nodes, nodes...) }

// fresh returns a name that nothing in the graph has.
func (a *adapter) fresh(name string) string {
	taken := a.graph.Names()
	fresh := "adapt/" + name
	for i := 1; taken[fresh]; i++ {
		fresh = fmt.Sprintf("adapt/%s_%d", name, i)
	}
	return fresh
}

// node returns a node with one result of a new name, which is not in the graph yet.
func (a *adapter) node(op, name string, inputs []string, attributes ...onnx.Attribute) *onnx.Node {
	name = a.fresh(name)
	return &onnx.Node{Name: name, Op: op, Inputs: inputs, Outputs: []string{name}, Attributes: attributes}
}

// ints adds a constant.
func (a *adapter) ints(name string, values ...int64) string {
	name = a.fresh(name)
	a.graph.Initializers = append(a.graph.Initializers, onnx.Int64Tensor(name, []int64{int64(len(values))}, values))
	return name
}

// number adds a constant scalar.
func (a *adapter) number(name string, value float32) string {
	name = a.fresh(name)
	a.graph.Initializers = append(a.graph.Initializers, onnx.Float32Tensor(name, nil, []float32{value}))
	return name
}

// chain builds nodes each of which reads the result of the one before.
type chain struct {
	a     *adapter
	nodes []*onnx.Node
	value string // the last result
}

func (a *adapter) chain(value string) *chain { return &chain{a: a, value: value} }

// then adds a node, whose other inputs follow the value.
func (c *chain) then(op, name string, others []string, attributes ...onnx.Attribute) *chain {
	n := c.a.node(op, name, append([]string{c.value}, others...), attributes...)
	// Names must differ although none of the nodes is in the graph yet.
	for i := 1; slices.ContainsFunc(c.nodes, func(o *onnx.Node) bool { return o.Name == n.Name }); i++ {
		n.Name = fmt.Sprintf("%s_%d", c.a.fresh(name), i)
		n.Outputs = []string{n.Name}
	}
	c.nodes = append(c.nodes, n)
	c.value = n.Outputs[0]
	return c
}

// scale adds value*by + plus.
func (c *chain) scale(by, plus float32) *chain {
	if by != 1 {
		c.then("Mul", "scaled", []string{c.a.number("scale", by)})
	}
	if plus != 0 {
		c.then("Add", "moved", []string{c.a.number("offset", plus)})
	}
	return c
}

// reshape adds a Reshape to rows of this shape.
func (c *chain) reshape(row ...int) *chain {
	shape := []int64{-1}
	for _, d := range row {
		shape = append(shape, int64(d))
	}
	return c.then("Reshape", "reshaped", []string{c.a.ints("shape", shape...)})
}

func (c *chain) transpose(order ...int64) *chain {
	return c.then("Transpose", "transposed", nil, onnx.Ints("perm", order...))
}

// clip keeps values in [lo, hi].
func (c *chain) clip(lo, hi float32) *chain {
	if c.a.model.Opset() < 11 {
		return c.then("Clip", "clipped", nil, onnx.Float("min", lo), onnx.Float("max", hi))
	}
	return c.then("Clip", "clipped", []string{c.a.number("least", lo), c.a.number("most", hi)})
}

// setInput puts an input of the contract in the place of one of the file: the chain that build
// makes of it gives the value of the old one.
func (a *adapter) setInput(old *tensor, name string, row []int, build func(c *chain)) {
	c := a.chain(name)
	build(c)
	at := slices.IndexFunc(a.graph.Inputs, func(v onnx.ValueInfo) bool { return v.Name == old.value })
	a.graph.Inputs[at] = onnx.ValueInfo{Name: name, Type: onnx.Float32, Shape: open(row)}
	if len(c.nodes) == 0 {
		a.rename(old.value, name)
	} else {
		c.nodes[len(c.nodes)-1].Outputs[0] = old.value
		a.before(c.nodes...)
	}
	old.value = name
}

// setOutput puts an output of the contract in the place of one of the file, by the chain that
// build makes of it, and returns it.
func (a *adapter) setOutput(old tensor, name string, row []int, build func(c *chain)) onnx.ValueInfo {
	c := a.chain(old.value)
	build(c)
	if len(c.nodes) == 0 && !a.computed(old.value) {
		c.then("Identity", "copy", nil)
	}
	if len(c.nodes) == 0 {
		a.rename(old.value, name)
	} else {
		c.nodes[len(c.nodes)-1].Outputs[0] = name
		a.after(c.nodes...)
	}
	return onnx.ValueInfo{Name: name, Type: onnx.Float32, Shape: open(row)}
}

// computed reports whether a node gives a value, and no output of the contract has it yet.
func (a *adapter) computed(name string) bool {
	return !slices.Contains(contractNames, name) && slices.ContainsFunc(a.graph.Nodes, func(n *onnx.Node) bool { return slices.Contains(n.Outputs, name) })
}

// open is the shape of a batch of rows.
func open(row []int) onnx.Shape {
	return append(onnx.Shape{onnx.Named("batch")}, onnx.Sizes(row...)...)
}

// contractNames are those that the inputs and outputs will have.
var contractNames = []string{contract.Z, contract.Image, contract.Label, contract.Mean, contract.LogVar, contract.Reconstruction}

// makeRoom gives values of the file that are named like those of the contract other names.
func (a *adapter) makeRoom() {
	taken := a.graph.Names()
	for _, name := range contractNames {
		if taken[name] {
			a.rename(name, a.fresh("of_file/"+name))
		}
	}
}

// rename renames a value.
func (a *adapter) rename(old, name string) {
	swap := func(names []string) []string {
		if !slices.Contains(names, old) {
			return names
		}
		names = slices.Clone(names)
		for i := range names {
			if names[i] == old {
				names[i] = name
			}
		}
		return names
	}
	for i, n := range a.graph.Nodes {
		if slices.Contains(n.Outputs, old) || slices.Contains(n.Reads(), old) {
			a.graph.Nodes[i] = swapped(n, swap)
		}
	}
	for i, t := range a.graph.Initializers {
		if t.Name == old {
			renamed := *t
			renamed.Name = name
			a.graph.Initializers[i] = &renamed
		}
	}
	for _, list := range [][]onnx.ValueInfo{a.graph.Inputs, a.graph.Outputs, a.graph.Values} {
		for i := range list {
			if list[i].Name == old {
				list[i].Name = name
			}
		}
	}
	for _, t := range append([]*tensor{a.data, a.label}, pointers(a.outputs)...) {
		if t != nil && t.value == old {
			t.value = name
		}
	}
}

// swapped is a copy of a node with other names for what it reads and gives. Names inside of a
// branch are never those of values outside, so that all of them can be swapped.
func swapped(n *onnx.Node, swap func([]string) []string) *onnx.Node {
	renamed := *n
	renamed.Inputs, renamed.Outputs = swap(n.Inputs), swap(n.Outputs)
	if len(n.Subgraphs()) == 0 {
		return &renamed
	}
	branch := func(g *onnx.Graph) *onnx.Graph {
		inner := *g
		inner.Nodes, inner.Outputs = slices.Clone(g.Nodes), slices.Clone(g.Outputs)
		for i := range inner.Nodes {
			inner.Nodes[i] = swapped(inner.Nodes[i], swap)
		}
		for i, v := range inner.Outputs {
			inner.Outputs[i].Name = swap([]string{v.Name})[0]
		}
		return &inner
	}
	renamed.Attributes = slices.Clone(n.Attributes)
	for i, attribute := range renamed.Attributes {
		switch v := attribute.Value.(type) {
		case *onnx.Graph:
			renamed.Attributes[i].Value = branch(v)
		case []*onnx.Graph:
			graphs := make([]*onnx.Graph, len(v))
			for j := range v {
				graphs[j] = branch(v[j])
			}
			renamed.Attributes[i].Value = graphs
		}
	}
	return &renamed
}

func pointers(tensors []tensor) (p []*tensor) {
	for i := range tensors {
		p = append(p, &tensors[i])
	}
	return p
}

// prune drops nodes, weights and notes that no output needs.
func (a *adapter) prune() {
	need := map[string]bool{}
	for _, v := range a.graph.Outputs {
		need[v.Name] = true
	}
	var kept []*onnx.Node
	for _, n := range slices.Backward(a.graph.Nodes) {
		if !slices.ContainsFunc(n.Outputs, func(name string) bool { return name != "" && need[name] }) {
			continue
		}
		for _, name := range n.Reads() {
			need[name] = true
		}
		kept = append(kept, n)
	}
	slices.Reverse(kept)
	a.graph.Nodes = kept
	a.graph.Initializers = slices.DeleteFunc(a.graph.Initializers, func(t *onnx.Tensor) bool { return !need[t.Name] })
	a.graph.Values = slices.DeleteFunc(a.graph.Values, func(v onnx.ValueInfo) bool { return !need[v.Name] })
	a.graph.Inputs = slices.DeleteFunc(a.graph.Inputs, func(v onnx.ValueInfo) bool {
		return !need[v.Name] && !slices.Contains(contractNames, v.Name)
	})
}
