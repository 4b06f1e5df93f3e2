package onnx

// Node is an operator applied to values, which it names. An empty name among
// Inputs leaves out an optional input, among Outputs a result nobody needs.
type Node struct {
	Name, Op, Domain, Doc string
	Overload              string // of a function of the model
	Inputs, Outputs       []string
	Attributes            []Attribute
}

// Attribute is a constant argument of a node.
type Attribute struct {
	Name string
	// Value is an int64, float32, string, *Tensor, *Graph, *SparseTensor or [TypeBytes], a
	// slice of one of them, or, inside of a function, a [Reference].
	Value any
	Doc   string
}

// Reference is the value of an attribute inside of a function: that of the function's own
// attribute of the name, which has a type by the standard's number (AttributeType).
type Reference struct {
	Attribute string
	Type      int32
}

// TypeBytes is the type of a value as the standard spells it in a file (TypeProto).
type TypeBytes []byte

// Int is an attribute that holds an integer (or a boolean, as 0 or 1).
func Int(name string, value int64) Attribute { return Attribute{Name: name, Value: value} }

// Ints is an attribute that holds a list of integers.
func Ints(name string, values ...int64) Attribute { return Attribute{Name: name, Value: values} }

// Float is an attribute that holds a number.
func Float(name string, value float32) Attribute { return Attribute{Name: name, Value: value} }

// Floats is an attribute that holds a list of numbers.
func Floats(name string, values ...float32) Attribute { return Attribute{Name: name, Value: values} }

// String is an attribute that holds text.
func String(name, value string) Attribute { return Attribute{Name: name, Value: value} }

// Strings is an attribute that holds a list of texts.
func Strings(name string, values ...string) Attribute { return Attribute{Name: name, Value: values} }

// TensorValue is an attribute that holds a tensor.
func TensorValue(name string, value *Tensor) Attribute { return Attribute{Name: name, Value: value} }

// attribute returns the value of the attribute of that name, or def if the node
// has none, or one of another type.
func attribute[T any](n *Node, name string, def T) T {
	for _, a := range n.Attributes {
		if a.Name == name {
			if v, ok := a.Value.(T); ok {
				return v
			}
		}
	}
	return def
}

// Has reports whether the node gives the attribute of that name.
func (n *Node) Has(name string) bool {
	for _, a := range n.Attributes {
		if a.Name == name {
			return true
		}
	}
	return false
}

// Int returns the integer attribute of that name, def if the node has none.
func (n *Node) Int(name string, def int64) int64 { return attribute(n, name, def) }

// Ints returns the list of integers of that name, nil if the node has none.
func (n *Node) Ints(name string) []int64 { return attribute[[]int64](n, name, nil) }

// Float returns the number of that name, def if the node has none.
func (n *Node) Float(name string, def float32) float32 { return attribute(n, name, def) }

// Floats returns the list of numbers of that name, nil if the node has none.
func (n *Node) Floats(name string) []float32 { return attribute[[]float32](n, name, nil) }

// String returns the text of that name, def if the node has none.
func (n *Node) String(name, def string) string { return attribute(n, name, def) }

// Strings returns the list of texts of that name, nil if the node has none.
func (n *Node) Strings(name string) []string { return attribute[[]string](n, name, nil) }

// Tensor returns the tensor of that name, nil if the node has none.
func (n *Node) Tensor(name string) *Tensor { return attribute[*Tensor](n, name, nil) }

// Input returns the name of input i, empty if it is left out.
func (n *Node) Input(i int) string {
	if i < len(n.Inputs) {
		return n.Inputs[i]
	}
	return ""
}
