package goengine_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"govae/engine"
	"govae/engine/internal/goengine"
	"govae/onnx"
)

// The cases below are compared with ONNX Runtime, each for a batch of 3.

type operatorCase struct {
	name  string
	shape []int // of x, without the batch
	build func(g *graph, x onnx.Value) onnx.Value
}

var (
	i    = onnx.Int
	is   = onnx.Ints
	f    = onnx.Float
	text = onnx.String
)

func check(t *testing.T, opsets []int64, cases []operatorCase) {
	for _, tt := range cases {
		for _, opset := range opsets {
			t.Run(fmt.Sprintf("%s/opset=%d", tt.name, opset), func(t *testing.T) {
				x := normal(1, append([]int{3}, tt.shape...)...)
				agree(t, file(t, opset, x, func(g *graph, x onnx.Value) []onnx.Value { return []onnx.Value{tt.build(g, x)} }), x)
			})
		}
	}
}

var allOpsets = []int64{13, 17, 22}

// conv is a case for Conv or ConvTranspose with weights of the given shape.
func conv(name, op string, x, w []int, bias bool, attributes ...any) operatorCase {
	return operatorCase{name, x, func(g *graph, v onnx.Value) onnx.Value {
		operands := []any{g.weight(w...)}
		if bias {
			channels := w[0]
			if op == "ConvTranspose" {
				channels = w[1]
				for _, a := range attributes {
					if a := a.(onnx.Attribute); a.Name == "group" {
						channels *= int(a.Value.(int64))
					}
				}
			}
			operands = append(operands, g.weight(channels))
		}
		return g.node(op, v, append(operands, attributes...)...)
	}}
}

func TestConvolutions(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		conv("same", "Conv", []int{3, 9, 8}, []int{5, 3, 3, 3}, true, is("pads", 1, 1, 1, 1)),
		conv("stride 2", "Conv", []int{3, 9, 8}, []int{40, 3, 3, 3}, true, is("pads", 1, 1, 1, 1), is("strides", 2, 2)),
		conv("no bias", "Conv", []int{3, 9, 8}, []int{5, 3, 2, 4}, false),
		conv("asymmetric pads", "Conv", []int{3, 9, 8}, []int{5, 3, 3, 3}, true, is("pads", 0, 2, 1, 0)),
		conv("uneven strides", "Conv", []int{3, 9, 8}, []int{5, 3, 3, 3}, true, is("strides", 2, 1), is("pads", 1, 1, 1, 1)),
		conv("dilations", "Conv", []int{3, 9, 8}, []int{5, 3, 3, 2}, true, is("dilations", 2, 3), is("pads", 1, 1, 1, 1)),
		conv("groups", "Conv", []int{4, 9, 8}, []int{6, 2, 3, 3}, true, i("group", 2)),
		conv("depthwise", "Conv", []int{4, 9, 8}, []int{4, 1, 3, 3}, true, i("group", 4), is("pads", 1, 1, 1, 1)),
		conv("same upper", "Conv", []int{2, 7, 8}, []int{3, 2, 3, 4}, true, text("auto_pad", "SAME_UPPER"), is("strides", 2, 2)),
		conv("same lower", "Conv", []int{2, 7, 8}, []int{3, 2, 3, 4}, true, text("auto_pad", "SAME_LOWER"), is("strides", 2, 3)),
		conv("valid", "Conv", []int{2, 7, 8}, []int{3, 2, 3, 4}, true, text("auto_pad", "VALID")),
		conv("1-D", "Conv", []int{3, 11}, []int{5, 3, 4}, true, is("pads", 1, 2), is("strides", 2), is("dilations", 2)),
		conv("1-D plain", "Conv", []int{3, 11}, []int{5, 3, 4}, true, is("strides", 3)),
		conv("1x1", "Conv", []int{3, 4, 5}, []int{7, 3, 1, 1}, true),
		conv("large patches", "Conv", []int{16, 40, 40}, []int{4, 8, 5, 5}, true, i("group", 2)),

		conv("reference", "ConvTranspose", []int{6, 5, 4}, []int{6, 5, 3, 3}, true, is("strides", 2, 2), is("pads", 1, 1, 1, 1), is("output_padding", 1, 1)),
		conv("transposed", "ConvTranspose", []int{6, 5, 4}, []int{6, 5, 3, 3}, true),
		conv("transposed, few channels", "ConvTranspose", []int{32, 14, 14}, []int{32, 1, 3, 3}, true, is("pads", 1, 1, 1, 1)),
		conv("transposed, asymmetric pads", "ConvTranspose", []int{6, 5, 4}, []int{6, 5, 3, 3}, true, is("strides", 2, 2), is("pads", 0, 1, 2, 1)),
		conv("transposed, uneven strides", "ConvTranspose", []int{6, 5, 4}, []int{6, 5, 3, 2}, false, is("strides", 3, 2)),
		conv("transposed, dilations", "ConvTranspose", []int{6, 5, 4}, []int{6, 5, 3, 2}, true, is("strides", 2, 2), is("dilations", 2, 3)),
		conv("transposed, groups", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 3, 3}, true, i("group", 3), is("pads", 1, 1, 1, 1)),
		conv("transposed, output shape", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 3, 3}, true, is("strides", 2, 2), is("output_shape", 10, 8)),
		conv("transposed, output shape, same upper", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 3, 3}, true, is("strides", 2, 2), is("output_shape", 10, 8), text("auto_pad", "SAME_UPPER")),
		conv("transposed, output shape, larger", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 2, 2}, true, is("strides", 2, 2), is("output_shape", 11, 9), is("output_padding", 1, 1)),
		conv("transposed, same upper", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 3, 3}, true, is("strides", 2, 2), text("auto_pad", "SAME_UPPER")),
		conv("transposed, same lower", "ConvTranspose", []int{6, 5, 4}, []int{6, 2, 4, 3}, true, is("strides", 2, 2), text("auto_pad", "SAME_LOWER")),
		conv("transposed, 1-D", "ConvTranspose", []int{6, 5}, []int{6, 2, 4}, true, is("strides", 3), is("pads", 1, 0), is("output_padding", 1)),
	})
}

