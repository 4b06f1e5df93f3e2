// Package subpixel rewrites transposed convolutions as convolutions, which ONNX
// Runtime runs faster on a CPU.
//
// A transposed convolution of stride s writes each row o of its output from the
// inputs i and the rows k of its kernel with o = s i - pad + k. The outputs of one
// phase r, the rows o = s q + r, use only each s-th row of the kernel, at
// i = q + (r + pad - k) / s: they are an ordinary convolution of the input, and the
// phases of rows and columns are s² convolutions with as many multiplications in
// all. W. Shi and others call their combination sub-pixel convolution ("Is the
// deconvolution layer the same as a convolutional layer?", arXiv:1609.07009).
//
// ONNX Runtime has a product per image and a scalar loop for ConvTranspose, but
// blocked, vectorised kernels for Conv. What must not be lost again is the time to
// put the phases' pixels back between each other:
//
//   - Activations between two layers are applied to the phases, where ONNX Runtime
//     fuses them with the convolutions.
//   - A transposed convolution to few channels, such as a decoder's last one, reads
//     the phases as they are: as the channels of a smaller image, with a larger
//     stride and a kernel that has the old one once a phase, moved by the phase.
//   - Elsewhere Transpose with the channels last interleaves the phases, which moves
//     whole pixels; DepthToSpace, which moves single numbers, takes three times as
//     long in ONNX Runtime.
package subpixel

import (
	"fmt"
	"slices"

	"govae/onnx"
)

// Bounds of what a file can ask for: common strides are 2, with 4 phases.
const (
	maxPhases = 16 // convolutions in place of one
	maxGrowth = 16 // of the weight of a layer that reads phases
	maxWeight = 4  // of all new weights, in numbers of the old ones: many layers may share one
)

// fewChannels is the number of output channels from which on a transposed
// convolution is split: below the width of a block of channels in ONNX Runtime's
// kernels most of each block would be empty.
const fewChannels = 16

// Rewrite returns a model that computes what m does, with transposed convolutions
// of a stride replaced where that is possible: constant float32 weights, one group,
// no dilation, explicit pads, two known spatial dimensions, and an output that the
// stride divides. It returns m itself where there is none. The models share tensors;
// m does not change. It must have passed its check.
func Rewrite(m *onnx.Model) *onnx.Model {
	values, err := onnx.Infer(m)
	if err != nil {
		return m
	}
	r := &rewriter{values: values, phases: map[string]phases{}, graph: *m.Graph}
	r.graph.Nodes, r.graph.Values = nil, nil
	r.graph.Initializers = slices.Clone(m.Graph.Initializers)
	for _, t := range m.Graph.Initializers {
		r.left += maxWeight * len(t.Data) / 4
	}
	for _, n := range m.Graph.Nodes {
		if c, ok := r.read(n); ok && (r.split(n, c) || r.merge(n, c)) || r.activate(n) {
			continue
		}
		for _, name := range n.Inputs {
			r.interleave(name)
		}
		r.graph.Nodes = append(r.graph.Nodes, n)
	}
	if len(r.phases) == 0 {
		return m
	}
	for _, output := range m.Graph.Outputs {
		r.interleave(output.Name)
	}
	r.dropUnread()
	rewritten := *m
	rewritten.Graph = &r.graph
	return &rewritten
}

// rewriter makes a graph of another one.
type rewriter struct {
	values map[string]onnx.ValueInfo // of the old graph, and the names of the new one
	phases map[string]phases         // images of the old graph that the new one has in phases
	graph  onnx.Graph                // the new one
	left   int                       // numbers that new weights may still have
}

// phases is an image [n, channels, strides[0] size[0], strides[1] size[1]] in
// pieces: tensors[r strides[1] + c] is [n, channels, size[0], size[1]] and has the
// pixels of the rows r, r + strides[0], ... and the columns c, c + strides[1], ...
type phases struct {
	tensors       []string
	channels      int64
	strides, size [2]int64
	whole         bool // the graph has the image, too
}

