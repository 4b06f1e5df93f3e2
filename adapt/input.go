package adapt

import (
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/images"
	"govae/onnx"
)

// sortInputs tells the input that a model maps from its label, and from noise that it wants.
func (a *adapter) sortInputs() error {
	shapes, err := onnx.Values(&a.model)
	if err != nil {
		return err
	}
	of := func(v onnx.ValueInfo) tensor {
		if s, ok := shapes[v.Name]; ok {
			v = s
		}
		return tensor{name: v.Name, value: v.Name, kind: v.Type, shape: v.Shape}
	}
	var left, noise []tensor
	for _, v := range a.graph.Feeds() {
		t := of(v)
		name := plain(t.name)
		switch isLabel := slices.Contains(labelNames, name); {
		case t.kind.Size() == 0:
			return fmt.Errorf("input %.40q has a type that is not supported (%v)", t.name, t.kind)
		case a.o.LabelInput == t.name, a.o.LabelInput == "" && a.label == nil && len(a.graph.Feeds()) > 1 && (isLabel || isInteger(t.kind)) && len(t.shape) <= 2:
			a.label = &t
		case slices.Contains(noiseNames, name) && len(a.graph.Feeds()) > 1 && len(t.shape) == 2:
			noise = append(noise, t)
		default:
			left = append(left, t)
		}
	}
	for i, v := range a.graph.Outputs {
		t := of(v)
		t.index = i
		a.outputs = append(a.outputs, t)
	}
	a.files = len(a.outputs)
	if a.o.LabelInput != "" && a.label == nil {
		return fmt.Errorf("the model has no input %.40q: it has %s", a.o.LabelInput, list(left))
	}
	if len(left) == 0 && len(noise) == 1 && a.label != nil { // what a generator makes images of
		left, noise = noise, nil
	}
	switch {
	case len(left) == 0:
		return fmt.Errorf("the model has no input for latent points or images; it has %s", list(slices.Concat(noise, labels(a.label))))
	case len(left) == 2 && a.label == nil:
		at := slices.IndexFunc(left, func(t tensor) bool { return !slices.Contains(pointNames, plain(t.name)) && len(t.shape) <= 2 })
		if at < 0 {
			at = 1
		}
		return ask("LabelInput", []string{left[at].name}, "the model has the inputs %s, of which one may be the label of a class", list(left))
	case len(left) > 1:
		return fmt.Errorf("the model has the inputs %s, and one is wanted: latent points or images (and a label)", list(left))
	}
	a.data = &left[0]
	if len(a.data.shape) < 2 {
		return fmt.Errorf("input %.40q has the shape %v: want a batch of rows, [batch, ...]; export with a batch dimension", a.data.name, a.data.shape)
	}
	a.makeRoom()
	for _, t := range noise {
		if err := a.silence(t); err != nil {
			return err
		}
	}
	return a.openLabel()
}

func labels(t *tensor) []tensor {
	if t == nil {
		return nil
	}
	return []tensor{*t}
}

func isInteger(t onnx.DataType) bool {
	return slices.Contains([]onnx.DataType{onnx.Int8, onnx.Int16, onnx.Int32, onnx.Int64, onnx.Uint16, onnx.Uint32, onnx.Uint64}, t)
}

