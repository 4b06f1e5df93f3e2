package goengine

import (
	"fmt"
	"slices"
	"sync"

	"govae/internal/kernel"
	"govae/onnx"
)

// Tensor is an array of float32 in row-major order.
type Tensor struct {
	Shape []int
	Data  []float32
}

// Model is a model ready to run. Many goroutines may use it at once.
type Model struct {
	kernel  *kernel.Kernel
	nodes   []*onnx.Node // that depend on the inputs
	inputs  []onnx.ValueInfo
	outputs []onnx.ValueInfo
	base    *compiler // with the weights and all that depends on them alone

	mu       sync.Mutex
	programs []*program // the one used last comes first
}

// maxPrograms is the number of programs that a model keeps, each for other
// shapes of the inputs.
const maxPrograms = 8

// Load prepares a model that has passed its check and whose inputs and outputs are
// float32. batch is the size of the
// first dimension to expect where the model leaves it open; other sizes work too,
// after a pause at the first one of each. An operator or a type that is not
// supported is an [UnsupportedError], which names the node.
func Load(m *onnx.Model, batch int) (*Model, error) {
	m, err := onnx.Simplify(m)
	if err != nil {
		return nil, err
	}
	nodes, err := neededNodes(m)
	if err != nil {
		return nil, err
	}
	k, err := kernel.New(1) // callers run several models at once instead
	if err != nil {
		return nil, err
	}
	e := &Model{kernel: k, inputs: m.Graph.Feeds(), outputs: m.Graph.Outputs, base: &compiler{
		kernel: k, opset: m.Opset(), packed: &packedWeights{}, state: &state{},
		uses: map[string]int{}, values: map[string]*value{}, foldable: maxFolded,
	}}
	if err := e.prepare(m, nodes); err != nil {
		k.Close()
		return nil, err
	}
	if shapes, ok := e.expected(batch); ok {
		if _, err := e.program(shapes); err != nil {
			k.Close()
			return nil, err
		}
	}
	return e, nil
}

// Close stops the model's kernel. The model cannot be used afterwards.
func (e *Model) Close() { e.kernel.Close() }

// prepare reads the weights and computes what depends on them alone.
func (e *Model) prepare(m *onnx.Model, nodes []*onnx.Node) (err error) {
	defer catch(&err)
	c := e.base
	for _, n := range nodes {
		for _, name := range n.Inputs {
			c.uses[name]++
		}
		if _, ok := operators[n.Op]; !ok {
			return c.node(n) // which says so
		}
	}
	for _, v := range m.Graph.Outputs {
		c.uses[v.Name]++
	}
	for _, t := range m.Graph.Initializers {
		if c.uses[t.Name] == 0 {
			continue
		}
		v := c.constant(t)
		c.foldable += 8 * v.mem.n
		c.values[t.Name] = v
	}
	for _, n := range nodes {
		// These may become one with what follows, which differs from program to program.
		late := slices.Contains([]string{"Conv", "ConvTranspose", "Gemm", "MatMul"}, n.Op)
		if late || slices.ContainsFunc(names(n.Inputs), func(name string) bool { return c.values[name] == nil }) {
			e.nodes = append(e.nodes, n)
			continue
		}
		if err := c.node(n); err != nil {
			return err
		}
	}
	return nil
}

// expected returns the shapes of the inputs for a batch, and false if more than
// the first dimension is open.
func (e *Model) expected(batch int) ([][]int, bool) {
	var shapes [][]int
	for _, v := range e.inputs {
		shape := make([]int, len(v.Shape))
		for i, d := range v.Shape {
			switch {
			case d.Known():
				shape[i] = int(d.Size)
			case i == 0:
				shape[i] = batch
			default:
				return nil, false
			}
		}
		if v.Shape == nil {
			return nil, false
		}
		shapes = append(shapes, shape)
	}
	return shapes, true
}

// Run maps the model's inputs, in their order in the file, to its outputs. It
// uses one thread. The outputs are new tensors, or those of into if it is not
// empty, which must have the outputs' shapes. The number of inputs, and of into, and
// all that the model declares of their shapes have been checked.
func (e *Model) Run(inputs []Tensor, into ...Tensor) ([]Tensor, error) {
	shapes := make([][]int, len(inputs))
	data := make([][]float32, len(inputs))
	for i, t := range inputs {
		shapes[i], data[i] = t.Shape, t.Data
	}
	p, err := e.program(shapes)
	if err != nil {
		return nil, err
	}
	outputs, err := p.results(into)
	if err != nil {
		return nil, err
	}
	p.run(data, outputs)
	return outputs, nil
}

// results returns tensors for the outputs: into, or new ones if it is empty.
func (p *program) results(into []Tensor) ([]Tensor, error) {
	if len(into) == 0 {
		outputs := make([]Tensor, len(p.outputs))
		for i, v := range p.outputs {
			outputs[i] = Tensor{slices.Clone(v.shape), make([]float32, v.mem.n)}
		}
		return outputs, nil
	}
	for i, v := range p.outputs {
		if !slices.Equal(into[i].Shape, v.shape) {
			return nil, fmt.Errorf("output %d has the shape %v, not %v", i, v.shape, into[i].Shape)
		}
	}
	return into, nil
}

// program returns the program for inputs of the given shapes.
func (e *Model) program(shapes [][]int) (*program, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := slices.IndexFunc(e.programs, func(p *program) bool {
		return slices.EqualFunc(p.inputs, shapes, func(v *value, shape []int) bool { return slices.Equal(v.shape, shape) })
	})
	var p *program
	if at >= 0 {
		p = e.programs[at]
		e.programs = slices.Delete(e.programs, at, at+1)
	} else {
		var err error
		if p, err = e.compile(shapes); err != nil {
			return nil, err
		}
	}
	e.programs = slices.Insert(e.programs, 0, p)
	e.programs = e.programs[:min(len(e.programs), maxPrograms)]
	return p, nil
}

// compile makes the program for inputs of the given shapes.
func (e *Model) compile(shapes [][]int) (_ *program, err error) {
	defer catch(&err)
	c := e.base.derive()
	p := &program{}
	for i, shape := range shapes {
		v := c.newValue(onnx.Float32, shape, nil)
		v.uses = c.uses[e.inputs[i].Name]
		c.values[e.inputs[i].Name] = v
		p.inputs = append(p.inputs, v)
	}
	for _, n := range e.nodes {
		if err := c.node(n); err != nil {
			return nil, err
		}
	}
	taken := map[*memory]bool{}
	for _, v := range p.inputs {
		taken[v.mem] = true
	}
	for _, info := range e.outputs {
		v := c.plain(c.values[info.Name])
		if v.mem.known || taken[v.mem] {
			v = c.ownCopy(v)
		}
		taken[v.mem] = true
		p.outputs = append(p.outputs, v)
	}
	p.steps = c.steps
	p.dropDead()
	for _, l := range c.linears {
		l.finish(c)
	}
	p.known = c.state
	p.assignPlaces()
	if n := p.floats + 2*p.ints; n > maxElements { // integers are twice as wide
		return nil, fmt.Errorf("needs memory for %d numbers at once, more than the %d that the pure-Go engine allows; use smaller batches", n, maxElements)
	}
	return p, nil
}

// ownCopy returns a copy of v that is made in every run, because an output belongs
// to the caller.
func (c *compiler) ownCopy(v *value) *value {
	w := c.newValue(v.typ, v.shape, nil)
	c.steps = append(c.steps, step{
		run:   func(s *state) { copy(s.f(w), s.f(v)) },
		reads: []*memory{v.mem}, writes: []*memory{w.mem},
	})
	return w
}
