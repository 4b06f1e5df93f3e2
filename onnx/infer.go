package onnx

import (
	"fmt"
	"math"
	"slices"
)

// Infer checks the model and returns the type and the shape of every value, by
// name: the graph's inputs, the initializers, and each result of each node.
// Dimensions that depend on the input keep its dimensions' names where they are
// one of them; others are unknown. Small integer constants are followed through
// the nodes that compute shapes (Shape, Gather, Concat and the like), as exporters
// write them before a Reshape.
func Infer(m *Model) (map[string]ValueInfo, error) {
	values, err := infer(m)
	if err != nil {
		return nil, err
	}
	infos := make(map[string]ValueInfo, len(values))
	for name, v := range values {
		infos[name] = v.ValueInfo
	}
	for _, v := range m.Graph.Outputs {
		if err := checkValueInfo("graph output", v); err != nil {
			return nil, err
		}
	}
	return infos, nil
}

// value is what is known of a value of the graph.
type value struct {
	ValueInfo
	// elements are those of a small integer tensor of rank 0 or 1; nil where they
	// are not known.
	elements []element
	// factors are those of a small constant of float32, such as Resize's scales.
	factors []float32
}

// element is an integer in a tensor: a number, or the size of a named dimension,
// or unknown.
type element struct {
	number int64
	known  bool
	name   string
}

// maxElements is the length up to which the contents of tensors are followed;
// longer than any shape.
const maxElements = 64

// Values is [Infer] for a model that may hold what this package does not know, as long as
// its structure is right. What such nodes compute has the type and the shape that the model
// declares, if any: values of which nothing is known have neither.
func Values(m *Model) (map[string]ValueInfo, error) {
	if err := m.CheckStructure(); err != nil {
		return nil, err
	}
	if simple, err := Simplify(m); err == nil {
		m = simple
	}
	values, err := follow(m, true)
	if err != nil {
		return nil, err
	}
	infos := make(map[string]ValueInfo, len(values))
	for name, v := range values {
		infos[name] = v.ValueInfo
	}
	return infos, nil
}

// infer checks the model, all but its outputs' own declarations being complete,
// and follows types and shapes through its graph.
func infer(m *Model) (map[string]*value, error) {
	m, err := checkModel(m)
	if err != nil {
		return nil, err
	}
	return follow(m, false)
}

// follow finds types and shapes of all values. If it is lenient, what it cannot follow has
// those that the model declares, else that is an error.
func follow(m *Model, lenient bool) (map[string]*value, error) {
	g := m.Graph
	values := map[string]*value{}
	for _, t := range g.Initializers {
		v := &value{}
		v.set(t)
		v.Name = t.Name
		values[t.Name] = v
	}
	for _, input := range g.Inputs {
		if weight := values[input.Name]; weight != nil { // as old files have it; nobody passes another
			if err := weight.declare(input); err != nil && !lenient {
				return nil, fmt.Errorf("graph input %q: %w", input.Name, err)
			}
			continue
		}
		values[input.Name] = &value{ValueInfo: input}
	}
	for _, t := range g.Sparse {
		values[t.Values.Name] = &value{ValueInfo: ValueInfo{Name: t.Values.Name, Type: t.Values.Type, Shape: Sizes(t.Shape...)}}
	}
	declared := map[string][]ValueInfo{}
	for _, v := range slices.Concat(g.Values, g.Outputs) {
		declared[v.Name] = append(declared[v.Name], v)
	}
	for _, d := range slices.Concat(g.Values, g.Outputs) { // of inputs and weights
		if v := values[d.Name]; v != nil {
			if err := v.declare(d); err != nil && !lenient {
				return nil, fmt.Errorf("value %q: %w", d.Name, err)
			}
		}
	}
	for i, n := range g.Nodes {
		err := checkNode(m, n)
		if err == nil {
			err = inferNode(m, n, values, declared, lenient)
		}
		if err == nil {
			continue
		}
		if !lenient {
			return nil, titled(n, i, err)
		}
		for _, name := range n.Outputs {
			if name != "" {
				values[name] = stated(name, declared[name])
			}
		}
	}
	return values, nil
}

// stated is a value of which no more is known than what the model declares.
func stated(name string, infos []ValueInfo) *value {
	v := &value{ValueInfo: ValueInfo{Name: name}}
	for _, d := range infos {
		if v.Type == Undefined {
			v.Type, v.Other = d.Type, d.Other
		}
		if v.Shape == nil {
			v.Shape = d.Shape
		}
	}
	return v
}

