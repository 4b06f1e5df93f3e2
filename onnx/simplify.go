package onnx

import (
	"fmt"
	"slices"
)

// Simplify returns a model that computes what m does and needs less of who reads it: the
// calls of the model's own functions are replaced by what is in them, operators older than
// version 13 of the standard's operator set are written as they are since, and Dropout,
// which does nothing outside of training, is Identity. Inputs, outputs, weights and named
// values stay as they are. It returns m itself where there is nothing to do; m does not
// change, and must have passed [Model.CheckStructure].
//
// What cannot be simplified is an [UnsupportedError]. Nodes that this package does not know
// stay as they are, and so do the graphs of control flow.
func Simplify(m *Model) (*Model, error) {
	opset := m.Opset()
	if len(m.Functions) == 0 && (opset == 0 || opset >= OldestOpset) &&
		!slices.ContainsFunc(m.Graph.Nodes, func(n *Node) bool { return standardDomain(n.Domain) && n.Op == "Dropout" }) {
		return m, nil
	}
	s := &simplifier{functions: map[functionID]*Function{}, opset: max(opset, OldestOpset), taken: m.Graph.Names(),
		read: map[string]bool{}, constants: map[string]*Tensor{}}
	for _, f := range m.Functions {
		s.functions[f.id()] = f
	}
	s.note(m.Graph)
	if err := s.add(m.Graph.Nodes, opset); err != nil {
		return nil, err
	}
	simple := *m
	simple.Functions, simple.Opsets = nil, slices.Clone(m.Opsets)
	for i, o := range simple.Opsets {
		if standardDomain(o.Domain) {
			simple.Opsets[i].Version = s.opset
		}
	}
	graph := *m.Graph
	graph.Nodes = s.nodes
	simple.Graph = &graph
	return &simple, nil
}

// simplifier makes nodes of other nodes.
type simplifier struct {
	functions map[functionID]*Function
	opset     int64 // of the new nodes
	nodes     []*Node
	taken     map[string]bool // all names of the old graph, and of new values
	read      map[string]bool // those of them that something reads
	constants map[string]*Tensor
	float     DataType // of the first weight of real numbers
	fresh     int      // names made so far
	inlined   int      // nodes and calls out of functions
}

// maxInlined bounds what calls of functions in functions can grow to.
const maxInlined = 1 << 16

// note takes notes of what a graph reads, and of its weights.
func (s *simplifier) note(g *Graph) {
	for _, t := range g.Initializers {
		if s.float == Undefined && bfloats.has(t.Type) {
			s.float = t.Type
		}
		s.constants[t.Name] = t
	}
	for _, v := range g.Outputs {
		s.read[v.Name] = true
	}
	for _, n := range g.Nodes {
		for _, name := range n.Inputs {
			s.read[name] = true
		}
		for _, inner := range n.Subgraphs() {
			s.note(inner)
		}
	}
}

// name returns a new name for a value that is made of something of another name.
func (s *simplifier) name(of string) string {
	for {
		s.fresh++
		name := fmt.Sprintf("%.40s/%d", of, s.fresh) // short, as a file may have long ones
		if !s.taken[name] {
			s.taken[name] = true
			return name
		}
	}
}

// add appends nodes that are meant for a version of the operator set.
func (s *simplifier) add(nodes []*Node, opset int64) error {
	for _, n := range nodes {
		if f := s.functions[n.calls()]; f != nil {
			if err := s.call(n, f, opset); err != nil {
				return err
			}
			continue
		}
		if !standardDomain(n.Domain) || len(n.Subgraphs()) > 0 {
			s.emit(n)
			continue
		}
		if u, ok := upgrades[n.Op]; ok && opset < u.below {
			changed := *n
			changed.Attributes = slices.Clone(n.Attributes)
			changed.Inputs = slices.Clone(n.Inputs)
			if err := u.rewrite(s, &changed); err != nil {
				return err
			}
			continue
		}
		old, _ := lookup(n.Op, max(opset, OldestOpset))
		if now, _ := lookup(n.Op, s.opset); old.since != now.since {
			return unsupported(n, "the function that it is in is written for operator set %d, but the model for %d, where the operator is another one", opset, s.opset)
		}
		s.emit(n)
	}
	return nil
}

