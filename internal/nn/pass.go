package nn

import (
	"fmt"
	"slices"

	"govae/internal/kernel"
)

// Pass runs a part of a graph forwards, and backwards where that was planned, for
// batches of at most a size. All memory is laid out when it is made: running allocates
// nothing. It is used by one goroutine at a time.
type Pass struct {
	batch    int
	n        int // images of the present batch
	inputs   []*Value
	nodes    []*node
	values   map[*Value][]float32 // (batch, shape): the outputs that are computed
	seeds    map[*Value][]float32 // (batch, shape): gradients by the outputs
	wanted   map[*Value][]float32 // (batch, shape): gradients by inputs
	latents  []*Divergence
	backward bool
	size     int // of all memory, in values of an image
}

// node is a layer in a pass.
type node struct {
	value   *Value
	layer   Layer
	call    Call
	x       []*memory // nil for an input of the pass, which is the caller's
	given   []int     // which input of the pass it is
	y       *memory
	scratch *memory
	dy      *memory   // nil if nothing depends on it
	dx      []*memory // nil where not needed
	adds    []*memory // where dx[i] is not the first share of a gradient: what it is added to
	final   int       // after its backward pass gradients of parameters from here on are final
}

// Plan says what a [Pass] is for.
type Plan struct {
	Batch   int      // images, at most
	Inputs  []*Value // what is given
	Outputs []*Value // what is wanted
	// Seeds are those of Outputs whose gradients the caller gives for [Pass.Backward];
	// nil plans no backward pass.
	Seeds []*Value
	// Wanted are those of Inputs whose gradients are wanted too ([Pass.InputGradient]).
	Wanted []*Value
}

// Pass lays out a pass through the graph. A layer may be in a pass with seeds only once.
func (g *Graph) Pass(plan Plan) *Pass {
	p := &Pass{batch: plan.Batch, inputs: plan.Inputs, values: map[*Value][]float32{}, seeds: map[*Value][]float32{}, wanted: map[*Value][]float32{}, backward: plan.Seeds != nil}
	path := g.between(plan.Inputs, plan.Outputs)
	l := layout{plan: plan, last: 2*len(path) - 1, byValue: map[*Value]*node{}, wanted: map[*Value]*memory{}}
	for i, v := range path {
		p.nodes = append(p.nodes, l.forward(i, v))
	}
	if p.backward {
		for i := len(path) - 1; i >= 0; i-- {
			l.backward(p.nodes[i], 2*len(path)-1-i)
		}
	}
	p.finals(g.params)
	p.size = layOut(l.memories, plan.Batch)
	for _, n := range p.nodes {
		n.call.X, n.call.DX = make([][]float32, len(n.x)), make([][]float32, len(n.x))
		if d, ok := n.layer.(divergent); ok {
			n.call.Divergence = newDivergence(n.layer.Name(), d.Dims())
			p.latents = append(p.latents, n.call.Divergence)
		}
	}
	for _, v := range plan.Outputs {
		if n := l.byValue[v]; n != nil {
			p.values[v] = n.y.data
		}
	}
	for _, v := range plan.Seeds {
		p.seeds[v] = l.byValue[v].dy.data
	}
	for v, m := range l.wanted {
		p.wanted[v] = m.data
	}
	return p
}

// finals finds the index from which on gradients are final after each node's backward pass: behind the
// parameters of all earlier nodes, and those that are not in the pass.
func (p *Pass) finals(params []*Param) {
	end := 0
	for _, w := range params {
		if !slices.ContainsFunc(p.nodes, func(n *node) bool { return slices.Contains(n.layer.Params(), w) }) {
			end = max(end, w.offset+w.Len())
		}
	}
	for _, n := range p.nodes {
		n.final = end
		for _, w := range n.layer.Params() {
			end = max(end, w.offset+w.Len())
		}
	}
}

// layout collects the memories of a pass.
type layout struct {
	plan     Plan
	last     int // step
	byValue  map[*Value]*node
	wanted   map[*Value]*memory // gradients of inputs
	memories []*memory
}

func (l *layout) memory(size, from, to int) *memory {
	m := &memory{size: size, from: from, to: to}
	l.memories = append(l.memories, m)
	return m
}

// forward plans the node of a value that is computed in a step. Without a backward pass its
// memory is free after its last reader.
func (l *layout) forward(step int, v *Value) *node {
	n := &node{value: v, layer: v.layer, given: make([]int, len(v.in)), dx: make([]*memory, len(v.in)), adds: make([]*memory, len(v.in))}
	until := step
	if l.plan.Seeds != nil {
		until = l.last - step // its own turn in the backward pass
	}
	for i, x := range v.in {
		n.given[i] = slices.Index(l.plan.Inputs, x)
		if n.given[i] >= 0 {
			n.x = append(n.x, nil)
			continue
		}
		made := l.byValue[x]
		made.y.to = max(made.y.to, step)
		n.x = append(n.x, made.y)
	}
	if slices.Contains(l.plan.Outputs, v) {
		until = l.last
	}
	n.y = l.memory(v.shape.Len(), step, until)
	n.scratch = l.memory(v.layer.Scratch(), step, until)
	if slices.Contains(l.plan.Seeds, v) {
		n.dy = l.memory(v.shape.Len(), (l.last+1)/2, l.last-step)
	}
	if l.plan.Seeds != nil && len(v.layer.Params()) > 0 {
		for _, other := range l.byValue {
			if other.layer == v.layer {
				panic(fmt.Sprintf("nn: the layer %s is twice in a pass that is run backwards", v.layer.Name()))
			}
		}
	}
	l.byValue[v] = n
	return n
}