func TestMatrices(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		{"Gemm", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Gemm", x, g.weight(5, 40), g.weight(40)) }},
		{"Gemm, transposed", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Gemm", x, g.weight(7, 5), g.weight(1, 7), i("transB", 1), f("alpha", 0.5), f("beta", 2))
		}},
		{"Gemm, bias a row", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Gemm", x, g.weight(5, 7), g.scalar(3)) }},
		{"Gemm of data", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Gemm", x, x, g.weight(5, 5), i("transA", 1), f("alpha", 0.5))
		}},
		{"Gemm of data, transposed", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Gemm", x, x, i("transB", 1)) }},
		{"Gemm, relu", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Relu", g.node("Gemm", x, g.weight(5, 7), g.weight(7)))
		}},
		{"MatMul", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("MatMul", x, g.weight(5, 7)) }},
		{"MatMul, bias, relu", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Relu", g.node("Add", g.weight(7), g.node("MatMul", x, g.weight(5, 7))))
		}},
		{"MatMul, 3-D", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", g.node("MatMul", x, g.weight(5, 7)), g.weight(1, 4, 1))
		}},
		{"MatMul, batched", []int{2, 4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("MatMul", x, g.node("Transpose", x, is("perm", 0, 1, 3, 2)))
		}},
		{"MatMul, broadcast", []int{1, 4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("MatMul", x, g.weight(6, 5, 2)) }},
		{"MatMul, vector behind", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("MatMul", x, g.weight(5)) }},
		{"MatMul, vector in front", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("MatMul", g.weight(4), x) }},
		{"MatMul of nothing", []int{0}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", g.node("MatMul", x, g.weight(0, 4)), g.weight(4))
		}},
		{"Gemm of nothing", []int{0}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Gemm", x, g.weight(0, 4), g.weight(4)) }},
		{"Gemm of nothing from data", []int{0}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Gemm", x, x, i("transB", 1)) }},
		{"Gemm of nothing of data", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			none := g.node("Slice", x, g.list(3), g.list(3), g.list(0))
			return g.node("Gemm", none, none, i("transA", 1))
		}},
		{"MatMul, weights in front", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("MatMul", g.weight(7, 4), x) }},
	})
}