// split replaces a transposed convolution by one convolution a phase.
func (r *rewriter) split(n *onnx.Node, c *convolution) bool {
	if c.out < fewChannels || c.in < fewChannels || !c.overlaps() || c.strides == [2]int64{1, 1} ||
		c.strides[0] > maxPhases || c.strides[1] > maxPhases || c.strides[0]*c.strides[1] > maxPhases {
		return false
	}
	rows, ok := c.split(0)
	columns, ok2 := c.split(1)
	if !ok || !ok2 {
		return false
	}
	r.interleave(n.Inputs[0])
	output := r.values[n.Outputs[0]].Shape
	p := phases{channels: c.out, strides: c.strides, size: [2]int64{output[2].Size / c.strides[0], output[3].Size / c.strides[1]}}
	for _, row := range rows {
		for _, column := range columns {
			kernel := []int64{int64(len(row.taps)), int64(len(column.taps))}
			weight := make([]float32, 0, c.out*c.in*kernel[0]*kernel[1]) // OIHW
			for o := range c.out {
				for i := range c.in {
					for _, y := range row.taps {
						for _, x := range column.taps {
							weight = append(weight, c.at(i, o, y, x))
						}
					}
				}
			}
			name := r.name(n.Outputs[0] + "/phase")
			inputs := []string{n.Inputs[0], r.constant(onnx.Float32Tensor(r.name(name+"/weight"), append([]int64{c.out, c.in}, kernel...), weight))}
			if n.Input(2) != "" {
				inputs = append(inputs, n.Inputs[2])
			}
			p.tensors = append(p.tensors, r.add("Conv", name, inputs,
				onnx.Ints("kernel_shape", kernel...),
				onnx.Ints("pads", row.begin, column.begin, row.end, column.end)))
		}
	}
	r.phases[n.Outputs[0]] = p
	return true
}

// activations are the operators that map each number of one input by itself.
var activations = []string{"Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh", "Softplus", "Softsign"}

// activate applies an activation to phases.
func (r *rewriter) activate(n *onnx.Node) bool {
	if !r.hasPhases(n) || !slices.Contains(activations, n.Op) {
		return false
	}
	p := r.phases[n.Inputs[0]]
	p.tensors, p.whole = slices.Clone(p.tensors), false
	for i, t := range p.tensors {
		p.tensors[i] = r.add(n.Op, r.name(n.Outputs[0]+"/phase"), []string{t}, n.Attributes...)
	}
	r.phases[n.Outputs[0]] = p
	return true
}

// merge lets a transposed convolution to few channels read phases. With s the
// strides of the phases, its inputs i = s q + r write to
// o = t i - pad + k = (t s) q - pad + (t r + k).
func (r *rewriter) merge(n *onnx.Node, c *convolution) bool {
	if c.out >= fewChannels || !r.hasPhases(n) || c.strides[0] > maxGrowth || c.strides[1] > maxGrowth {
		return false
	}
	p := r.phases[n.Inputs[0]]
	t := c.strides
	var kernel, strides [2]int64
	for d := range 2 {
		kernel[d] = c.kernel[d] + t[d]*(p.strides[d]-1)
		strides[d] = t[d] * p.strides[d]
	}
	if int64(len(p.tensors))*kernel[0]*kernel[1] > maxGrowth*c.kernel[0]*c.kernel[1] {
		return false
	}
	shape := []int64{c.in * int64(len(p.tensors)), c.out, kernel[0], kernel[1]}
	weight := make([]float32, 0, shape[0]*shape[1]*shape[2]*shape[3]) // IOHW
	for row := range p.strides[0] {
		for column := range p.strides[1] {
			for i := range c.in {
				for o := range c.out {
					for y := range kernel[0] {
						for x := range kernel[1] {
							weight = append(weight, c.at(i, o, y-t[0]*row, x-t[1]*column))
						}
					}
				}
			}
		}
	}
	inputs := slices.Clone(n.Inputs)
	inputs[0] = r.concat(n.Inputs[0])
	inputs[1] = r.constant(onnx.Float32Tensor(r.name(n.Outputs[0]+"/weight"), shape, weight))
	attributes := []onnx.Attribute{
		onnx.Ints("kernel_shape", kernel[:]...),
		onnx.Ints("strides", strides[:]...),
		onnx.Ints("pads", c.pads[:]...),
		onnx.Ints("output_padding", c.outputPadding[:]...),
	}
	r.graph.Nodes = append(r.graph.Nodes, &onnx.Node{Name: n.Name, Op: n.Op, Inputs: inputs, Outputs: n.Outputs, Attributes: attributes})
	return true
}