// inferNode adds the results of a node to values.
func inferNode(m *Model, n *Node, values map[string]*value, declared map[string][]ValueInfo, lenient bool) error {
	s, _ := lookup(n.Op, m.Opset()) // checkNode has seen to it
	c := newCall(n)
	for i, name := range n.Inputs {
		c.in[i] = values[name] // nil where it is left out
	}
	if err := c.infer(&s); err != nil {
		return err
	}
	for _, v := range c.out {
		if v.Name == "" {
			continue
		}
		if err := v.declare(declared[v.Name]...); err != nil && !lenient { // else what follows from the inputs counts
			return fmt.Errorf("output %q: %w", v.Name, err)
		}
		values[v.Name] = v
	}
	return nil
}

// declare merges what the model says of a value into what was inferred. The two
// must not contradict each other.
func (v *value) declare(infos ...ValueInfo) error {
	for _, d := range infos {
		if d.Type != Undefined && d.Type != v.Type {
			return fmt.Errorf("is declared as %v, but it is %v", d.Type, v.Type)
		}
		if d.Shape == nil {
			continue
		}
		if v.Shape == nil {
			v.Shape = unknowns(len(d.Shape))
		}
		merged, ok := merge(v.Shape, d.Shape)
		if !ok {
			return fmt.Errorf("is declared with the shape %v, but it has %v", d.Shape, v.Shape)
		}
		v.Shape = merged
	}
	return checkSize(v.Shape)
}

// merge returns what two descriptions of one shape say together: a number where
// either has one, else the name that a has or b has. It returns false if they
// contradict each other.
func merge(a, b Shape) (Shape, bool) {
	if len(a) != len(b) {
		return nil, false
	}
	merged := slices.Clone(a)
	for i := range merged {
		if a[i].Known() && b[i].Known() && a[i] != b[i] {
			return nil, false
		}
		if a[i] == Unknown() || b[i].Known() {
			merged[i] = b[i]
		}
	}
	return merged, true
}

// checkSize refuses shapes that no machine can hold. It also keeps the shapes'
// arithmetic within int64.
func checkSize(s Shape) error {
	total := int64(1)
	for _, d := range s {
		switch {
		case d.Name != "" || d.Size == -1:
			continue
		case d.Size < 0:
			return fmt.Errorf("the shape %v has a negative dimension", s)
		case d.Size > math.MaxInt32:
			return fmt.Errorf("the shape %v has a dimension beyond 2^31", s)
		}
		if d.Size > 0 && total > 1<<53/d.Size {
			return fmt.Errorf("the shape %v has more elements than 2^53", s)
		}
		total *= d.Size
	}
	return nil
}

// set makes v, but for its name, what is known of a constant tensor.
func (v *value) set(t *Tensor) {
	v.Type, v.Shape = t.Type, Sizes(t.Shape...)
	if len(t.Shape) > 1 || len(t.Data) > 8*maxElements {
		return
	}
	if t.Type == Float32 {
		v.factors, _ = t.Float32s()
		return
	}
	numbers, err := t.Int64s()
	if err != nil {
		return // of another type
	}
	v.elements = elementsOf(numbers)
}

// elementsOf makes elements of numbers; nil of nil.
func elementsOf(numbers []int64) []element {
	if numbers == nil {
		return nil
	}
	list := make([]element, len(numbers))
	for i, n := range numbers {
		list[i] = element{number: n, known: true}
	}
	return list
}

// numbers returns the content of an integer tensor if all of it is known.
func (v *value) numbers() ([]int64, bool) {
	if v == nil || v.elements == nil {
		return nil, false
	}
	list := make([]int64, len(v.elements))
	for i, e := range v.elements {
		if !e.known {
			return nil, false
		}
		list[i] = e.number
	}
	return list, true
}

// call is a node with what is known of its inputs and, to be filled, its outputs.
// The geometry is complete where the inputs' shapes are numbers.
type call struct {
	*Node
	in, out []*value
	Geometry
}

// newCall returns a call whose inputs are to be set.
func newCall(n *Node) *call {
	c := &call{Node: n, in: make([]*value, len(n.Inputs)), out: make([]*value, len(n.Outputs))}
	for i, name := range n.Outputs {
		c.out[i] = &value{ValueInfo: ValueInfo{Name: name}}
	}
	return c
}

// infer sets what is known of the outputs, which s says how to find.
func (c *call) infer(s *schema) error {
	if err := c.types(s); err != nil {
		return err
	}
	if err := s.infer(c); err != nil {
		return err
	}
	for _, v := range c.out {
		if err := checkSize(v.Shape); err != nil && v.Name != "" {
			return fmt.Errorf("output %q: %w", v.Name, err)
		}
	}
	return nil
}