func TestElements(t *testing.T) {
	unary := func(op string, attributes ...any) operatorCase {
		return operatorCase{op, []int{2, 5, 7}, func(g *graph, x onnx.Value) onnx.Value { return g.node(op, x, attributes...) }}
	}
	binary := func(op string, shape ...int) operatorCase {
		return operatorCase{fmt.Sprint(op, shape), []int{2, 5, 7}, func(g *graph, x onnx.Value) onnx.Value { return g.node(op, x, g.weight(shape...)) }}
	}
	check(t, allOpsets, []operatorCase{
		unary("Relu"), unary("LeakyRelu"), unary("LeakyRelu", f("alpha", 0.3)), unary("Elu"), unary("Elu", f("alpha", 2)),
		unary("Sigmoid"), unary("Tanh"), unary("Softplus"), unary("Exp"), unary("Neg"), unary("Abs"), unary("Identity"),
		unary("Softmax"), unary("Softmax", i("axis", 1)),
		{"Sqrt, Log", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Log", g.node("Sqrt", g.node("Exp", x))) }},
		{"Clip", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Clip", x, g.scalar(-0.5), g.scalar(0.25)) }},
		{"Clip above", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Clip", x, nil, g.scalar(0.25)) }},
		binary("Add", 2, 5, 7), binary("Add", 7), binary("Sub", 5, 1), binary("Mul", 2, 1, 7), binary("Div", 1, 1, 1, 1), binary("Mul", 4, 1, 1, 1, 1),
		{"reversed", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Sub", g.scalar(1), g.node("Div", g.weight(5), x))
		}},
		{"twice the same", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Mul", x, x) }},
		{"Pow", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Pow", g.node("Pow", x, g.scalar(2)), g.scalar(1.5))
		}},
		{"Pow of an integer", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Pow", x, g.list(3)) }},
		{"comparisons", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { // sums of different shares tell them apart
			y := x
			for k, op := range []string{"Less", "LessOrEqual", "Greater", "GreaterOrEqual"} {
				share := g.node("Cast", g.node(op, x, g.weight(5)), i("to", 1))
				equal := g.node("Cast", g.node(op, x, x), i("to", 1))
				y = g.node("Add", y, g.node("Mul", g.node("Sub", share, equal), g.scalar(float32(int(1)<<k))))
			}
			return y
		}},
		{"comparison of integers", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			whole := g.node("Cast", g.node("Mul", x, g.scalar(2)), i("to", 7))
			return g.node("Cast", g.node("Less", g.node("Abs", whole), g.list(2)), i("to", 1))
		}},
		{"with its own transpose", []int{3, 3}, func(g *graph, x onnx.Value) onnx.Value {
			y := g.node("Neg", x)
			return g.node("Sub", y, g.node("Transpose", y, is("perm", 0, 2, 1)))
		}},
		{"BatchNormalization", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("BatchNormalization", x, g.weight(4), g.weight(4), g.weight(4), g.positive(4), f("epsilon", 0.01))
		}},
		{"BatchNormalization of a matrix", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("BatchNormalization", x, g.weight(4), g.weight(4), g.weight(4), g.positive(4))
		}},
		{"convolution, normalization, relu", []int{3, 6, 6}, func(g *graph, x onnx.Value) onnx.Value {
			y := g.node("Conv", x, g.weight(4, 3, 3, 3), g.weight(4))
			return g.node("Relu", g.node("BatchNormalization", y, g.weight(4), g.weight(4), g.weight(4), g.positive(4)))
		}},
		{"groups, normalization", []int{4, 6, 6}, func(g *graph, x onnx.Value) onnx.Value {
			y := g.node("ConvTranspose", x, g.weight(4, 3, 3, 3), i("group", 2))
			return g.node("BatchNormalization", y, g.weight(6), g.weight(6), g.weight(6), g.positive(6))
		}},
	})
}

