package adapt

import (
	"fmt"
	"slices"

	"govae/contract"
	"govae/engine"
	"govae/onnx"
)

// openBatch makes the batch of a file with a fixed one open, and makes sure by a run that this
// changes no number.
func (a *adapter) openBatch() error {
	batch := a.data.shape[0]
	if !batch.Known() {
		a.declareOpen()
		return nil
	}
	if batch.Size < 1 || batch.Size > 64 {
		return fmt.Errorf("input %.40q has the shape %v: a batch of %d; export with an open batch dimension", a.data.name, a.data.shape, batch.Size)
	}
	fixed := int(batch.Size)
	if fixed*volume(a.data.row) > maxRow { // several such batches are run at once
		return fmt.Errorf("input %.40q has the shape %v: want at most %d values in a fixed batch; export with an open batch dimension", a.data.name, a.data.shape, maxRow)
	}
	program, err := a.load()
	if err != nil {
		return err
	}
	x := a.points(probeRows*fixed, 1)
	want, err := a.inParts(program, x, fixed)
	program.Close()
	if err != nil {
		return err
	}
	nodes, weights := a.graph.Nodes, a.graph.Initializers
	a.declareOpen()
	a.graph.Values = nil // sizes that hold no more
	for _, all := range []bool{false, true} {
		a.graph.Nodes, a.graph.Initializers = slices.Clone(nodes), slices.Clone(weights)
		a.openShapes(int64(fixed), all)
		program, err := a.load()
		if err != nil {
			continue
		}
		got, err := a.feed(program, 0, probeRows*fixed, x)
		program.Close()
		if err == nil && same(got, want) {
			a.note("the batch of %d is opened", fixed)
			return nil
		}
	}
	return fmt.Errorf("input %.40q has the shape %v, and nodes inside count on a batch of %d; export with an open batch dimension (in PyTorch by dynamic_axes or dynamic_shapes)", a.data.name, a.data.shape, fixed)
}

// declareOpen leaves the first dimension of the inputs open, and what outputs are is found out.
func (a *adapter) declareOpen() {
	for i, v := range a.graph.Inputs {
		if a.graph.Initializer(v.Name) == nil && len(v.Shape) > 0 {
			a.graph.Inputs[i].Shape = append(onnx.Shape{onnx.Named("batch")}, v.Shape[1:]...)
			if v.Name == a.data.value {
				a.graph.Inputs[i].Shape = open(a.data.row)
			}
		}
	}
	for i, t := range a.outputs {
		if len(t.shape) > 0 && t.shape[0].Known() {
			a.outputs[i].shape = make(onnx.Shape, len(t.shape))
			for j := range t.shape {
				a.outputs[i].shape[j] = onnx.Unknown()
			}
		}
	}
	a.setOutputs()
}

// inParts runs a program on rows in batches of a size, and puts the outputs of all one after the other,
// with the shapes of the first.
func (a *adapter) inParts(p *engine.Program, x []float32, batch int) (all []engine.Tensor, err error) {
	width := volume(a.data.row)
	for at := 0; at < len(x); at += batch * width {
		out, err := a.feed(p, at/width, batch, x[at:at+batch*width])
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = make([]engine.Tensor, len(out))
			for i, t := range out {
				all[i].Shape = t.Shape
			}
		}
		for i, t := range out {
			all[i].Data = append(all[i].Data, t.Data...)
		}
	}
	return all, nil
}

func same(got, want []engine.Tensor) bool {
	for i := range want {
		if !(contract.Difference(got[i].Data, want[i].Data) <= 1e-4) {
			return false
		}
	}
	return len(got) == len(want)
}

// openShapes makes constant shapes that begin with the batch follow it; all says that every
// first dimension of a Reshape counts as such, as that of a batch by heads does.
func (a *adapter) openShapes(batch int64, all bool) {
	size := ""
	for i := 0; i < len(a.graph.Nodes); i++ {
		n := a.graph.Nodes[i]
		at := map[string]int{"Reshape": 1, "Expand": 1, "Resize": 3, "ConstantOfShape": 0}
		input, ok := at[n.Op]
		if !ok || n.Input(input) == "" {
			continue
		}
		shape := a.constant(n.Input(input))
		if len(shape) == 0 || shape[0] != batch && !(all && n.Op == "Reshape" && shape[0] > 0) || n.Op == "Resize" && len(shape) != 4 {
			continue
		}
		opened := *n
		opened.Inputs = slices.Clone(n.Inputs)
		if n.Op == "Reshape" {
			shape = slices.Clone(shape)
			shape[0] = -1
			if slices.Contains(shape[1:], -1) {
				shape[0] = 0 // that of the input
			}
			opened.Inputs[input] = a.ints("shape", shape...)
			a.graph.Nodes[i] = &opened
			continue
		}
		if size == "" { // the batch, as a tensor of one number
			nodes := a.chain(a.data.value).then("Shape", "sizes", nil).then("Gather", "batch", []string{a.ints("first", 0)}, onnx.Int("axis", 0))
			a.before(nodes.nodes...)
			i += len(nodes.nodes)
			size = nodes.value
		}
		whole := a.node("Concat", "shape_of_batch", []string{size, a.ints("rest", shape[1:]...)}, onnx.Int("axis", 0))
		opened.Inputs[input] = whole.Outputs[0]
		a.graph.Nodes[i] = &opened
		a.graph.Nodes = slices.Insert(a.graph.Nodes, i, whole)
		i++
	}
}

// constant returns the numbers of a constant list of integers, nil where a value is none.
func (a *adapter) constant(name string) []int64 {
	if t := a.graph.Initializer(name); t != nil {
		if t.Type != onnx.Int64 || len(t.Shape) != 1 {
			return nil
		}
		values, _ := t.Int64s()
		return values
	}
	for _, n := range a.graph.Nodes {
		if n.Op != "Constant" || !slices.Contains(n.Outputs, name) {
			continue
		}
		if t := n.Tensor("value"); t != nil && t.Type == onnx.Int64 && len(t.Shape) == 1 {
			values, _ := t.Int64s()
			return values
		}
		return n.Ints("value_ints")
	}
	return nil
}
