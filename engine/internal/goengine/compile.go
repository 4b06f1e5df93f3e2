package goengine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"govae/internal/kernel"
	"govae/onnx"
)

// compiler turns nodes into steps. What is known before a run is computed at
// once, in the compiler's own state, and leaves no step.
//
// Operators report what they cannot do by unsupported or failf, which end the node
// at hand.
type compiler struct {
	kernel   *kernel.Kernel
	packed   *packedWeights
	opset    int64
	uses     map[string]int
	values   map[string]*value
	memories []*memory
	state    *state // of the memories that are known
	steps    []step
	linears  []*linear
	foldable int // work that may still be done in advance
	shared   int // memories of the model, not of one program
}

// step is a part of a program.
type step struct {
	run    func(*state)
	writes []*memory
	reads  []*memory
	// inPlace says that element i of writes[0] depends on no other element of
	// reads[0] than i, so that both may be the same memory.
	inPlace bool
	work    int  // operations, about
	late    bool // not before the program is complete
}

// Limits, so that a small file cannot ask for all memory or time.
const (
	maxElements  = 1 << 28 // of a tensor
	maxDimension = 1 << 22 // where a table with a row for each index is needed
	maxRank      = 8
	maxFolded    = 1 << 22 // work done in advance, beyond that for the weights in the file
)

// derive returns a compiler that goes on where c is, without changing c.
func (c *compiler) derive() *compiler {
	d := *c
	d.values = make(map[string]*value, len(c.values))
	for name, v := range c.values {
		d.values[name] = v
	}
	d.memories, d.steps = slices.Clip(c.memories), slices.Clip(c.steps)
	d.shared = len(c.memories)
	d.state = c.state.clone()
	return &d
}

// node compiles a node whose operands are there.
func (c *compiler) node(n *onnx.Node) (err error) {
	defer func() {
		name := cmp.Or(n.Name, n.Outputs[0])
		if u, ok := err.(*UnsupportedError); ok {
			u.Node, u.Op = name, n.Op
		} else if err != nil {
			err = fmt.Errorf("node %q (%s): %w", name, n.Op, err)
		}
	}()
	defer catch(&err)
	operator, ok := operators[n.Op]
	if !ok {
		unsupported("the operator is not supported by the pure-Go engine")
	}
	op := &call{compiler: c, Node: n, results: make([]*value, len(n.Outputs))}
	var known []*onnx.Known
	for _, name := range n.Inputs {
		v := c.values[name]
		op.in, known = append(op.in, v), append(known, c.describe(v))
	}
	op.Inference, err = onnx.InferNode(n, c.opset, known)
	if errors.Is(err, onnx.ErrDependsOnData) {
		unsupported("%v, which the pure-Go engine does not support", err)
	}
	if err != nil {
		return err
	}
	op.results[0] = operator(op)
	for i, name := range n.Outputs {
		switch v := op.results[i]; {
		case name == "":
		case v == nil:
			return fmt.Errorf("output %d (%q) exists in training only", i, name)
		default:
			if t := op.Out[i].Type; isFloat(t) { // all are computed in float32
				v.typ = t
			}
			v.uses = c.uses[name]
			c.values[name] = v
		}
	}
	return nil
}

// describe says what is known of v to the shape rules, which are package onnx's.
func (c *compiler) describe(v *value) *onnx.Known {
	if v == nil {
		return nil
	}
	k := &onnx.Known{Type: v.typ, Shape: v.shape}
	switch {
	case !v.mem.known || len(v.shape) > 1:
	case v.mem.ints:
		k.Ints = append([]int64{}, c.state.i(v)...) // not nil, even if there are none
	default:
		k.Floats = c.state.f(v)
	}
	return k
}

// call is a node that is being compiled.
type call struct {
	*compiler
	*onnx.Node
	*onnx.Inference          // the shapes of the results, and the way to them
	in              []*value // nil where left out
	results         []*value
}

// shape returns the shape of result 0.
func (c *call) shape() []int { return c.Out[0].Shape }