func TestPools(t *testing.T) {
	pool := func(op string, shape []int, attributes ...any) operatorCase {
		return operatorCase{fmt.Sprint(op, shape, attributes), shape, func(g *graph, x onnx.Value) onnx.Value { return g.node(op, x, attributes...) }}
	}
	image := []int{3, 9, 8}
	check(t, allOpsets, []operatorCase{
		pool("MaxPool", image, is("kernel_shape", 2, 2), is("strides", 2, 2)),
		pool("MaxPool", image, is("kernel_shape", 3, 2), is("pads", 1, 0, 1, 1)),
		pool("MaxPool", image, is("kernel_shape", 3, 3), is("strides", 2, 2), i("ceil_mode", 1)),
		pool("MaxPool", image, is("kernel_shape", 2, 2), is("dilations", 2, 3)),
		pool("MaxPool", image, is("kernel_shape", 3, 3), is("strides", 2, 2), text("auto_pad", "SAME_UPPER")),
		pool("MaxPool", image, is("kernel_shape", 3, 3), is("strides", 2, 2), text("auto_pad", "SAME_LOWER")),
		pool("MaxPool", image, is("kernel_shape", 30, 7), is("strides", 2, 3), text("auto_pad", "SAME_UPPER")),
		pool("MaxPool", image, is("kernel_shape", 7, 5), is("dilations", 2, 3), is("pads", 6, 4, 4, 3)),
		pool("MaxPool", []int{3, 9}, is("kernel_shape", 3), is("strides", 2)),
		pool("AveragePool", image, is("kernel_shape", 2, 2), is("strides", 2, 2)),
		pool("AveragePool", image, is("kernel_shape", 3, 2), is("pads", 1, 0, 1, 1)),
		pool("AveragePool", image, is("kernel_shape", 3, 2), is("pads", 1, 0, 1, 1), i("count_include_pad", 1)),
		pool("AveragePool", image, is("kernel_shape", 3, 3), is("strides", 2, 2), i("ceil_mode", 1)),
		pool("AveragePool", image, is("kernel_shape", 3, 3), is("strides", 2, 2), is("pads", 1, 1, 1, 1), i("ceil_mode", 1), i("count_include_pad", 1)),
		pool("AveragePool", []int{3, 9}, is("kernel_shape", 3), is("strides", 2), text("auto_pad", "SAME_UPPER")),
		pool("GlobalAveragePool", image), pool("GlobalAveragePool", []int{3, 9}),
		{"GlobalAveragePool of a convolution", image, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("GlobalAveragePool", g.node("Conv", x, g.weight(4, 3, 3, 3)))
		}},
	})
}

func TestMaxPoolPlaces(t *testing.T) {
	for _, order := range []int64{0, 1} {
		x := normal(1, 3, 2, 5, 6)
		agree(t, file(t, 17, x, func(g *graph, x onnx.Value) []onnx.Value {
			y := g.NodeN(2, "MaxPool", "pool", []onnx.Value{x}, is("kernel_shape", 2, 2), is("strides", 2, 2), i("storage_order", order))
			return []onnx.Value{y[0], g.node("Cast", y[1], i("to", 1))}
		}), x)
	}
}

