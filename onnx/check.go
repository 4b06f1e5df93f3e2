package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Check reports what is wrong with the model, nil if it is a valid one that uses
// nothing beyond what the package knows: the versions, the names, the order of
// the nodes, the operators with their inputs and attributes, the weights, and the
// types and shapes of all values, as [Infer] finds them and as the model declares
// them.
func (m *Model) Check() error {
	_, err := Infer(m)
	return err
}

// checkModel checks all that can be said without types and shapes.
func checkModel(m *Model) error {
	if m.Graph == nil {
		return errors.New("the model has no graph")
	}
	if err := checkVersions(m); err != nil {
		return err
	}
	keys := map[string]bool{}
	for _, p := range m.Metadata {
		if keys[p.Key] {
			return fmt.Errorf("the metadata has two entries %q", p.Key)
		}
		keys[p.Key] = true
	}
	return checkGraph(m)
}

// checkVersions checks the file format's version and those of the operators. The
// standard pairs the two, but PyTorch before 1.11 wrote IR version 6 with every
// operator set, and neither the official checker nor ONNX Runtime minds.
func checkVersions(m *Model) error {
	// From version 4 on weights need not be among the graph's inputs.
	const oldestIR, newestIR = 4, 14
	if m.IRVersion < oldestIR || m.IRVersion > newestIR {
		return fmt.Errorf("IR version %d is not supported: export the model with one from %d to %d",
			m.IRVersion, oldestIR, newestIR)
	}
	domains := map[string]bool{}
	for _, o := range m.Opsets {
		domain := o.Domain
		if standardDomain(domain) {
			domain = ""
		}
		if domains[domain] {
			return fmt.Errorf("the model names two operator sets of the domain %q", domain)
		}
		domains[domain] = true
	}
	switch opset := m.Opset(); {
	case !domains[""]:
		return errors.New("the model names no operator set of the standard")
	case opset < OldestOpset || opset > NewestOpset:
		return fmt.Errorf("operator set %d is not supported: export the model with one from %d to %d",
			opset, OldestOpset, NewestOpset)
	}
	return nil
}

// checkGraph checks names, order and operators of the model's graph.
func checkGraph(m *Model) error {
	g := m.Graph
	if g.Name == "" {
		return errors.New("the graph has no name")
	}
	defined := map[string]bool{}
	for _, v := range g.Inputs {
		if err := checkValueInfo("graph input", v); err != nil {
			return err
		}
		if defined[v.Name] {
			return fmt.Errorf("two graph inputs have the name %q", v.Name)
		}
		defined[v.Name] = true
	}
	weights := map[string]bool{}
	for _, t := range g.Initializers {
		switch {
		case t.Name == "":
			return errors.New("an initializer has no name")
		case weights[t.Name]:
			return fmt.Errorf("two initializers have the name %q", t.Name)
		}
		weights[t.Name], defined[t.Name] = true, true
		if err := t.check(); err != nil {
			return err
		}
	}
	for i, n := range g.Nodes {
		if err := checkNode(m, n); err != nil {
			return fmt.Errorf("%s: %w", nodeTitle(n, i), err)
		}
		for _, name := range n.Inputs {
			if name != "" && !defined[name] {
				return missing(g, i, name)
			}
		}
		for _, name := range n.Outputs {
			if name != "" && defined[name] {
				return fmt.Errorf("%s: output %q is defined already: each name stands for one value", nodeTitle(n, i), name)
			}
			if name != "" {
				defined[name] = true
			}
		}
	}
	outputs := map[string]bool{}
	for _, v := range g.Outputs {
		switch {
		case v.Name == "":
			return errors.New("a graph output has no name")
		case !defined[v.Name]:
			return fmt.Errorf("graph output %q is not computed by any node", v.Name)
		case outputs[v.Name]:
			return fmt.Errorf("two graph outputs have the name %q", v.Name)
		}
		outputs[v.Name] = true
	}
	return nil
}