// types checks the inputs' element types and sets the outputs'.
func (c *call) types(s *schema) error {
	bound := map[string]DataType{}
	first := map[string]string{} // the input that bound the letter, for messages
	for i, v := range c.in {
		if v == nil {
			continue
		}
		p := paramAt(params(s.in), i)
		var want types
		switch p.kind {
		case "-":
			continue
		case "T":
			want = s.T
		case "U":
			want = s.U
		case "int64":
			want = set(Int64)
		case "float32":
			want = set(Float32)
		case "bool":
			want = set(Bool)
		}
		if !want.has(v.Type) {
			return fmt.Errorf("input %s (%q) is %v, which the operator does not take at this operator set", p.name, v.Name, v.Type)
		}
		if t, ok := bound[p.kind]; ok && t != v.Type && len(p.kind) == 1 {
			return fmt.Errorf("input %s (%q) is %v, but %s is %v", p.name, v.Name, v.Type, first[p.kind], t)
		}
		if _, ok := bound[p.kind]; !ok {
			bound[p.kind], first[p.kind] = v.Type, p.name
		}
	}
	for i, v := range c.out {
		switch kind := paramAt(params(s.out), i).kind; kind {
		case "int64":
			v.Type = Int64
		case "float32":
			v.Type = Float32
		case "bool":
			v.Type = Bool
		default:
			v.Type = bound[kind]
		}
	}
	return nil
}

// input returns input i, nil if it is left out.
func (c *call) input(i int) *value {
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

// shape returns the shape of input i, nil if that is unknown or left out.
func (c *call) shape(i int) Shape {
	if v := c.input(i); v != nil {
		return v.Shape
	}
	return nil
}

// numbers returns the content of an integer input if all of it is known.
func (c *call) numbers(i int) ([]int64, bool) { return c.input(i).numbers() }

// single checks that input i, if there is one, holds one number.
func (c *call) single(i int) error {
	if s := c.shape(i); s.Known() && product(s) != Size(1) {
		return fmt.Errorf("input %d has the shape %v, but it must be a single number", i, s)
	}
	return nil
}

// oneOf returns the text attribute of that name, which must be one of the allowed;
// the first is the default.
func (c *call) oneOf(name string, allowed ...string) (string, error) {
	text := c.String(name, allowed[0])
	if !slices.Contains(allowed, text) {
		return "", fmt.Errorf("attribute %q is %q, but it must be one of %q", name, text, allowed)
	}
	return text, nil
}

// axis sets the one axis that the operator works along, which an attribute names.
func (c *call) axis(def int64, rank int) (int, error) {
	at, err := axis(c.Int("axis", def), rank)
	c.Axes = []int{at}
	return at, err
}

// axes sets the axes that the operator works along: those of a list, or all where
// none is given.
func (c *call) axes(list []int64, given bool, rank int) (err error) {
	if given {
		c.Axes, err = axesOf(list, rank)
		return err
	}
	c.Axes = firstAxes(rank)
	return nil
}

// firstAxes are 0, 1, ... n-1.
func firstAxes(n int) []int {
	axes := make([]int, n)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// axis turns an axis that may count from the end (-1 is the last) into an index
// below rank.
func axis(a int64, rank int) (int, error) {
	if a < -int64(rank) || a >= int64(rank) {
		return 0, fmt.Errorf("axis %d is outside the %d dimensions", a, rank)
	}
	if a < 0 {
		a += int64(rank)
	}
	return int(a), nil
}

// axesOf turns axes into indices, each of which must be there once.
func axesOf(list []int64, rank int) ([]int, error) {
	var axes []int
	for _, a := range list {
		i, err := axis(a, rank)
		if err != nil {
			return nil, err
		}
		if slices.Contains(axes, i) {
			return nil, fmt.Errorf("axis %d is named twice", a)
		}
		axes = append(axes, i)
	}
	return axes, nil
}

// unknowns is a shape of that many unknown dimensions.
func unknowns(rank int) Shape {
	s := make(Shape, rank)
	for i := range s {
		s[i] = Unknown()
	}
	return s
}

// product multiplies dimensions. A name is kept where all others are 1.
func product(dims Shape) Dim {
	p := Size(1)
	for _, d := range dims {
		switch {
		case d == Size(0):
			return Size(0)
		case d == Size(1):
		case p == Size(1):
			p = d
		case p.Known() && d.Known() && p.Size <= math.MaxInt64/d.Size:
			p.Size *= d.Size
		default:
			p = Unknown()
		}
	}
	return p
}