func TestShapes(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		{"Reshape", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Reshape", x, g.list(0, -1, 2, 2)) }},
		{"Flatten", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Flatten", x, i("axis", -1)) }},
		{"Transpose", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Transpose", x) }},
		{"Transpose twice", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Relu", g.node("Transpose", g.node("Transpose", x, is("perm", 1, 2, 0)), is("perm", 2, 1, 0)))
		}},
		{"Squeeze, Unsqueeze", []int{4, 1, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Unsqueeze", g.node("Squeeze", x, g.list(2)), g.list(0, -1))
		}},
		{"Expand", []int{1, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Expand", x, g.list(2, 1, 4, 1)) }},
		{"shape arithmetic", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value { // as exporters write it
			n := g.node("Gather", g.node("Shape", x), g.Int64("zero", nil, []int64{0}))
			rest := g.node("Mul", g.node("Gather", g.node("Shape", x), g.Int64("one", nil, []int64{1})), g.Int64("six", nil, []int64{6}))
			shape := g.node("Concat", g.node("Unsqueeze", n, g.list(0)), g.node("Unsqueeze", rest, g.list(0)), i("axis", 0))
			return g.node("Reshape", x, shape)
		}},
		{"DepthToSpace", []int{8, 2, 3}, func(g *graph, x onnx.Value) onnx.Value { return g.node("DepthToSpace", x, i("blocksize", 2)) }},
		{"DepthToSpace, columns first", []int{8, 2, 3}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("DepthToSpace", x, i("blocksize", 2), text("mode", "CRD"))
		}},
		{"Concat", []int{3, 4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			y := g.node("Conv", x, g.weight(2, 3, 1, 1))
			return g.node("Concat", y, x, g.node("Neg", x), i("axis", 1))
		}},
		{"Slice", []int{8, 9}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Slice", x, g.list(1, -1), g.list(-1, -100), g.list(1, 2), g.list(2, -3))
		}},
		{"Slice, plain", []int{8, 9}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Slice", x, g.list(1, 2), g.list(2, 1<<62)) }},
		{"Gather", []int{8, 9}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Gather", x, g.Int64("which", []int{2, 2}, []int64{0, -1, 3, 3}), i("axis", 2))
		}},
		{"Pad", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Pad", x, g.list(0, 1, 2, 1, 0, -1), g.scalar(0.5))
		}},
		{"Pad, reflect", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Pad", x, g.list(0, 1, 2, 0, 3, 1), text("mode", "reflect"))
		}},
		{"Pad, edge", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Pad", x, g.list(0, 1, 7, 0, 3, 1), text("mode", "edge"))
		}},
		{"Cast", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Cast", g.node("Cast", g.node("Mul", x, g.scalar(10)), i("to", 7)), i("to", 1))
		}},
		{"Cast to bool", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Cast", g.node("Cast", g.node("Relu", x), i("to", 9)), i("to", 1))
		}},
		{"ConstantOfShape", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", x, g.node("ConstantOfShape", g.node("Shape", x), onnx.TensorValue("value", onnx.Float32Tensor("", []int64{1}, []float32{2}))))
		}},
		{"Constant", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			c := g.Node("Constant", "constant", nil, onnx.Floats("value_floats", 1, 2, 3, 4, 5))
			return g.node("Add", x, c)
		}},
	})
	check(t, []int64{18, 22}, []operatorCase{
		{"ReduceMean", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("ReduceMean", x, g.list(1, -1)) }},
		{"ReduceMean, all", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", x, g.node("ReduceMean", x, i("keepdims", 0)))
		}},
		{"Resize, not larger", []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Resize", x, nil, nil, g.list(7, 9), is("axes", 2, 3), text("keep_aspect_ratio_policy", "not_larger"))
		}},
		{"Resize, not smaller", []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Resize", x, nil, nil, g.list(7, 9), is("axes", 2, 3), text("keep_aspect_ratio_policy", "not_smaller"), text("mode", "linear"))
		}},
		{"Pad, axes", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Pad", x, g.list(1, 2), nil, g.list(-1))
		}},
	})
	check(t, []int64{13, 17}, []operatorCase{
		{"ReduceMean", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("ReduceMean", g.node("Conv", x, g.weight(3, 4, 1, 1)), is("axes", 2, 3), i("keepdims", 0))
		}},
		{"ReduceSum", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("ReduceSum", x, g.list(2)) }},
	})
}

func TestSplit(t *testing.T) {
	x := normal(1, 3, 7, 4)
	agree(t, file(t, 17, x, func(g *graph, x onnx.Value) []onnx.Value {
		return g.NodeN(3, "Split", "split", []onnx.Value{x, g.list(2, 1, 4)}, i("axis", 1))
	}), x)
	agree(t, file(t, 18, x, func(g *graph, x onnx.Value) []onnx.Value {
		return g.NodeN(3, "Split", "split", []onnx.Value{x}, i("axis", 1), i("num_outputs", 3))
	}), x)
	agree(t, file(t, 17, x, func(g *graph, x onnx.Value) []onnx.Value {
		return g.NodeN(2, "Split", "split", []onnx.Value{g.node("Conv", x, g.weight(6, 7, 1))}, i("axis", 1))
	}), x)
}

