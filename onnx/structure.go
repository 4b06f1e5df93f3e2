package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// CheckStructure reports what is wrong with a model whatever its operators do, nil if
// nothing is: names that stand for nothing or for two values, nodes in the wrong order,
// cycles, functions that call themselves, weights that do not fit their shapes, impossible
// sizes. A model that passes may be given to an engine that knows more operators than this
// package; see [Model.Check] for those that this package knows.
func (m *Model) CheckStructure() error {
	if m.Graph == nil {
		return errors.New("the model has no graph")
	}
	if err := checkOpsets(m.Opsets); err != nil {
		return err
	}
	keys := map[string]bool{}
	for _, p := range m.Metadata {
		if keys[p.Key] {
			return fmt.Errorf("the metadata has two entries %q", p.Key)
		}
		keys[p.Key] = true
	}
	if err := checkFunctions(m.Functions); err != nil {
		return err
	}
	for _, v := range m.Graph.Inputs {
		if v.Type == Undefined && v.Other == nil {
			return checkValueInfo("graph input", v)
		}
	}
	return checkGraph(m.Graph, nil)
}

func checkOpsets(opsets []Opset) error {
	domains := map[string]bool{}
	for _, o := range opsets {
		domain := o.Domain
		if standardDomain(domain) {
			domain = ""
		}
		if domains[domain] {
			return fmt.Errorf("the model names two operator sets of the domain %q", domain)
		}
		domains[domain] = true
	}
	if len(opsets) == 0 {
		return errors.New("the model names no operator set")
	}
	return nil
}

// scope holds the names that stand for values at a place in a graph, those of the graphs
// around it included.
type scope struct {
	outer *scope
	names map[string]bool
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.outer {
		if s.names[name] {
			return true
		}
	}
	return false
}

// checkGraph checks names, order and weights of a graph, which may use the values of those
// around it.
func checkGraph(g *Graph, outer *scope) error {
	s := &scope{outer, map[string]bool{}}
	for _, v := range g.Inputs {
		if v.Name == "" {
			return errors.New("a graph input has no name")
		}
		if s.names[v.Name] {
			return fmt.Errorf("two graph inputs have the name %q", v.Name)
		}
		s.names[v.Name] = true
	}
	for _, v := range slices.Concat(g.Inputs, g.Outputs, g.Values) {
		if err := checkSize(v.Shape); err != nil {
			return fmt.Errorf("value %q: %w", v.Name, err)
		}
	}
	weights := map[string]bool{}
	for _, t := range g.weights() {
		switch {
		case t.Name == "":
			return errors.New("an initializer has no name")
		case weights[t.Name]:
			return fmt.Errorf("two initializers have the name %q", t.Name)
		}
		weights[t.Name], s.names[t.Name] = true, true
		if err := t.check(); err != nil {
			return err
		}
	}
	if err := checkNodes(g.Nodes, s); err != nil {
		return err
	}
	outputs := map[string]bool{}
	for _, v := range g.Outputs {
		switch {
		case v.Name == "":
			return errors.New("a graph output has no name")
		case !s.has(v.Name):
			return fmt.Errorf("graph output %q is not computed by any node", v.Name)
		case outputs[v.Name] && outer == nil:
			return fmt.Errorf("two graph outputs have the name %q", v.Name)
		}
		outputs[v.Name] = true
	}
	return nil
}

// weights are the initializers, with the values of the sparse ones.
func (g *Graph) weights() []*Tensor {
	list := slices.Clip(g.Initializers) // which is not to grow
	for _, t := range g.Sparse {
		list = append(list, t.Values)
	}
	return list
}

// checkNodes checks the names of nodes, and adds those of their results to the scope.
func checkNodes(nodes []*Node, s *scope) error {
	for i, n := range nodes {
		for _, name := range n.Inputs {
			if name != "" && !s.has(name) {
				return missing(nodes, i, name)
			}
		}
		if err := checkAttributeNames(n, s); err != nil {
			return fmt.Errorf("%s: %w", nodeTitle(n, i), err)
		}
		if len(n.Outputs) == 0 {
			return fmt.Errorf("%s: has no output", nodeTitle(n, i))
		}
		for _, name := range n.Outputs {
			if name != "" && s.names[name] {
				return fmt.Errorf("%s: output %q is defined already: each name stands for one value", nodeTitle(n, i), name)
			}
			if name != "" {
				s.names[name] = true
			}
		}
	}
	return nil
}

