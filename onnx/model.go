package onnx

import (
	"maps"
	"slices"
)

// Model is a graph with what a reader must know to understand it, as in the
// standard's ModelProto.
type Model struct {
	IRVersion       int64   // version of the file format
	Opsets          []Opset // versions of the operators, one per domain
	ProducerName    string
	ProducerVersion string
	Doc             string
	Metadata        []Property
	Graph           *Graph
	Functions       []*Function // operators that the model defines itself
}

// Opset says by which version of a domain's operators a model is meant. The
// standard's own domain is the empty string or "ai.onnx".
type Opset struct {
	Domain  string
	Version int64
}

// Function is an operator that a model defines itself, by a graph of nodes. Of several
// with one name and domain a node names one by the overload.
type Function struct {
	Name, Domain, Overload, Doc string
	Inputs, Outputs             []string
	Attributes                  []string    // that a call may give
	Defaults                    []Attribute // those that have a value if a call gives none
	Opsets                      []Opset
	Nodes                       []*Node // their attributes may be a [Reference] to the function's
}

// Property is one entry of a model's metadata.
type Property struct{ Key, Value string }

// Graph is a function from Inputs to Outputs. Its nodes stand in an order in
// which they can run: each after those whose results it uses.
type Graph struct {
	Name, Doc    string
	Nodes        []*Node
	Initializers []*Tensor   // weights, by name
	Inputs       []ValueInfo // may repeat an initializer, which is then a default
	Outputs      []ValueInfo
	Values       []ValueInfo     // optional notes on values in between (value_info)
	Sparse       []*SparseTensor // weights that are mostly zero, by the name of their values
}

// ValueInfo is the name, the element type and the shape of a value.
type ValueInfo struct {
	Name, Doc string
	Type      DataType
	Shape     Shape
	Other     []byte // the type of what is no tensor, such as a sequence: a TypeProto
}

// Opset returns the version of the standard's own operators that the model
// uses, or 0 if it names none.
func (m *Model) Opset() int64 { return standardVersion(m.Opsets) }

// standardVersion is the version of the standard's own operators in a list.
func standardVersion(opsets []Opset) int64 {
	for _, o := range opsets {
		if standardDomain(o.Domain) {
			return o.Version
		}
	}
	return 0
}

// standardDomain reports whether domain names the standard's own operators.
func standardDomain(domain string) bool { return domain == "" || domain == "ai.onnx" }

// MetadataValue returns the metadata entry of the name key and whether there is one.
func (m *Model) MetadataValue(key string) (string, bool) {
	for _, p := range m.Metadata {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// SetMetadata sets the metadata entry of the name key; a new one goes to the end.
func (m *Model) SetMetadata(key, value string) {
	for i := range m.Metadata {
		if m.Metadata[i].Key == key {
			m.Metadata[i].Value = value
			return
		}
	}
	m.Metadata = append(m.Metadata, Property{key, value})
}

// Feeds returns the inputs that a caller must give: not the weights, which old files
// repeat among the inputs.
func (g *Graph) Feeds() []ValueInfo {
	var feeds []ValueInfo
	for _, v := range g.Inputs {
		if g.Initializer(v.Name) == nil {
			feeds = append(feeds, v)
		}
	}
	return feeds
}

// Initializer returns the weight of that name, or nil.
func (g *Graph) Initializer(name string) *Tensor {
	for _, t := range g.Initializers {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Names returns all names that a graph has taken, of values and of nodes, those in the graphs of
// control flow included.
func (g *Graph) Names() map[string]bool {
	names := map[string]bool{}
	for _, v := range slices.Concat(g.Inputs, g.Outputs, g.Values) {
		names[v.Name] = true
	}
	for _, t := range g.Initializers {
		names[t.Name] = true
	}
	for _, t := range g.Sparse {
		names[t.Values.Name] = true
	}
	for _, n := range g.Nodes {
		names[n.Name] = true
		for _, name := range slices.Concat(n.Inputs, n.Outputs) {
			names[name] = true
		}
		for _, inner := range n.Subgraphs() {
			maps.Copy(names, inner.Names())
		}
	}
	return names
}
