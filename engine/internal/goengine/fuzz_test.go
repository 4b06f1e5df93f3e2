package goengine

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"govae/onnx"
)

// FuzzLoadAndRun changes small models at random. What passes the checker must
// load and run, or be refused, without a panic and without much memory.
func FuzzLoadAndRun(f *testing.F) {
	for i, data := range seeds(f) {
		for j := range 20 {
			f.Add(data, uint8(17*i+3*j), int64(j%7-2), uint8(j), int64(1)<<(3*j))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at1 uint8, value1 int64, at2 uint8, value2 int64) {
		m, err := onnx.Unmarshal(data)
		if err != nil {
			return
		}
		change(m, at1, value1)
		change(m, at2, value2)
		if m.Check() != nil || slices.ContainsFunc(slices.Concat(m.Graph.Feeds(), m.Graph.Outputs), func(v onnx.ValueInfo) bool { return v.Type != onnx.Float32 }) {
			return
		}
		e, err := Load(m, 2)
		if err != nil {
			return
		}
		defer e.Close()
		shapes, ok := e.expected(2)
		if !ok {
			return
		}
		p, err := e.program(shapes)
		if err != nil {
			t.Fatalf("the program was there at load, but now: %v", err)
		}
		elements, work := p.floats+2*p.ints, 0
		for _, v := range p.outputs {
			elements += v.mem.n
		}
		for _, s := range p.steps {
			work += s.work
		}
		var inputs []Tensor
		for _, v := range p.inputs {
			elements += v.mem.n
			if elements > 1<<22 {
				return
			}
			x := make([]float32, v.mem.n)
			for i := range x {
				x[i] = float32(math.Sin(float64(i)))
			}
			inputs = append(inputs, Tensor{v.shape, x})
		}
		if elements > 1<<22 || work > 1<<26 {
			return
		}
		if _, err := e.Run(inputs); err != nil {
			t.Fatal(err)
		}
	})
}

// change sets one of the integers of a model: in attributes, in constants and in
// the shapes of inputs.
func change(m *onnx.Model, at uint8, value int64) {
	var all []func()
	for _, n := range m.Graph.Nodes {
		for i, a := range n.Attributes {
			switch v := a.Value.(type) {
			case int64:
				all = append(all, func() { n.Attributes[i].Value = value })
			case []int64:
				for j := range v {
					all = append(all, func() { v[j] = value })
				}
			}
		}
	}
	for _, t := range m.Graph.Initializers {
		if t.Type == onnx.Int64 {
			for j := 0; j+8 <= len(t.Data); j += 8 {
				all = append(all, func() { binary.LittleEndian.PutUint64(t.Data[j:], uint64(value)) })
			}
		}
	}
	for _, v := range m.Graph.Inputs {
		for i := range v.Shape {
			all = append(all, func() { v.Shape[i] = onnx.Size(value) })
		}
	}
	if len(all) > 0 {
		all[int(at)%len(all)]()
	}
}