// interleave makes a value whole of which the graph has only phases.
func (r *rewriter) interleave(name string) {
	p, ok := r.phases[name]
	if !ok || p.whole {
		return
	}
	p.whole = true
	r.phases[name] = p
	x := r.add("Transpose", r.name(name+"/interleave"), []string{r.concat(name)}, onnx.Ints("perm", 0, 2, 3, 1))
	// [n, q, q', (r, r', channels)] to [n, q, r, q', r', channels].
	x = r.reshape(x, -1, p.size[0], p.size[1], p.strides[0], p.strides[1]*p.channels)
	x = r.add("Transpose", r.name(name+"/interleave"), []string{x}, onnx.Ints("perm", 0, 1, 3, 2, 4))
	x = r.reshape(x, -1, p.size[0]*p.strides[0], p.size[1]*p.strides[1], p.channels)
	r.add("Transpose", name, []string{x}, onnx.Ints("perm", 0, 3, 1, 2))
}

// concat puts the phases of a value one after the other, as channels.
func (r *rewriter) concat(name string) string {
	return r.add("Concat", r.name(name+"/phases"), r.phases[name].tensors, onnx.Int("axis", 1))
}

func (r *rewriter) reshape(x string, shape ...int64) string {
	name := r.name(x)
	target := r.constant(onnx.Int64Tensor(r.name(name+"/shape"), []int64{int64(len(shape))}, shape))
	return r.add("Reshape", name, []string{x, target})
}

// dropUnread removes the weights that no node reads any more, and all from the inputs.
func (r *rewriter) dropUnread() {
	r.graph.Inputs = slices.DeleteFunc(slices.Clone(r.graph.Inputs), func(v onnx.ValueInfo) bool { return r.graph.Initializer(v.Name) != nil })
	read := map[string]bool{}
	for _, n := range r.graph.Nodes {
		for _, name := range n.Inputs {
			read[name] = true
		}
	}
	for _, output := range r.graph.Outputs {
		read[output.Name] = true
	}
	r.graph.Initializers = slices.DeleteFunc(r.graph.Initializers, func(t *onnx.Tensor) bool { return !read[t.Name] })
}

// hasPhases reports whether the first input of a node is in phases.
func (r *rewriter) hasPhases(n *onnx.Node) bool {
	_, ok := r.phases[n.Input(0)]
	return ok
}

// add appends a node with one output and returns its name.
func (r *rewriter) add(op, output string, inputs []string, attributes ...onnx.Attribute) string {
	r.graph.Nodes = append(r.graph.Nodes, &onnx.Node{Name: output, Op: op, Inputs: inputs, Outputs: []string{output}, Attributes: attributes})
	return output
}

func (r *rewriter) constant(t *onnx.Tensor) string {
	r.left -= len(t.Data) / 4
	r.graph.Initializers = append(r.graph.Initializers, t)
	return t.Name
}

// name returns a name that no value has yet.
func (r *rewriter) name(base string) string {
	for i := 0; ; i++ {
		name := fmt.Sprintf("%s_%d", base, i)
		if _, taken := r.values[name]; !taken {
			r.values[name] = onnx.ValueInfo{}
			return name
		}
	}
}