// backward plans where a node's backward pass, in a step, puts the gradients of its inputs. The
// gradient of a value with several readers is the sum of their shares, in the order of the steps.
func (l *layout) backward(n *node, step int) {
	if n.dy == nil {
		return
	}
	for i, x := range n.value.in {
		var sum *memory
		switch made := l.byValue[x]; {
		case slices.Contains(l.plan.Wanted, x):
			if sum = l.wanted[x]; sum == nil {
				n.dx[i] = l.memory(x.shape.Len(), step, l.last)
				l.wanted[x] = n.dx[i]
			}
		case made == nil || !l.trains(made):
			continue
		default:
			if sum = made.dy; sum == nil {
				n.dx[i] = l.memory(x.shape.Len(), step, l.last-l.step(made))
				made.dy = n.dx[i]
			}
		}
		if sum != nil {
			n.dx[i], n.adds[i] = l.memory(x.shape.Len(), step, step), sum
		}
	}
}

// step returns the step in which a node runs forwards.
func (l *layout) step(n *node) int { return n.y.from }

// trains reports whether the node's value depends on parameters, or on inputs whose gradients
// are wanted.
func (l *layout) trains(n *node) bool {
	return len(n.layer.Params()) > 0 || slices.ContainsFunc(n.value.in, func(x *Value) bool {
		made := l.byValue[x]
		return made != nil && l.trains(made) || slices.Contains(l.plan.Wanted, x)
	})
}

// Forward computes the outputs of a batch of n images from the inputs, in the order of
// the plan and n values of its shape each. They must stay as they are until
// [Pass.Backward]. train is the mode of the layers ([Call]).
func (p *Pass) Forward(k *kernel.Kernel, n int, train bool, inputs ...[]float32) {
	if n > p.batch || len(inputs) != len(p.inputs) {
		panic(fmt.Sprintf("nn: Pass.Forward: %d images and %d inputs, want at most %d and %d", n, len(inputs), p.batch, len(p.inputs)))
	}
	for i, v := range p.inputs {
		if len(inputs[i]) != n*v.shape.Len() {
			panic(fmt.Sprintf("nn: Pass.Forward: the input %s has %d values, want %d of %v", v.name, len(inputs[i]), n, v.shape))
		}
	}
	p.n = n
	if n == 0 { // a share of a batch that has none of it
		for _, d := range p.latents {
			clear(d.KL)
		}
		return
	}
	for _, node := range p.nodes {
		c := &node.call
		c.Kernel, c.N, c.Train = k, n, train
		for i, m := range node.x {
			if m == nil {
				c.X[i] = inputs[node.given[i]]
			} else {
				c.X[i] = m.data[:n*m.size]
			}
		}
		c.Y, c.Scratch = node.y.data[:n*node.y.size], node.scratch.data[:n*node.scratch.size]
		node.layer.Forward(c)
	}
}

// Backward computes the gradients of the pass's parameters from those of the seeds ([Pass.Gradient])
// and the scales of the divergences, after [Pass.Forward]. It writes them to grad, which is laid out
// like all parameters of the graph, and leaves the seeds undefined. It calls final, which may be nil,
// with ever smaller indices from which on grad does not change any more.
func (p *Pass) Backward(grad []float32, final func(from int)) {
	if !p.backward {
		panic("nn: Pass.Backward: the pass was planned without seeds")
	}
	for i := len(p.nodes) - 1; i >= 0; i-- {
		p.nodes[i].backward(p.n, grad)
		if final != nil {
			final(p.nodes[i].final)
		}
	}
}

// backward runs a node backwards for some images.
func (n *node) backward(images int, grad []float32) {
	if n.dy == nil || images == 0 { // no seed depends on it
		for _, w := range n.layer.Params() {
			clear(w.In(grad))
		}
		return
	}
	c := &n.call
	c.DY, c.Grad = n.dy.data[:c.N*n.dy.size], grad
	for i, m := range n.dx {
		c.DX[i] = nil
		if m != nil {
			c.DX[i] = m.data[:c.N*m.size]
		}
	}
	n.layer.Backward(c)
	for i, sum := range n.adds {
		if sum != nil {
			sum := sum.data[:c.N*sum.size]
			c.Kernel.Add(sum, sum, c.DX[i])
		}
	}
}

// Size is the memory of the pass, in float32 values of each image of a full batch.
func (p *Pass) Size() int { return p.size }

// Value returns an output of the latest batch, (n, shape).
func (p *Pass) Value(v *Value) []float32 { return p.values[v][:p.n*v.shape.Len()] }

// Gradient returns the slice for the gradient of a seed for the latest batch, (n, shape).
func (p *Pass) Gradient(v *Value) []float32 { return p.seeds[v][:p.n*v.shape.Len()] }

// InputGradient returns the gradient of a wanted input after [Pass.Backward], (n, shape).
func (p *Pass) InputGradient(v *Value) []float32 { return p.wanted[v][:p.n*v.shape.Len()] }

// Divergences are those of the groups of latent variables in the pass, in the order of
// the graph.
func (p *Pass) Divergences() []*Divergence { return p.latents }
