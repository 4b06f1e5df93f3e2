package onnx

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// weightOf is an initializer of zeros.
func weightOf(b *Builder, name string, shape ...int) Value {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return b.Float32(name, shape, make([]float32, n))
}

// ints is an initializer of integers.
func ints(b *Builder, name string, list ...int64) Value { return b.Int64(name, []int{len(list)}, list) }

func TestInferShapes(t *testing.T) {
	n, c, h := Named("batch"), Size(6), Size(5)
	image := Shape{n, c, h, Size(5)}
	for _, test := range []struct {
		name  string
		input Shape
		opset int64
		build func(b *Builder, x Value) Value
		want  string // of the result, or of the error after "!"
	}{
		{"Gemm", Shape{n, Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Gemm", "y", []Value{x, weightOf(b, "w", 3, 4)})
		}, "[batch,4]"},
		{"Gemm bias too large", Shape{Size(1), Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Gemm", "y", []Value{x, weightOf(b, "w", 3, 4), weightOf(b, "c", 2, 4)})
		}, "!input C has the shape [2,4]"},
		{"MatMul batched", Shape{n, Size(1), Size(2), Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("MatMul", "y", []Value{x, weightOf(b, "w", 7, 3, 4)})
		}, "[batch,7,2,4]"},
		{"MatMul vector", Shape{n, Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("MatMul", "y", []Value{x, weightOf(b, "w", 3)})
		}, "[batch]"},
		{"Add broadcast", Shape{n, Size(1), h}, 17, func(b *Builder, x Value) Value {
			return b.Node("Add", "y", []Value{x, weightOf(b, "w", 6, 1)})
		}, "[batch,6,5]"},
		{"Add mismatch", Shape{n, Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Add", "y", []Value{x, weightOf(b, "w", 2)})
		}, "!do not broadcast"},
		{"Conv stride 2", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Conv", "y", []Value{x, weightOf(b, "w", 8, 6, 3, 3)}, Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1))
		}, "[batch,8,3,3]"},
		{"Conv groups and dilation", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Conv", "y", []Value{x, weightOf(b, "w", 4, 3, 2, 2)}, Int("group", 2), Ints("dilations", 2, 3))
		}, "[batch,4,3,2]"},
		{"Conv same", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Conv", "y", []Value{x, weightOf(b, "w", 4, 6, 2, 2)}, String("auto_pad", "SAME_UPPER"), Ints("strides", 2, 2))
		}, "[batch,4,3,3]"},
		{"Conv kernel too large", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Conv", "y", []Value{x, weightOf(b, "w", 4, 6, 7, 7)})
		}, "!the kernel reaches over 7 elements"},
		{"Conv stride 0", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Conv", "y", []Value{x, weightOf(b, "w", 4, 6, 2, 2)}, Ints("strides", 0, 1))
		}, "!out of range"},
		{"ConvTranspose", Shape{n, c, Size(7), Size(7)}, 17, func(b *Builder, x Value) Value {
			return b.Node("ConvTranspose", "y", []Value{x, weightOf(b, "w", 6, 4, 3, 3)}, Ints("strides", 2, 2),
				Ints("pads", 1, 1, 1, 1), Ints("output_padding", 1, 1))
		}, "[batch,4,14,14]"},
		{"ConvTranspose output_shape", image, 17, func(b *Builder, x Value) Value {
			return b.Node("ConvTranspose", "y", []Value{x, weightOf(b, "w", 6, 4, 3, 3)}, Ints("output_shape", 9, 8))
		}, "[batch,4,9,8]"},
		{"MaxPool ceil", image, 17, func(b *Builder, x Value) Value {
			return b.Node("MaxPool", "y", []Value{x}, Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Int("ceil_mode", 1))
		}, "[batch,6,3,3]"},
		{"GlobalAveragePool", image, 17, func(b *Builder, x Value) Value {
			return b.Node("GlobalAveragePool", "y", []Value{x})
		}, "[batch,6,1,1]"},
		{"Flatten", image, 17, func(b *Builder, x Value) Value { return b.Node("Flatten", "y", []Value{x}) }, "[batch,150]"},
		{"Reshape rest is the batch", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Reshape", "y", []Value{x, ints(b, "s", -1, 150)})
		}, "[batch,150]"},
		{"Reshape rest beside a copy", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Reshape", "y", []Value{x, ints(b, "s", 0, 2, -1)})
		}, "[batch,2,75]"},
		{"Reshape mismatch", Shape{Size(2), Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Reshape", "y", []Value{x, ints(b, "s", 4, -1)})
		}, "!cannot become"},
		{"Reshape rest beside nothing", Shape{Size(0), Size(3)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Reshape", "y", []Value{x, ints(b, "s", 0, -1)})
		}, "![0,3] cannot become [0,?]"},
		{"Reshape two rests", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Reshape", "y", []Value{x, ints(b, "s", -1, -1)})
		}, "!two dimensions -1"},
		{"Reshape as PyTorch writes it", image, 17, func(b *Builder, x Value) Value {
			batch := b.Node("Gather", "n", []Value{b.Node("Shape", "shape", []Value{x}), b.Int64("zero", []int{}, []int64{0})})
			batch = b.Node("Unsqueeze", "n1", []Value{batch, ints(b, "axes", 0)})
			target := b.Node("Concat", "target", []Value{batch, ints(b, "rest", 3, 50)}, Int("axis", 0))
			return b.Node("Reshape", "y", []Value{x, target})
		}, "[batch,3,50]"},
		{"Reshape with sliced and multiplied sizes", Shape{Size(4), Size(6), h}, 17, func(b *Builder, x Value) Value {
			shape := b.Node("Shape", "shape", []Value{x})
			part := b.Node("Slice", "part", []Value{shape, ints(b, "from", -1), ints(b, "to", math.MaxInt64), ints(b, "on", 0)})
			part = b.Node("Mul", "mul", []Value{part, ints(b, "two", 2)})
			part = b.Node("Cast", "cast", []Value{part}, Int("to", int64(Int32)))
			part = b.Node("Cast", "back", []Value{part}, Int("to", int64(Int64)))
			return b.Node("Reshape", "y", []Value{x, b.Node("Concat", "s", []Value{ints(b, "rest", -1), part}, Int("axis", 0))})
		}, "[12,10]"},
		{"Transpose", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Transpose", "y", []Value{x}, Ints("perm", 0, 2, 3, 1))
		}, "[batch,5,5,6]"},
		{"Transpose not a permutation", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Transpose", "y", []Value{x}, Ints("perm", 0, 2, 2, 1))
		}, "!does not permute"},
		{"Squeeze", Shape{n, Size(1), h, Size(1)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Squeeze", "y", []Value{x, ints(b, "axes", 1, -1)})
		}, "[batch,5]"},
		{"Squeeze what is not 1", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Squeeze", "y", []Value{x, ints(b, "axes", 1)})
		}, "!is not 1"},
		{"Concat", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Concat", "y", []Value{x, x}, Int("axis", 1))
		}, "[batch,12,5,5]"},
		{"Concat mismatch", Shape{Size(2), c}, 17, func(b *Builder, x Value) Value {
			return b.Node("Concat", "y", []Value{x, weightOf(b, "w", 3, 6)}, Int("axis", 1))
		}, "!does not fit"},
		{"Split", image, 13, func(b *Builder, x Value) Value { return b.NodeN(3, "Split", "y", []Value{x}, Int("axis", 1))[2] },
			"[batch,2,5,5]"},
		{"Split in uneven parts", image, 18, func(b *Builder, x Value) Value {
			return b.NodeN(4, "Split", "y", []Value{x}, Int("axis", 2), Int("num_outputs", 4))[3]
		}, "!part 3 has -1 elements"},
		{"Split without a number", image, 18, func(b *Builder, x Value) Value {
			return b.NodeN(2, "Split", "y", []Value{x}, Int("axis", 1))[0]
		}, "!num_outputs"},
		{"Slice backwards", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Slice", "y", []Value{x, ints(b, "from", -1), ints(b, "to", math.MinInt64), ints(b, "on", 3), ints(b, "by", -2)})
		}, "[batch,6,5,3]"},
		{"Gather out of range", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Gather", "y", []Value{x, ints(b, "i", 6)}, Int("axis", 1))
		}, "!index 6 is outside"},
		{"Gather out of range of a list with a name", image, 17, func(b *Builder, x Value) Value {
			batch := b.Node("Gather", "n", []Value{b.Node("Shape", "s", []Value{x}), ints(b, "zero", 0)})
			list := b.Node("Reshape", "list", []Value{ints(b, "sizes", 5, 6), batch})
			return b.Node("Expand", "y", []Value{x, b.Node("Gather", "size", []Value{list, ints(b, "i", -5)})})
		}, "!index -5 is outside the 2 elements"},
		{"Reshape of a list to a name and another length", image, 17, func(b *Builder, x Value) Value {
			batch := b.Node("Gather", "n", []Value{b.Node("Shape", "s", []Value{x}), ints(b, "zero", 0)})
			list := b.Node("Reshape", "list", []Value{ints(b, "sizes", 5, 6), batch})
			return b.Node("Reshape", "y", []Value{list, ints(b, "three", 3)})
		}, "![2] cannot become [3]"},
		{"Pad", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Pad", "y", []Value{x, ints(b, "pads", 0, 0, 1, 2, 0, 0, 3, -1)})
		}, "[batch,6,9,6]"},
		{"Resize by scales", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Resize", "y", []Value{x, {}, b.Float32("scales", []int{4}, []float32{1, 1, 2, 1.5})})
		}, "[batch,6,10,7]"},
		{"Resize by sizes, not larger", image, 18, func(b *Builder, x Value) Value {
			return b.Node("Resize", "y", []Value{x, {}, {}, ints(b, "sizes", 8, 11)}, Ints("axes", 2, 3), String("keep_aspect_ratio_policy", "not_larger"))
		}, "[batch,6,8,8]"},
		{"Resize the batch, not larger", image, 18, func(b *Builder, x Value) Value {
			return b.Node("Resize", "y", []Value{x, {}, {}, ints(b, "sizes", 8, 11)}, Ints("axes", 0, 3), String("keep_aspect_ratio_policy", "not_larger"))
		}, "[?,6,5,?]"},
		{"Pad with several numbers", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Pad", "y", []Value{x, ints(b, "pads", 0, 0, 1, 2, 0, 0, 3, -1), weightOf(b, "constant", 2)})
		}, "!input 2 has the shape [2]"},
		{"Clip between several numbers", image, 17, func(b *Builder, x Value) Value {
			return b.Node("Clip", "y", []Value{x, {}, weightOf(b, "high", 5)})
		}, "!input 2 has the shape [5]"},
		{"DepthToSpace", Shape{n, Size(8), h, h}, 17, func(b *Builder, x Value) Value {
			return b.Node("DepthToSpace", "y", []Value{x}, Int("blocksize", 2))
		}, "[batch,2,10,10]"},
		{"Expand", Shape{n, Size(1)}, 17, func(b *Builder, x Value) Value {
			return b.Node("Expand", "y", []Value{x, ints(b, "s", 3, 1, 4)})
		}, "[3,batch,4]"},
		{"ReduceMean by attribute", image, 17, func(b *Builder, x Value) Value {
			return b.Node("ReduceMean", "y", []Value{x}, Ints("axes", 2, 3), Int("keepdims", 0))
		}, "[batch,6]"},
		{"ReduceMean by input", image, 18, func(b *Builder, x Value) Value {
			return b.Node("ReduceMean", "y", []Value{x, ints(b, "axes", -1)})
		}, "[batch,6,5,1]"},
		{"ReduceMean by attribute, too late", image, 18, func(b *Builder, x Value) Value {
			return b.Node("ReduceMean", "y", []Value{x}, Ints("axes", 2, 3))
		}, `!attribute "axes" is unknown to the operator at this operator set`},
		{"ConstantOfShape", image, 17, func(b *Builder, x Value) Value {
			return b.Node("ConstantOfShape", "y", []Value{b.Node("Shape", "s", []Value{x}, Int("end", 2))})
		}, "[batch,6]"},
		{"BatchNormalization", image, 17, func(b *Builder, x Value) Value {
			w := weightOf(b, "w", 6)
			return b.Node("BatchNormalization", "y", []Value{x, w, w, w, w})
		}, "[batch,6,5,5]"},
		{"BatchNormalization of other channels", image, 17, func(b *Builder, x Value) Value {
			w := weightOf(b, "w", 5)
			return b.Node("BatchNormalization", "y", []Value{x, w, w, w, w})
		}, "!the channels are 6"},
		{"DequantizeLinear", image, 17, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Int8, Shape: []int64{4, 6, 1, 1}, Data: make([]byte, 24)})
			w = b.Node("DequantizeLinear", "w32", []Value{w, weightOf(b, "scale", 4)}, Int("axis", 0))
			return b.Node("Conv", "y", []Value{x, w})
		}, "[batch,4,5,5]"},
		{"DequantizeLinear of other channels", image, 17, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Int8, Shape: []int64{4, 6, 1, 1}, Data: make([]byte, 24)})
			w = b.Node("DequantizeLinear", "w32", []Value{w, weightOf(b, "scale", 4)}, Int("axis", 1))
			return b.Node("Conv", "y", []Value{x, w})
		}, "!the scale has the shape [4]"},
		{"DequantizeLinear by blocks", image, 21, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Int8, Shape: []int64{5, 3}, Data: make([]byte, 15)})
			return b.Node("DequantizeLinear", "y", []Value{w, weightOf(b, "scale", 3, 3)}, Int("axis", 0), Int("block_size", 2))
		}, "[5,3]"},
		{"DequantizeLinear by other blocks", image, 21, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Int8, Shape: []int64{5, 3}, Data: make([]byte, 15)})
			return b.Node("DequantizeLinear", "y", []Value{w, weightOf(b, "scale", 2, 3)}, Int("axis", 0), Int("block_size", 2))
		}, "!axis 0 of [5,3] takes [3,3]"},
		{"float16 weight", Shape{n, Size(3)}, 17, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Float16, Shape: []int64{3, 4}, Data: make([]byte, 24)})
			return b.Node("Gemm", "y", []Value{x, b.Node("Cast", "w32", []Value{w}, Int("to", int64(Float32)))})
		}, "[batch,4]"},
		{"float16 weight without a cast", Shape{n, Size(3)}, 17, func(b *Builder, x Value) Value {
			w := b.Tensor(&Tensor{Name: "w", Type: Float16, Shape: []int64{3, 4}, Data: make([]byte, 24)})
			return b.Node("Gemm", "y", []Value{x, w})
		}, `!input B ("w") is float16, but A is float32`},
		{"a type of later operator sets", Shape{n}, 13, func(b *Builder, x Value) Value {
			return b.Node("Relu", "y", []Value{b.Node("Cast", "i", []Value{x}, Int("to", int64(Int32)))})
		}, "!is int32, which the operator does not take"},
		{"absurd result", Shape{n}, 17, func(b *Builder, x Value) Value {
			return b.Node("Expand", "y", []Value{x, ints(b, "s", 1<<30, 1<<30, 1)})
		}, "!more elements than 2^53"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := NewBuilder("test")
			b.Output("y", test.build(b, b.Input("x", Float32, test.input...)))
			m, err := b.Model(ModelOptions{Opset: test.opset})
			if want, fails := strings.CutPrefix(test.want, "!"); fails {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("got %v, want %q in it", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Graph.Outputs[0].Shape.String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestInferMergesDeclarations(t *testing.T) {
	b := NewBuilder("test")
	x := b.Input("x", Float32, Named("batch"), Named("n"))
	b.Output("y", b.Node("Relu", "relu", []Value{x}), Named("batch"), Size(4))
	m, err := b.Model(ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	values, err := Infer(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(values["y"].Type, values["y"].Shape); got != "float32 [batch,4]" {
		t.Errorf("got %s", got)
	}
}

// Every row of the table parses: names and types that exist, operator sets in
// order.
func TestOperatorTable(t *testing.T) {
	kinds := "T U int64 float32 bool -"
	attributeKinds := "int ints float floats string strings tensor sparse"
	for op, rows := range operators {
		for i, row := range rows {
			if i > 0 && row.since <= rows[i-1].since || row.since > NewestOpset {
				t.Errorf("%s: operator set %d is out of order", op, row.since)
			}
			for _, p := range append(params(row.in), params(row.out)...) {
				if p.name == "" || !strings.Contains(kinds, p.kind) || p.kind == "T" && row.T == 0 || p.kind == "U" && row.U == 0 {
					t.Errorf("%s: bad parameter %+v", op, p)
				}
			}
			for _, a := range attributeSpecs(row.attributes) {
				if a.name == "" || a.kind == "" || !strings.Contains(attributeKinds, a.kind) {
					t.Errorf("%s: bad attribute %+v", op, a)
				}
			}
			if row.infer == nil {
				t.Errorf("%s: no infer function", op)
			}
		}
	}
}