// operand returns input i, nil if it is left out.
func (c *call) operand(i int) *value {
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

// float returns input i, which must be a tensor of real numbers.
func (c *call) float(i int) *value {
	v := c.in[i]
	if !isFloat(v.typ) {
		unsupported("input %d is %v, but the pure-Go engine computes this for real numbers only", i, v.typ)
	}
	return v
}

// newValue returns a tensor with memory of its own. A nil order is the plain one.
func (c *compiler) newValue(typ onnx.DataType, shape, order []int) *value {
	checkRank(shape)
	n := 1
	for _, size := range shape {
		if size > 0 && n > maxElements/size {
			unsupported("the shape %v is beyond the %d elements that the pure-Go engine allows", shape, maxElements)
		}
		n *= size
	}
	if order == nil {
		order = plainOrder(len(shape))
	}
	m := &memory{id: len(c.memories), n: n, ints: !isFloat(typ)}
	c.memories = append(c.memories, m)
	c.state.grow(len(c.memories))
	return &value{typ: typ, shape: slices.Clone(shape), order: order, mem: m, uses: 1}
}

func checkRank(shape []int) {
	if len(shape) > maxRank {
		unsupported("the shape %v has more than %d dimensions, which the pure-Go engine does not support", shape, maxRank)
	}
}

// checkTables refuses dimensions for which there shall be no table.
func checkTables(shape []int) {
	if len(shape) > 0 && slices.Max(shape) > maxDimension {
		unsupported("a dimension of %v is beyond the %d elements that the pure-Go engine allows here", shape, maxDimension)
	}
}

// scratch returns memory of n elements for a step.
func (c *compiler) scratch(n int) *value { return c.newValue(onnx.Float32, []int{n}, nil) }

// known returns a constant.
func (c *compiler) known(typ onnx.DataType, shape []int, floats []float32, ints []int64) *value {
	v := c.newValue(typ, shape, nil)
	c.state.floats[v.mem.id], c.state.ints[v.mem.id] = floats, ints
	v.mem.known = true
	return v
}

// number returns a float32 constant without dimensions.
func (c *compiler) number(x float32) *value {
	return c.known(onnx.Float32, nil, []float32{x}, nil)
}

// view returns another name for v's elements as they lie in memory. order says
// which dimension of the shape lies outermost, and so on; nil is the plain one.
func view(v *value, shape, order []int) *value {
	checkRank(shape)
	if order == nil {
		order = plainOrder(len(shape))
	}
	return &value{typ: v.typ, shape: shape, order: order, mem: v.mem, uses: 1}
}

// emit adds a step that computes results from operands. If these are known it is
// done at once.
func (c *compiler) emit(run func(*state), results, operands []*value) {
	c.emitStep(step{run: run}, results, operands)
}

// emitInPlace is emit for element-wise functions, see [step].
func (c *compiler) emitInPlace(run func(*state), result *value, operands ...*value) {
	c.emitStep(step{run: run, inPlace: true}, []*value{result}, operands)
}

func (c *compiler) emitStep(s step, results, operands []*value) {
	fold := true
	size := 0
	for _, v := range operands {
		s.reads = append(s.reads, v.mem)
		fold = fold && v.mem.known
	}
	for _, v := range results {
		s.writes = append(s.writes, v.mem)
		size += v.mem.n
	}
	if size == 0 {
		s.run = func(*state) {}
	}
	s.work = max(s.work, size)
	if !fold || s.late || s.work > c.foldable {
		c.steps = append(c.steps, s)
		return
	}
	c.foldable -= s.work
	for _, m := range s.writes {
		c.state.allocate(m)
		m.known = true
	}
	s.run(c.state)
}

// inOrder returns v with its elements in memory in the given order.
func (c *compiler) inOrder(v *value, order []int) *value {
	if v.liesIn(order) {
		w := *v
		w.order = order
		return &w
	}
	if permuteColumns(v, order) {
		w := view(v, v.shape, order)
		return w
	}
	w := c.newValue(v.typ, v.shape, order)
	c.copy(w, 0, w.strides(), v, 0, v.strides(), v.shape)
	return w
}

// plain returns v with its elements in row-major order.
func (c *compiler) plain(v *value) *value { return c.inOrder(v, plainOrder(len(v.shape))) }

// images returns v, [N, C, spatial...], with the channels last.
func (c *compiler) images(v *value) *value { return c.inOrder(v, channelsLast(len(v.shape))) }