// checkValueInfo checks what a model declares of a value.
func checkValueInfo(what string, v ValueInfo) error {
	switch {
	case v.Name == "":
		return fmt.Errorf("a %s has no name", what)
	case v.Type == Undefined:
		return fmt.Errorf("%s %q has no element type", what, v.Name)
	case v.Type.Size() == 0:
		return fmt.Errorf("%s %q: the element type is %v, which is not supported", what, v.Name, v.Type)
	}
	if err := checkSize(v.Shape); err != nil {
		return fmt.Errorf("%s %q: %w", what, v.Name, err)
	}
	return nil
}

// missing says why input name of node i is not there: nobody computes it, or a
// later node does, which may in turn need node i.
func missing(g *Graph, i int, name string) error {
	title := nodeTitle(g.Nodes[i], i)
	producers := map[string]int{}
	for j, n := range g.Nodes {
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
		for _, input := range g.Nodes[queue[0]].Inputs {
			if j, ok := producers[input]; ok && !seen[j] {
				seen[j] = true
				queue = append(queue, j)
			}
		}
	}
	return fmt.Errorf("%s: input %q is computed only later, by %s: the nodes are in the wrong order",
		title, name, nodeTitle(g.Nodes[producer], producer))
}

// checkNode checks a node against its operator's schema, types aside.
func checkNode(m *Model, n *Node) error {
	if !standardDomain(n.Domain) {
		if !slices.ContainsFunc(m.Opsets, func(o Opset) bool { return o.Domain == n.Domain }) {
			return fmt.Errorf("the operator is of the domain %q, of which the model names no operator set", n.Domain)
		}
		return fmt.Errorf("the operator is of the domain %q: only the standard's own operators are supported", n.Domain)
	}
	s, ok := lookup(n.Op, m.Opset())
	if !ok {
		return fmt.Errorf("the operator %q is not supported", n.Op)
	}
	if err := checkParams("input", params(s.in), n.Inputs); err != nil {
		return err
	}
	if err := checkParams("output", params(s.out), n.Outputs); err != nil {
		return err
	}
	return checkAttributes(n, attributeSpecs(s.attributes))
}

// checkParams checks that a node's inputs or outputs are as many as they must be
// and that none is left out but optional ones.
func checkParams(what string, ps []param, names []string) error {
	least, most := arity(ps)
	if len(names) < least || len(names) > most {
		var listed []string
		for _, p := range ps {
			listed = append(listed, p.name)
		}
		return fmt.Errorf("has %d %ss, but the operator's are %d to %d (%s)",
			len(names), what, least, most, strings.Join(listed, ", "))
	}
	for i, name := range names {
		if p := paramAt(ps, i); name == "" && !p.optional {
			return fmt.Errorf("%s %d (%s) is left out, but it is required", what, i, p.name)
		}
	}
	return nil
}

func checkAttributes(n *Node, specs []attributeSpec) error {
	given := map[string]bool{}
	for _, a := range n.Attributes {
		i := slices.IndexFunc(specs, func(s attributeSpec) bool { return s.name == a.Name })
		switch {
		case i < 0:
			return fmt.Errorf("attribute %q is unknown to the operator at this operator set", a.Name)
		case given[a.Name]:
			return fmt.Errorf("attribute %q is given twice", a.Name)
		case kindOf(a.Value) != specs[i].kind:
			return fmt.Errorf("attribute %q has the type %s, but it must have %s", a.Name, kindOf(a.Value), specs[i].kind)
		}
		given[a.Name] = true
		if t, ok := a.Value.(*Tensor); ok {
			if err := t.check(); err != nil {
				return fmt.Errorf("attribute %q: %w", a.Name, err)
			}
		}
	}
	for _, s := range specs {
		if s.required && !given[s.name] {
			return fmt.Errorf("attribute %q is missing", s.name)
		}
	}
	return nil
}

// kindOf names the type of an attribute's value as schemas do.
func kindOf(value any) string {
	switch v := value.(type) {
	case int64:
		return "int"
	case []int64:
		return "ints"
	case float32:
		return "float"
	case []float32:
		return "floats"
	case string:
		return "string"
	case []string:
		return "strings"
	case *Tensor:
		if v != nil {
			return "tensor"
		}
	}
	return "nothing known"
}

// nodeTitle names node i of a graph in messages.
func nodeTitle(n *Node, i int) string {
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, n.Op)
	}
	return fmt.Sprintf("node %q (%s)", n.Name, n.Op)
}
