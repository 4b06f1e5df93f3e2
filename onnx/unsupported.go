package onnx

import (
	"cmp"
	"fmt"
)

// UnsupportedError says what a well-formed model asks for and this package, or an engine
// that stands on it, does not know: an operator, a version, a type, control flow. Another
// engine, such as ONNX Runtime, may.
type UnsupportedError struct {
	Node   string // its name or, where it has none, that of its first result
	Op     string // its operator; both are empty where it is about no node
	Reason string // a sentence
}

// Error names the node and the reason.
func (e *UnsupportedError) Error() string {
	if e.Op == "" && e.Node == "" {
		return e.Reason
	}
	return fmt.Sprintf("node %q (%s): %s", e.Node, e.Op, e.Reason)
}

// unsupported is an [UnsupportedError] about a node, or about none where that is nil.
func unsupported(n *Node, format string, args ...any) error {
	e := &UnsupportedError{Reason: fmt.Sprintf(format, args...)}
	if n != nil {
		e.Node, e.Op = n.Name, n.Op
		for _, name := range n.Outputs {
			e.Node = cmp.Or(e.Node, name)
		}
	}
	return e
}