// checkAttributeNames checks that a node gives each attribute once, and the graphs and
// tensors in them.
func checkAttributeNames(n *Node, s *scope) error {
	given := map[string]bool{}
	for _, a := range n.Attributes {
		if given[a.Name] {
			return fmt.Errorf("attribute %q is given twice", a.Name)
		}
		given[a.Name] = true
		var err error
		switch v := a.Value.(type) {
		case *Tensor:
			err = v.check()
		case *Graph:
			err = checkGraph(v, s)
		case []*Graph:
			for i := 0; i < len(v) && err == nil; i++ {
				err = checkGraph(v[i], s)
			}
		}
		if err != nil {
			return fmt.Errorf("attribute %q: %w", a.Name, err)
		}
	}
	return nil
}

// Subgraphs returns the graphs in a node's attributes.
func (n *Node) Subgraphs() []*Graph {
	var graphs []*Graph
	for _, a := range n.Attributes {
		switch v := a.Value.(type) {
		case *Graph:
			graphs = append(graphs, v)
		case []*Graph:
			graphs = append(graphs, v...)
		}
	}
	return graphs
}

// missing says why input name of node i is not there: nobody computes it, or a
// later node does, which may in turn need node i.
func missing(nodes []*Node, i int, name string) error {
	title := nodeTitle(nodes[i], i)
	producers := map[string]int{}
	for j, n := range nodes {
		for _, output := range n.Outputs {
			producers[output] = j
		}
	}
	producer, ok := producers[name]
	if !ok {
		return fmt.Errorf("%s: input %q is no graph input, no initializer and no node's output", title, name)
	}
	seen := map[int]bool{producer: true}
	for queue := []int{producer}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == i {
			return fmt.Errorf("%s: input %q depends on the node's own output: the graph has a cycle", title, name)
		}
		for _, input := range nodes[queue[0]].Inputs {
			if j, ok := producers[input]; ok && !seen[j] {
				seen[j] = true
				queue = append(queue, j)
			}
		}
	}
	return fmt.Errorf("%s: input %q is computed only later, by %s: the nodes are in the wrong order",
		title, name, nodeTitle(nodes[producer], producer))
}

// functionID is what a node names a function by.
type functionID struct{ domain, name, overload string }

func (f *Function) id() functionID { return functionID{domainOf(f.Domain), f.Name, f.Overload} }

// calls is the function that the node calls, if the model has it.
func (n *Node) calls() functionID { return functionID{domainOf(n.Domain), n.Op, n.Overload} }

// domainOf gives the standard's own domain one name.
func domainOf(domain string) string {
	if standardDomain(domain) {
		return ""
	}
	return domain
}

// checkFunctions checks the functions of a model, and that none calls itself, be it through
// others.
func checkFunctions(functions []*Function) error {
	byID := map[functionID]*Function{}
	for _, f := range functions {
		switch {
		case f.Name == "":
			return errors.New("a function has no name")
		case byID[f.id()] != nil:
			return fmt.Errorf("two functions have the name %q and the domain %q", f.Name, f.Domain)
		}
		byID[f.id()] = f
		if err := checkFunction(f); err != nil {
			return fmt.Errorf("function %q: %w", f.Name, err)
		}
	}
	done := map[*Function]bool{} // false while its own calls are followed
	var follow func(f *Function) error
	var nodes func(list []*Node) error
	nodes = func(list []*Node) error {
		for _, n := range list {
			if f := byID[n.calls()]; f != nil {
				if err := follow(f); err != nil {
					return err
				}
			}
			for _, g := range n.Subgraphs() {
				if err := nodes(g.Nodes); err != nil {
					return err
				}
			}
		}
		return nil
	}
	follow = func(f *Function) error {
		finished, seen := done[f]
		if seen && !finished {
			return fmt.Errorf("function %q calls itself", f.Name)
		}
		if finished {
			return nil
		}
		done[f] = false
		if err := nodes(f.Nodes); err != nil {
			return err
		}
		done[f] = true
		return nil
	}
	for _, f := range functions {
		if err := follow(f); err != nil {
			return err
		}
	}
	return nil
}

// checkFunction checks names, order and results of a function.
func checkFunction(f *Function) error {
	s := &scope{names: map[string]bool{}}
	for _, name := range f.Inputs {
		if s.names[name] {
			return fmt.Errorf("two inputs have the name %q", name)
		}
		s.names[name] = true
	}
	if len(f.Opsets) > 0 {
		if err := checkOpsets(f.Opsets); err != nil {
			return err
		}
	}
	if err := checkNodes(f.Nodes, s); err != nil {
		return err
	}
	for _, name := range f.Outputs {
		if !s.has(name) {
			return fmt.Errorf("output %q is not computed by any node", name)
		}
	}
	return nil
}