func (s *simplifier) emit(n *Node) {
	s.nodes = append(s.nodes, n)
	if t := n.Tensor("value"); t != nil && n.Op == "Constant" && len(n.Outputs) == 1 {
		s.constants[n.Outputs[0]] = t
	}
}

// constant appends a constant that belongs to node n and returns its name.
func (s *simplifier) constant(n *Node, what string, t *Tensor) string {
	name := s.name(n.Op + " " + what)
	s.emit(&Node{Name: name, Op: "Constant", Outputs: []string{name}, Attributes: []Attribute{TensorValue("value", t)}})
	return name
}

// call appends what is in function f in place of node n.
func (s *simplifier) call(n *Node, f *Function, opset int64) error {
	if len(n.Inputs) > len(f.Inputs) || len(n.Outputs) > len(f.Outputs) {
		return fmt.Errorf("node %q (%s): has %d inputs and %d outputs, but the function has %d and %d",
			n.Name, n.Op, len(n.Inputs), len(n.Outputs), len(f.Inputs), len(f.Outputs))
	}
	actual := map[string]string{"": ""} // names in the function -> names in the graph
	for i, formal := range f.Inputs {
		actual[formal] = n.Input(i)
	}
	var copies []*Node // results that are inputs, or that the function gives twice
	for i, formal := range f.Outputs[:len(n.Outputs)] {
		if from, ok := actual[formal]; ok {
			copies = append(copies, &Node{Name: n.Name, Op: "Identity", Inputs: []string{from}, Outputs: n.Outputs[i : i+1]})
		} else if n.Outputs[i] != "" {
			actual[formal] = n.Outputs[i]
		}
	}
	body := make([]*Node, 0, len(f.Nodes)+len(copies))
	for _, inner := range f.Nodes {
		if s.inlined++; s.inlined > maxInlined {
			return unsupported(nil, "the functions of the model come to more than %d nodes", maxInlined)
		}
		if len(inner.Subgraphs()) > 0 {
			return unsupported(inner, "the operator %q in the function %q runs a graph of its own, and such control flow is not supported", inner.Op, f.Name)
		}
		c := &Node{Name: s.name(inner.Name), Op: inner.Op, Domain: inner.Domain, Overload: inner.Overload}
		for _, name := range inner.Inputs {
			c.Inputs = append(c.Inputs, actual[name])
		}
		for _, name := range inner.Outputs {
			if _, ok := actual[name]; !ok {
				actual[name] = s.name(name)
			}
			c.Outputs = append(c.Outputs, actual[name])
		}
		c.Attributes = f.resolve(inner.Attributes, n)
		body = append(body, c)
	}
	s.inlined++ // a call of nothing takes time, too
	for _, name := range slices.Concat(n.Inputs, n.Outputs) {
		s.read[name] = true
	}
	for _, c := range slices.Concat(body, copies) {
		for _, name := range c.Inputs {
			s.read[name] = true
		}
	}
	if version := standardVersion(f.Opsets); version != 0 {
		opset = version
	}
	return s.add(append(body, copies...), opset)
}

// resolve returns attributes of a node in a function with the values that call n gives to
// those that refer to the function's own.
func (f *Function) resolve(attributes []Attribute, n *Node) []Attribute {
	var resolved []Attribute
	for _, a := range attributes {
		r, ok := a.Value.(Reference)
		if !ok {
			resolved = append(resolved, a)
			continue
		}
		for _, given := range slices.Concat(n.Attributes, f.Defaults) { // one that has no value is left out
			if given.Name == r.Attribute {
				resolved = append(resolved, Attribute{Name: a.Name, Value: given.Value, Doc: a.Doc})
				break
			}
		}
	}
	return resolved
}