func TestResize(t *testing.T) {
	var cases []operatorCase
	for _, mode := range []string{"nearest", "linear", "cubic"} {
		for _, transform := range []string{"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"} {
			for _, size := range [][2]int64{{8, 12}, {3, 5}, {1, 7}} {
				cases = append(cases, operatorCase{fmt.Sprint(mode, transform, size), []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
					sizes := g.node("Concat", g.node("Slice", g.node("Shape", x), g.list(0), g.list(2)), g.list(size[0], size[1]), i("axis", 0))
					return g.node("Resize", x, nil, nil, sizes, text("mode", mode), text("coordinate_transformation_mode", transform))
				}})
			}
		}
		cases = append(cases, operatorCase{mode + " scales", []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Resize", g.node("Conv", x, g.weight(5, 3, 1, 1)), nil, g.floats(1, 1, 2, 2), text("mode", mode), text("coordinate_transformation_mode", "asymmetric"), text("nearest_mode", "floor"))
		}})
	}
	for _, outside := range []int64{0, 1} {
		cases = append(cases, operatorCase{fmt.Sprint("cubic, exclude_outside ", outside), []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Resize", x, nil, g.floats(1, 1, 0.6, 1.7), text("mode", "cubic"), i("exclude_outside", outside), onnx.Float("cubic_coeff_a", -0.5))
		}})
	}
	for _, nearest := range []string{"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"} {
		cases = append(cases, operatorCase{nearest, []int{3, 4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Resize", x, nil, g.floats(1, 1, 0.6, 1.7), text("nearest_mode", nearest))
		}})
	}
	check(t, allOpsets, cases)
}

// TestResizeRegions has regions whose places are no numbers, which would be no index. They have no meaning but in
// tf_crop_and_resize.
func TestResizeRegions(t *testing.T) {
	nan, most := float32(math.NaN()), float32(math.MaxFloat32)
	for _, region := range [][]float32{{0, nan, 1, 1}, {0, 0, 1, nan}, {0, most, 1, -most}} {
		for mode, want := range map[string]string{"tf_crop_and_resize": "is out of range", "half_pixel": ""} {
			m, err := onnx.Unmarshal(file(t, 17, normal(1, 3, 4), func(g *graph, x onnx.Value) []onnx.Value {
				return []onnx.Value{g.node("Resize", x, g.floats(region...), g.floats(1, 2), text("mode", "linear"), text("coordinate_transformation_mode", mode))}
			}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := goengine.Load(m, 3); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("the region %v, %s: error %v", region, mode, err)
			}
		}
	}
}

func TestQuantizedWeights(t *testing.T) {
	dequantized := func(g *graph, t *onnx.Tensor, scale, zero onnx.Value, attributes ...any) onnx.Value {
		t.Name = "quantized"
		return g.node("DequantizeLinear", g.Tensor(t), append([]any{scale, zero}, attributes...)...)
	}
	bytes := func(t onnx.DataType, shape ...int64) *onnx.Tensor {
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		q := &onnx.Tensor{Type: t, Shape: shape, Data: make([]byte, n)}
		for i := range q.Data {
			q.Data[i] = byte(i * 37)
		}
		return q
	}
	check(t, allOpsets, []operatorCase{
		{"int8 by channel", []int{3, 5, 5}, func(g *graph, x onnx.Value) onnx.Value {
			zero := bytes(onnx.Int8, 4)
			zero.Name = "zero"
			return g.node("Conv", x, dequantized(g, bytes(onnx.Int8, 4, 3, 3, 3), g.positive(4), g.Tensor(zero), i("axis", 0)))
		}},
		{"uint8", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			zero := &onnx.Tensor{Name: "zero", Type: onnx.Uint8, Shape: []int64{}, Data: []byte{128}}
			// Not as the operand of a product, which ONNX Runtime would compute in 8 bits.
			return g.node("Mul", x, dequantized(g, bytes(onnx.Uint8, 4, 6), g.scalar(0.1), g.Tensor(zero)))
		}},
		{"float16", []int{6}, func(g *graph, x onnx.Value) onnx.Value {
			h := bytes(onnx.Float16, 6, 4)
			h.Name = "half"
			for i := range 24 {
				h.Data = append(h.Data[:2*i], byte(i*11), 0x38+byte(i%8))
			}
			return g.node("MatMul", x, g.node("Cast", g.Tensor(h), i("to", 1)))
		}},
	})
}