// list names tensors with their shapes, at most four of them.
func list(tensors []tensor) string {
	var parts []string
	for i, t := range tensors {
		if i == 4 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%.40q %v", t.name, t.shape))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// silence puts 0 in the place of noise [batch, K], so that what is drawn from a distribution
// becomes its mean: once the rows of the data have been looked at, they tell the batch.
func (a *adapter) silence(t tensor) error {
	k := t.shape[1]
	if !k.Known() || volume([]int{int(k.Size)}) < 0 {
		return fmt.Errorf("input %.40q %v: want a number of dimensions", t.name, t.shape)
	}
	flat := a.chain(a.data.value)
	if a.data.kind != onnx.Float32 {
		flat.then("Cast", "wide", nil, onnx.Int("to", int64(onnx.Float32)))
	}
	flat.then("Flatten", "rows", nil)
	flat.then("Gather", "first", []string{a.ints("zeros", make([]int64, k.Size)...)}, onnx.Int("axis", 1))
	flat.scale(0, 0)
	if t.kind != onnx.Float32 {
		flat.then("Cast", "noise", nil, onnx.Int("to", int64(t.kind)))
	}
	flat.nodes[len(flat.nodes)-1].Outputs[0] = t.value
	a.before(flat.nodes...)
	a.graph.Inputs = slices.DeleteFunc(a.graph.Inputs, func(v onnx.ValueInfo) bool { return v.Name == t.value })
	a.note("the noise %q is 0", t.name)
	return nil
}

// openLabel makes a label weights of classes [batch, classes] in float32.
func (a *adapter) openLabel() error {
	t := a.label
	if t == nil {
		return nil
	}
	classes := 0
	if n := len(t.shape); n == 2 && t.shape[1].Known() && t.shape[1].Size > 1 {
		classes = int(t.shape[1].Size)
		if err := checkClasses(t, classes); err != nil {
			return err
		}
		a.setInput(t, contract.Label, []int{classes}, func(c *chain) { c.narrow(t.kind) })
	} else {
		if !isInteger(t.kind) && a.o.Classes == 0 {
			return ask("Classes", nil, "the label %.40q has the shape %v", t.name, t.shape)
		}
		if classes = a.embedded(t.value); classes == 0 {
			classes = a.o.Classes
		}
		if classes == 0 {
			return ask("Classes", nil, "the label %.40q is the number of a class", t.name)
		}
		if classes == 1 {
			return fmt.Errorf("label %.40q %v: the number of one class of 1 tells nothing; want 2 or more", t.name, t.shape)
		}
		if err := checkClasses(t, classes); err != nil {
			return err
		}
		if gather := a.onlyGather(t.value); gather != nil && n == 1 { // weights of classes mix rows of a table
			table := gather.Inputs[0]
			product := &onnx.Node{Name: gather.Name, Op: "MatMul", Inputs: []string{contract.Label, table}, Outputs: gather.Outputs}
			a.graph.Nodes[slices.Index(a.graph.Nodes, gather)] = product
			at := a.place(t)
			a.graph.Inputs[at] = onnx.ValueInfo{Name: contract.Label, Type: onnx.Float32, Shape: open([]int{classes})}
			t.value = contract.Label
		} else {
			a.setInput(t, contract.Label, []int{classes}, func(c *chain) {
				c.then("ArgMax", "class", nil, onnx.Int("axis", 1), onnx.Int("keepdims", int64(n-1)))
				if t.kind != onnx.Int64 {
					c.then("Cast", "number", nil, onnx.Int("to", int64(t.kind)))
				}
			})
		}
	}
	t.row, t.kind, a.sizes.Classes = []int{classes}, onnx.Float32, classes
	a.note("%q is the label, of %d classes", t.name, classes)
	return nil
}

// place is where an input stands among those of the graph; -1 if nothing reads it.
func (a *adapter) place(t *tensor) int {
	return slices.IndexFunc(a.graph.Inputs, func(v onnx.ValueInfo) bool { return v.Name == t.value })
}

func checkClasses(t *tensor, n int) error {
	if n < 1 || n > contract.MaxClasses {
		return fmt.Errorf("label %.40q %v: %d classes, want from 1 to %d", t.name, t.shape, n, contract.MaxClasses)
	}
	return nil
}

// embedded is the number of rows of the table that a label's number chooses from, 0 if there
// is none.
func (a *adapter) embedded(name string) int {
	for _, n := range a.graph.Nodes {
		switch {
		case n.Op == "Gather" && n.Input(1) == name && n.Int("axis", 0) == 0:
			if t := a.graph.Initializer(n.Input(0)); t != nil && len(t.Shape) == 2 {
				return int(t.Shape[0])
			}
		case n.Input(0) == name && slices.Contains([]string{"Cast", "Identity", "Squeeze", "Unsqueeze", "Reshape", "Flatten"}, n.Op):
			if k := a.embedded(n.Outputs[0]); k > 0 {
				return k
			}
		}
	}
	return 0
}

// onlyGather returns the node that alone reads a label's number, to choose rows of a table of
// float32, or nil.
func (a *adapter) onlyGather(name string) (gather *onnx.Node) {
	for _, n := range a.graph.Nodes {
		if !slices.Contains(n.Inputs, name) {
			continue
		}
		t := a.graph.Initializer(n.Input(0))
		if gather != nil || n.Op != "Gather" || n.Int("axis", 0) != 0 || t == nil || t.Type != onnx.Float32 || len(t.Shape) != 2 {
			return nil
		}
		gather = n
	}
	return gather
}

// narrow casts float32 to the type of a file's input.
func (c *chain) narrow(to onnx.DataType) *chain {
	if to == onnx.Float32 {
		return c
	}
	return c.then("Cast", "narrow", nil, onnx.Int("to", int64(to)))
}

// widen makes inputs and outputs float32.
func (a *adapter) widen() {
	if t := a.data; t.kind != onnx.Float32 {
		a.note("%q is %v: converted", t.name, t.kind)
		wide := a.fresh("input")
		at := a.place(t)
		a.graph.Inputs[at] = onnx.ValueInfo{Name: wide, Type: onnx.Float32, Shape: t.shape}
		c := a.chain(wide)
		if isInteger(t.kind) || t.kind == onnx.Uint8 { // Cast drops what is behind the point
			c.scale(1, 0.5)
		}
		c.narrow(t.kind)
		c.nodes[len(c.nodes)-1].Outputs[0] = t.value
		a.before(c.nodes...)
		t.value = wide
	}
	var outputs []tensor
	for _, t := range a.outputs {
		if t.kind.Size() == 0 {
			a.note("output %q is left out", t.name)
			continue
		}
		if t.kind != onnx.Float32 {
			c := a.chain(t.value).then("Cast", "output", nil, onnx.Int("to", int64(onnx.Float32)))
			a.after(c.nodes...)
			t.value = c.value
		}
		outputs = append(outputs, t)
	}
	a.outputs = outputs
	a.setOutputs()
}

// setOutputs makes the graph's outputs those that are still looked at.
func (a *adapter) setOutputs() {
	a.graph.Outputs = nil
	for _, t := range a.outputs {
		a.graph.Outputs = append(a.graph.Outputs, onnx.ValueInfo{Name: t.value, Type: onnx.Float32, Shape: t.shape})
	}
}

// chooseRow finds the shape of one row of the data.
func (a *adapter) chooseRow() error {
	shape := a.data.shape[1:]
	row := make([]int, len(shape))
	var openDims []int
	for i, d := range shape {
		row[i] = int(d.Size)
		if !d.Known() {
			openDims = append(openDims, i)
		}
	}
	if len(openDims) > 0 {
		if err := a.fillRow(row, openDims); err != nil {
			return err
		}
	}
	if volume(row) < 0 {
		return fmt.Errorf("input %.40q has the shape %v: want dimensions from 1 on, and at most %d values in a row", a.data.name, a.data.shape, maxRow)
	}
	a.data.row = row
	return nil
}

// fillRow finds dimensions that a file leaves open.
func (a *adapter) fillRow(row, openDims []int) error {
	t := a.data
	latent := len(a.roles) == 1 && a.roles[0] == contract.Decoder || len(row) == 1
	if len(row) == 3 && len(a.roles) != 1 {
		latent = !isChannels(row[0]) && !isChannels(row[2])
	}
	fill := func(option string, want []int, answers ...string) error {
		if want == nil {
			return ask(option, answers, "input %.40q has the shape %v, of which sizes are open", t.name, t.shape)
		}
		for i, d := range row {
			if len(want) != len(row) || d >= 0 && want[i] != d {
				return fmt.Errorf("input %.40q has the shape %v, which rows of %v do not fit", t.name, t.shape, want)
			}
		}
		copy(row, want)
		return nil
	}
	if latent {
		point := a.o.Latent
		if point == nil && len(a.known.point) == len(row) {
			point = slices.Clone(a.known.point)
			for i, d := range row { // what the encoder gives may be moments
				if d > 0 && point[i] == 2*d {
					point[i] = d
				}
			}
		}
		return fill("Latent", point, exampleOf(row))
	}
	size := a.o.Size
	if size == (images.Shape{}) {
		size = a.known.size
	}
	if size == (images.Shape{}) || len(row) != 2 && len(row) != 3 {
		return fill("Size", nil, "such as 28x28")
	}
	want := []int{size.H, size.W}
	if len(row) == 3 {
		switch {
		case isChannels(row[0]) && !isChannels(row[2]):
			want = []int{row[0], size.H, size.W}
		case isChannels(row[2]) && !isChannels(row[0]):
			want = []int{size.H, size.W, row[2]}
		default:
			return ask("Layout", layouts, "input %.40q has the shape %v", t.name, t.shape)
		}
	}
	return fill("Size", want)
}

// exampleOf is an answer for the shape of a latent point.
func exampleOf(row []int) string {
	s := "such as "
	for i, d := range row {
		if i > 0 {
			s += "x"
		}
		if d < 0 {
			d = 8
		}
		s += fmt.Sprint(d)
	}
	return s
}

func isChannels(n int) bool { return n == 1 || n == 3 }