// seeds are models that together have most operators.
func seeds(f *testing.F) (files [][]byte) {
	build := func(shape []int64, nodes func(b *onnx.Builder, x onnx.Value) onnx.Value) {
		b := onnx.NewBuilder("seed")
		dims := []onnx.Dim{onnx.Named("batch")}
		for _, d := range shape {
			dims = append(dims, onnx.Size(d))
		}
		b.Output("y", nodes(b, b.Input("x", onnx.Float32, dims...)))
		for _, opset := range []int64{13, 18} {
			m, err := b.Model(onnx.ModelOptions{Opset: opset})
			if err != nil {
				f.Fatal(err)
			}
			data, err := m.Marshal()
			if err != nil {
				f.Fatal(err)
			}
			files = append(files, data)
		}
	}
	list := func(v ...onnx.Value) []onnx.Value { return v }
	weight := func(b *onnx.Builder, name string, shape ...int) onnx.Value {
		return b.Float32(name, shape, make([]float32, product(shape)))
	}
	build([]int64{2}, func(b *onnx.Builder, x onnx.Value) onnx.Value { // a decoder
		x = b.Node("Relu", "relu", list(b.Node("Gemm", "dense", list(x, weight(b, "w1", 16, 2), weight(b, "b1", 16)), onnx.Int("transB", 1))))
		x = b.Node("Reshape", "reshape", list(x, b.Int64("shape", []int{4}, []int64{0, 4, 2, 2})))
		x = b.Node("ConvTranspose", "up", list(x, weight(b, "w2", 4, 1, 3, 3), weight(b, "b2", 2)), onnx.Ints("strides", 2, 2), onnx.Ints("pads", 1, 1, 1, 1), onnx.Ints("output_padding", 1, 1), onnx.Int("group", 2))
		x = b.Node("Resize", "resize", list(x, onnx.Value{}, b.Float32("scales", []int{4}, []float32{1, 1, 2, 1.5})), onnx.String("mode", "linear"))
		return b.Node("Sigmoid", "sigmoid", list(x))
	})
	build([]int64{2, 6, 6}, func(b *onnx.Builder, x onnx.Value) onnx.Value { // an encoder
		x = b.Node("Conv", "conv", list(x, weight(b, "w1", 4, 2, 3, 3), weight(b, "b1", 4)), onnx.Ints("strides", 2, 2), onnx.String("auto_pad", "SAME_UPPER"))
		x = b.Node("BatchNormalization", "norm", list(x, weight(b, "s", 4), weight(b, "o", 4), weight(b, "m", 4), weight(b, "v", 4)))
		x = b.Node("LeakyRelu", "leaky", list(x))
		x = b.Node("MaxPool", "max", list(x), onnx.Ints("kernel_shape", 2, 2))
		x = b.Node("AveragePool", "mean", list(x), onnx.Ints("kernel_shape", 2, 2), onnx.Int("count_include_pad", 1), onnx.Ints("pads", 1, 0, 1, 0))
		x = b.Node("Transpose", "transpose", list(x), onnx.Ints("perm", 0, 2, 3, 1))
		x = b.Node("Flatten", "flatten", list(x))
		return b.Node("MatMul", "product", list(x, weight(b, "w2", 12, 3)))
	})
	build([]int64{3, 4}, func(b *onnx.Builder, x onnx.Value) onnx.Value { // shapes
		s := b.Node("Shape", "shape", list(x))
		n := b.Node("Gather", "n", list(s, b.Int64("zero", []int{1}, []int64{0})), onnx.Int("axis", 0))
		target := b.Node("Concat", "target", list(n, b.Int64("rest", []int{2}, []int64{2, -1})), onnx.Int("axis", 0))
		x = b.Node("Reshape", "reshape", list(x, target))
		x = b.Node("Slice", "slice", list(x, b.Int64("starts", []int{1}, []int64{-1}), b.Int64("ends", []int{1}, []int64{-9}), b.Int64("axes", []int{1}, []int64{2}), b.Int64("steps", []int{1}, []int64{-1})))
		x = b.Node("Pad", "pad", list(x, b.Int64("pads", []int{6}, []int64{0, 0, 1, 0, 1, 2})), onnx.String("mode", "edge"))
		x = b.Node("Expand", "expand", list(x, b.Int64("wide", []int{4}, []int64{2, 1, 1, 1})))
		q := b.Node("DequantizeLinear", "weights", list(b.Tensor(&onnx.Tensor{Name: "q", Type: onnx.Int8, Shape: []int64{9}, Data: make([]byte, 9)}), b.Float32("scale", []int{}, []float32{0.1})))
		x = b.Node("Mul", "mul", list(x, q))
		x = b.Node("Clip", "clip", list(x, b.Float32("low", []int{}, []float32{-1})))
		return b.Node("Softmax", "softmax", list(b.Node("ReduceSum", "sum", list(x, b.Int64("which", []int{1}, []int64{-1})))))
	})
	build([]int64{4, 4, 4}, func(b *onnx.Builder, x onnx.Value) onnx.Value { // norms and sums
		x = b.Node("InstanceNormalization", "norm", list(x, weight(b, "s", 4), weight(b, "o", 4)))
		x = b.Node("SpaceToDepth", "space", list(x), onnx.Int("blocksize", 2))
		x = b.Node("Tile", "tile", list(x, b.Int64("times", []int{4}, []int64{1, 1, 2, 1})))
		x = b.Node("Mul", "erf", list(x, b.Node("Erf", "bell", list(x))))
		number := func(name string, v int64) onnx.Value { return b.Int64(name, nil, []int64{v}) }
		numbers := b.Node("Range", "range", list(number("start", 1), number("limit", 5), number("delta", 2)))
		x = b.Node("Max", "max", list(x, b.Node("Cast", "float", list(numbers), onnx.Int("to", 1))))
		x = b.Node("Einsum", "sums", list(x, weight(b, "e", 2, 3)), onnx.String("equation", "nchw,wk->nckh"))
		x = b.Node("LogSoftmax", "log", list(x), onnx.Int("axis", 1))
		return b.Node("Mul", "arg", list(x, b.Node("Cast", "place", list(b.Node("ArgMax", "argmax", list(x), onnx.Int("axis", 1))), onnx.Int("to", 1))))
	})
	data, err := oldSeed().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	return append(files, data)
}

// oldSeed has operators as they were, and one of its own.
func oldSeed() *onnx.Model {
	node := func(op, in, out string, attributes ...onnx.Attribute) *onnx.Node {
		return &onnx.Node{Op: op, Inputs: []string{in}, Outputs: []string{out}, Attributes: attributes}
	}
	call := node("Halve", "c", "d", onnx.Ints("axis", 1))
	call.Domain = "own"
	return &onnx.Model{IRVersion: 4, Opsets: []onnx.Opset{{Version: 9}, {Domain: "own", Version: 1}},
		Functions: []*onnx.Function{{Name: "Halve", Domain: "own", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []string{"axis"}, Nodes: []*onnx.Node{
			node("ReduceSum", "x", "s", onnx.Attribute{Name: "axes", Value: onnx.Reference{Attribute: "axis", Type: 7}}), node("Neg", "s", "y")}}},
		Graph: &onnx.Graph{Name: "old",
			Inputs:  []onnx.ValueInfo{{Name: "x", Type: onnx.Float32, Shape: onnx.Shape{onnx.Named("batch"), onnx.Size(2), onnx.Size(4), onnx.Size(4)}}},
			Outputs: []onnx.ValueInfo{{Name: "y", Type: onnx.Float32}},
			Nodes: []*onnx.Node{
				node("Upsample", "x", "a", onnx.Floats("scales", 1, 1, 2, 2)), node("Slice", "a", "b", onnx.Ints("starts", 1), onnx.Ints("ends", 7), onnx.Ints("axes", 2)),
				node("Pad", "b", "c", onnx.Ints("pads", 0, 0, 1, 0, 0, 0, 0, 2)), call, node("Clip", "d", "e", onnx.Float("min", 0)), node("Softmax", "e", "y", onnx.Int("axis", 2))}}}
}