// TestChannelsLast has the pairs of transposes that exporters put around each
// convolution of a network whose images have their channels last.
func TestChannelsLast(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		{"convolutions", []int{8, 8, 3}, func(g *graph, x onnx.Value) onnx.Value {
			for range 2 {
				x = g.node("Transpose", x, is("perm", 0, 3, 1, 2))
				x = g.node("Conv", x, g.weight(3, 3, 3, 3), is("pads", 1, 1, 1, 1))
				x = g.node("Transpose", x, is("perm", 0, 2, 3, 1))
				x = g.node("Relu", g.node("Add", x, g.weight(3)))
			}
			return x
		}},
		{"dense layers around", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Relu", g.node("Gemm", x, g.weight(24, 4), g.weight(24), i("transB", 1)))
			x = g.node("Reshape", x, g.list(0, 6, 2, 2))
			x = g.node("Relu", g.node("ConvTranspose", x, g.weight(6, 5, 2, 2), g.weight(5)))
			x = g.node("Flatten", x)
			return g.node("Gemm", x, g.weight(45, 3), g.weight(3))
		}},
		{"a dense layer with all dimensions permuted on both sides", []int{2, 2, 2, 2, 2, 2, 2}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Flatten", g.node("Transpose", x, is("perm", 0, 7, 3, 5, 1, 6, 2, 4)))
			x = g.node("Reshape", g.node("Gemm", x, g.weight(128, 128)), g.list(0, 2, 2, 2, 2, 2, 2, 2))
			return g.node("Softmax", x, i("axis", 3))
		}},
		{"a reshape with two readers", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Gemm", x, g.weight(4, 24), g.weight(24))
			x = g.node("Reshape", x, g.list(0, 6, 2, 2))
			y := g.node("Conv", x, g.weight(6, 6, 1, 1))
			return g.node("Add", y, x)
		}},
		{"a reshape with two other readers", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Gemm", x, g.weight(4, 24), g.weight(24))
			y := g.node("Conv", g.node("Reshape", x, g.list(0, 6, 2, 2)), g.weight(6, 6, 1, 1))
			return g.node("Add", g.node("Reshape", y, g.list(0, 24)), x)
		}},
		{"skips", []int{3, 8, 8}, func(g *graph, x onnx.Value) onnx.Value {
			y := g.node("Relu", g.node("Conv", x, g.weight(4, 3, 3, 3), is("pads", 1, 1, 1, 1)))
			z := g.node("Conv", y, g.weight(4, 4, 3, 3), g.weight(4), is("pads", 1, 1, 1, 1))
			return g.node("Relu", g.node("Add", z, y))
		}},
	})
}

// TestBatches runs one model at several batch sizes in turn.
func TestBatches(t *testing.T) {
	data := file(t, 17, engine.Tensor{Shape: []int{1, 3, 6, 6}}, func(g *graph, x onnx.Value) []onnx.Value {
		x = g.node("Relu", g.node("Conv", x, g.weight(4, 3, 3, 3), g.weight(4)))
		return []onnx.Value{g.node("Gemm", g.node("Flatten", x), g.weight(64, 5), g.weight(5)), x}
	})
	for _, n := range []int{8, 1, 3, 64, 1} {
		agree(t, data, normal(n, n, 3, 6, 6))
	}
}
