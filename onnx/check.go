package onnx

import (
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

// checkModel checks all that can be said without types and shapes, and returns the model
// in the form that [Simplify] gives it.
func checkModel(m *Model) (*Model, error) {
	if err := m.CheckStructure(); err != nil {
		return nil, err
	}
	if err := checkVersions(m); err != nil {
		return nil, err
	}
	for _, v := range m.Graph.Inputs {
		if err := checkValueInfo("graph input", v); err != nil {
			return nil, err
		}
	}
	for _, t := range m.Graph.Initializers {
		if t.Type.Size() == 0 {
			return nil, unsupported(nil, "tensor %q: the element type is %v, which is not supported", t.Name, t.Type)
		}
	}
	if len(m.Graph.Sparse) > 0 {
		return nil, unsupported(nil, "the weight %q is a sparse tensor, which is not supported", m.Graph.Sparse[0].Values.Name)
	}
	return Simplify(m)
}

// titled names the node that an error is about, unless the error does.
func titled(n *Node, i int, err error) error {
	if _, ok := err.(*UnsupportedError); ok {
		return err
	}
	return fmt.Errorf("%s: %w", nodeTitle(n, i), err)
}

// The operator set versions that models may be written for. Those of [OldestOpset] to
// [NewestOpset] are what this package writes.
const oldestReadOpset, newestReadOpset = 7, 25

// checkVersions checks the file format's version and those of the operators. The
// standard pairs the two, but PyTorch before 1.11 wrote IR version 6 with every
// operator set, and neither the official checker nor ONNX Runtime minds.
func checkVersions(m *Model) error {
	const oldestIR, newestIR = 3, 14
	if m.IRVersion < oldestIR || m.IRVersion > newestIR {
		return unsupported(nil, "IR version %d is not supported: export the model with one from %d to %d",
			m.IRVersion, oldestIR, newestIR)
	}
	switch opset := m.Opset(); {
	case opset == 0:
		return unsupported(nil, "the model names no operator set of the standard")
	case opset < oldestReadOpset || opset > newestReadOpset:
		return unsupported(nil, "operator set %d is not supported: export the model with one from %d to %d",
			opset, oldestReadOpset, newestReadOpset)
	}
	return nil
}

// checkValueInfo checks what a model declares of a value.
func checkValueInfo(what string, v ValueInfo) error {
	switch {
	case v.Other != nil:
		return unsupported(nil, "%s %q is a sequence, map, optional or sparse tensor; only dense tensors are supported", what, v.Name)
	case v.Type == Undefined:
		return fmt.Errorf("%s %q has no element type", what, v.Name)
	case v.Type.Size() == 0:
		return unsupported(nil, "%s %q: the element type is %v, which is not supported", what, v.Name, v.Type)
	}
	if err := checkSize(v.Shape); err != nil {
		return fmt.Errorf("%s %q: %w", what, v.Name, err)
	}
	return nil
}

// checkNode checks a node against its operator's schema, types aside.
func checkNode(m *Model, n *Node) error {
	if !standardDomain(n.Domain) {
		return unsupported(n, "the operator is of the domain %q: only the standard's own operators are supported", n.Domain)
	}
	if len(n.Subgraphs()) > 0 {
		return unsupported(n, "the operator %q runs a graph of its own, and such control flow is not supported", n.Op)
	}
	s, ok := lookup(n.Op, m.Opset())
	if !ok {
		return unsupported(n, "the operator %q is not supported at operator set %d", n.Op, m.Opset())
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
