package goengine

import (
	"fmt"
	"slices"

	"govae/internal/kernel"
	"govae/onnx"
)

// compiler turns nodes into steps. What is known before a run is computed at
// once, in the compiler's own state, and leaves no step.
//
// Operators report what they cannot do by failf, which ends the node at hand.
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

// failure is what failf panics with.
type failure struct{ error }

// failf gives up the node that is being compiled. It keeps the code of forty
// operators free of error handling; see [catch].
func failf(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// UnsupportedError is what the engine lacks, though the model may be right.
type UnsupportedError string

func (e UnsupportedError) Error() string { return string(e) }

// lackf is failf for an [UnsupportedError].
func lackf(format string, args ...any) {
	panic(failure{UnsupportedError(fmt.Sprintf(format, args...))})
}

// catch turns a failure into an error. It must be deferred.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.error
	default:
		panic(r)
	}
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
		if err != nil {
			err = fmt.Errorf("%s: %w", title(n), err)
		}
	}()
	defer catch(&err)
	operator, ok := operators[n.Op]
	if !ok {
		return UnsupportedError("the operator is not supported")
	}
	op := &call{compiler: c, Node: n, results: make([]*value, len(n.Outputs))}
	for _, name := range n.Inputs {
		op.in = append(op.in, c.values[name])
	}
	op.results[0] = operator(op)
	for i, name := range n.Outputs {
		switch v := op.results[i]; {
		case name == "":
		case v == nil:
			return fmt.Errorf("output %d (%q) exists in training only", i, name)
		default:
			v.uses = c.uses[name]
			c.values[name] = v
		}
	}
	return nil
}

// title names a node in messages.
func title(n *onnx.Node) string {
	if n.Name == "" {
		return fmt.Sprintf("node of %q (%s)", n.Outputs[0], n.Op)
	}
	return fmt.Sprintf("node %q (%s)", n.Name, n.Op)
}

// call is a node that is being compiled.
type call struct {
	*compiler
	*onnx.Node
	in      []*value // nil where left out
	results []*value
}

// operand returns input i, nil if it is left out.
func (c *call) operand(i int) *value {
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

// float returns input i, which must be a float32 tensor.
func (c *call) float(i int) *value {
	v := c.in[i]
	if v.typ != onnx.Float32 {
		lackf("input %d is %v, but the engine computes this in float32 only", i, v.typ)
	}
	return v
}

// ints returns the content of input i, a list of integers, or nil if it is left
// out. It must not depend on the data.
func (c *call) ints(i int) []int {
	v := c.operand(i)
	if v == nil {
		return nil
	}
	if !v.mem.known || isFloat(v.typ) || len(v.shape) > 1 {
		lackf("input %d is no list of integers, or depends on the data, which is not supported", i)
	}
	list := make([]int, v.mem.n)
	for j, x := range c.state.i(v) {
		list[j] = int(x)
	}
	return list
}

// axis returns a dimension that may be counted from the end (-1 is the last).
func axis(a, rank int) int {
	if a < -rank || a >= rank {
		failf("axis %d is outside the %d dimensions", a, rank)
	}
	return (a + rank) % max(rank, 1)
}

// axes is axis for a list without repetitions.
func axes(list []int, rank int) []int {
	var result []int
	for _, a := range list {
		at := axis(a, rank)
		if slices.Contains(result, at) {
			failf("axis %d is named twice", a)
		}
		result = append(result, at)
	}
	return result
}

// newValue returns a tensor with memory of its own. A nil order is the plain one.
func (c *compiler) newValue(typ onnx.DataType, shape, order []int) *value {
	checkRank(shape)
	n := 1
	for _, size := range shape {
		if size < 0 || size > 0 && n > maxElements/size {
			failf("the shape %v is beyond the %d elements that the engine allows", shape, maxElements)
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
		failf("the shape %v has more than %d dimensions, which is not supported", shape, maxRank)
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
