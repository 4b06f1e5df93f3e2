package goengine_test

import (
	"fmt"
	"testing"

	"govae/onnx"
)

// unary is a case for an operator on images of two channels.
func unary(op string, attributes ...any) operatorCase {
	return operatorCase{fmt.Sprint(op, attributes), []int{2, 5, 7}, func(g *graph, x onnx.Value) onnx.Value {
		return g.node(op, x, attributes...)
	}}
}

// float is a node's result as numbers.
func float(g *graph, x onnx.Value) onnx.Value { return g.node("Cast", x, i("to", 1)) }

// truth is whether x is above a number.
func truth(g *graph, x onnx.Value, number float32) onnx.Value {
	return g.node("Greater", x, g.scalar(number))
}

func TestFunctions(t *testing.T) {
	var cases []operatorCase
	for _, op := range []string{
		"Ceil", "Floor", "Round", "Reciprocal", "Sign", "Erf", "Sin", "Cos", "Tan", "Atan", "Sinh", "Cosh", "Asinh",
		"Softsign", "Selu", "Celu", "ThresholdedRelu", "HardSigmoid", "Shrink",
	} {
		cases = append(cases, unary(op))
	}
	check(t, allOpsets, append(cases,
		unary("Selu", f("alpha", 2), f("gamma", 3)), unary("Celu", f("alpha", 2)), unary("ThresholdedRelu", f("alpha", 0.5)),
		unary("HardSigmoid", f("alpha", 0.4), f("beta", 0.3)), unary("Shrink", f("lambd", 0.3), f("bias", 0.1)),
		operatorCase{"inside [-1, 1]", []int{9}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Mul", g.node("Tanh", x), g.scalar(0.9))
			y := g.node("Add", g.node("Asin", x), g.node("Acos", g.node("Abs", x)))
			return g.node("Add", y, g.node("Add", g.node("Atanh", x), g.node("Acosh", g.node("Exp", g.node("Abs", x)))))
		}},
		operatorCase{"Round of halves", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", x, g.node("Round", g.floats(0.5, 1.5, -0.5, -2.5)))
		}},
		operatorCase{"GELU by Erf", []int{4, 9}, func(g *graph, x onnx.Value) onnx.Value {
			e := g.node("Erf", g.node("Div", x, g.scalar(1.41421356)))
			return g.node("Mul", g.node("Mul", x, g.node("Add", e, g.scalar(1))), g.scalar(0.5))
		}},
		operatorCase{"large numbers", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Erf", g.node("Mul", x, g.floats(1e20, 1e-20, 1e3, 0)))
		}},
	))
	check(t, []int64{18, 22}, []operatorCase{unary("HardSwish"), unary("Mish")})
	check(t, []int64{20, 22}, []operatorCase{unary("Gelu"), unary("Gelu", text("approximate", "tanh"))})
}

func TestPairs(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		{"Max", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Max", x, g.weight(5), g.weight(4, 1)) }},
		{"Min", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Min", x, g.weight(5), g.scalar(0.3)) }},
		{"Max of one", []int{4}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Max", x) }},
		{"Sum", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Sum", x, g.weight(5), x) }},
		{"Mean", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Mean", x, g.weight(5), g.weight(4, 1)) }},
		{"PRelu", []int{4, 5, 3}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("PRelu", g.node("Conv", x, g.weight(6, 4, 1, 1)), g.weight(6, 1, 1))
		}},
		{"Mod", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Mod", x, g.weight(5), i("fmod", 1)) }},
		{"Mod of integers", []int{3}, func(g *graph, x onnx.Value) onnx.Value {
			a, b := g.list(-7, 7, 7), g.list(3, -3, 4)
			return g.node("Add", x, float(g, g.node("Add", g.node("Mod", a, b), g.node("Mod", a, b, i("fmod", 1)))))
		}},
		{"Equal, Not, And, Or, Xor", []int{6}, func(g *graph, x onnx.Value) onnx.Value {
			whole := g.node("Cast", g.node("Mul", x, g.scalar(2)), i("to", 7))
			a, b := g.node("Equal", whole, g.list(0)), truth(g, x, 0)
			y := float(g, g.node("And", a, g.node("Not", b)))
			y = g.node("Add", y, g.node("Mul", float(g, g.node("Or", a, b)), g.scalar(2)))
			y = g.node("Add", y, g.node("Mul", float(g, g.node("Xor", a, b)), g.scalar(4)))
			return g.node("Add", y, g.node("Mul", float(g, g.node("Equal", a, b)), g.scalar(8)))
		}},
		{"Where", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Where", truth(g, x, 0.2), g.weight(5), x)
		}},
		{"Where of a column", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			column := truth(g, g.node("Slice", x, g.list(0), g.list(1), g.list(2)), 0)
			return float(g, g.node("Where", column, g.list(1, 2, 3, 4, 5), g.list(9)))
		}},
	})
}

func TestReductions(t *testing.T) {
	for _, op := range []string{"Max", "Min", "Mean", "Sum", "Prod", "L1", "L2", "SumSquare", "LogSumExp"} {
		op = "Reduce" + op
		check(t, []int64{18, 22}, []operatorCase{
			{op, []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node(op, x, g.list(1, -1)) }},
			{op + ", all", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node(op, x, i("keepdims", 0)) }},
		})
		if op == "ReduceSum" {
			continue
		}
		check(t, []int64{13, 17}, []operatorCase{
			{op, []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value {
				return g.node(op, g.node("Conv", x, g.weight(3, 4, 1, 1)), is("axes", 2, 3), i("keepdims", 0))
			}},
		})
	}
	check(t, []int64{18, 22}, []operatorCase{
		{"ReduceLogSum", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("ReduceLogSum", g.node("Exp", x), g.list(1)) }},
		{"integers", []int{4}, func(g *graph, x onnx.Value) onnx.Value {
			n := g.node("Unsqueeze", g.node("ReduceProd", g.node("Shape", x), i("keepdims", 0)), g.list(0))
			return g.node("Add", x, float(g, g.node("Add", n, g.node("ReduceMax", g.node("Shape", x)))))
		}},
	})
	check(t, allOpsets, []operatorCase{
		{"ArgMax", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value { return float(g, g.node("ArgMax", x, i("axis", 1))) }},
		{"ArgMax, last of equals", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return float(g, g.node("ArgMax", g.node("Relu", g.node("Neg", g.node("Abs", x))), i("axis", -1), i("keepdims", 0), i("select_last_index", 1)))
		}},
		{"ArgMin", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return float(g, g.node("ArgMin", x, i("axis", 2), i("keepdims", 0)))
		}},
		{"GlobalMaxPool", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("GlobalMaxPool", x) }},
	})
}

func TestNormalizations(t *testing.T) {
	groupNorm := func(channels, parameters, groups int) func(g *graph, x onnx.Value) onnx.Value {
		return func(g *graph, x onnx.Value) onnx.Value {
			return g.node("GroupNormalization", x, g.weight(parameters), g.weight(parameters), i("num_groups", int64(groups)))
		}
	}
	check(t, allOpsets, []operatorCase{
		unary("LogSoftmax"), unary("LogSoftmax", i("axis", 1)), unary("Softmax", i("axis", 0)),
		unary("LpNormalization"), unary("LpNormalization", i("p", 1), i("axis", 1)),
		{"InstanceNormalization", []int{4, 5, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("InstanceNormalization", x, g.weight(4), g.weight(4), f("epsilon", 0.01))
		}},
		{"InstanceNormalization, 1-D", []int{4, 50}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("InstanceNormalization", x, g.weight(4), g.weight(4))
		}},
		{"InstanceNormalization, an offset", []int{2, 200, 200}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("InstanceNormalization", g.node("Add", x, g.scalar(5)), g.weight(2), g.weight(2))
		}},
		{"GroupNorm and SiLU, as PyTorch writes it", []int{3, 6, 6}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Conv", x, g.weight(8, 3, 3, 3), g.weight(8))
			y := g.node("InstanceNormalization", g.node("Reshape", x, g.list(0, 2, -1)), g.weight(2), g.weight(2))
			y = g.node("Reshape", y, g.node("Shape", x))
			y = g.node("Add", g.node("Mul", y, g.weight(8, 1, 1)), g.weight(8, 1, 1))
			y = g.node("Mul", y, g.node("Sigmoid", y))
			return g.node("Conv", y, g.weight(3, 8, 3, 3))
		}},
		{"a reshape there and back beside a bias", []int{3, 6, 6}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Conv", x, g.weight(8, 3, 3, 3))
			y := g.node("Reshape", x, g.list(0, 8, -1))
			back := g.node("Add", g.node("Reshape", y, g.list(0, 8, 4, 4)), g.weight(8, 1, 1))
			return g.node("Add", g.node("Reshape", y, g.list(0, 8, 4, 4)), back)
		}},
	})
	check(t, []int64{17, 22}, []operatorCase{
		{"LayerNormalization", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("LayerNormalization", x, g.weight(6), g.weight(6))
		}},
		{"LayerNormalization of two dimensions", []int{4, 6}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("LayerNormalization", x, g.weight(4, 6), i("axis", 1), f("epsilon", 0.1))
		}},
		{"LayerNormalization of channels last", []int{3, 6, 6}, func(g *graph, x onnx.Value) onnx.Value {
			x = g.node("Transpose", g.node("Conv", x, g.weight(40, 3, 3, 3)), is("perm", 0, 2, 3, 1))
			return g.node("Transpose", g.node("LayerNormalization", x, g.weight(40), g.weight(40)), is("perm", 0, 3, 1, 2))
		}},
	})
	check(t, []int64{21, 22}, []operatorCase{{"GroupNormalization", []int{6, 5, 4}, groupNorm(6, 6, 3)}})
	check(t, []int64{18, 20}, []operatorCase{{"GroupNormalization of old", []int{6, 5, 4}, groupNorm(6, 3, 3)}})
}

func TestEinsum(t *testing.T) {
	einsum := func(equation string, shape []int, operands ...[]int) operatorCase {
		return operatorCase{equation, shape, func(g *graph, x onnx.Value) onnx.Value {
			var more []any
			for _, o := range operands {
				more = append(more, g.weight(o...))
			}
			return g.node("Einsum", x, append(more, text("equation", equation))...)
		}}
	}
	check(t, allOpsets, []operatorCase{
		einsum("bij,jk->bik", []int{4, 5}, []int{5, 6}),
		einsum("bhqd,hkd->bhqk", []int{2, 4, 5}, []int{2, 6, 5}),
		einsum("bij->bji", []int{4, 5}),
		einsum("bij->b", []int{4, 5}),
		einsum("b i i -> b i", []int{4, 4}),
		einsum("...ij,jk->...ik", []int{2, 4, 5}, []int{5, 3}),
		einsum("bij,jk", []int{4, 5}, []int{5, 6}),
		einsum("bi,ij,jk->bk", []int{4}, []int{4, 5}, []int{5, 2}),
		einsum("bi,j->bij", []int{4}, []int{5}),
		einsum("bj,jk->bk", []int{0}, []int{0, 4}),
		einsum("bj,jk->bk", []int{0}, []int{1, 4}),
		einsum("bj,jk->bk", []int{1}, []int{0, 4}),
	})
}

func TestMoreShapes(t *testing.T) {
	check(t, allOpsets, []operatorCase{
		{"SpaceToDepth", []int{2, 4, 6}, func(g *graph, x onnx.Value) onnx.Value { return g.node("SpaceToDepth", x, i("blocksize", 2)) }},
		{"Tile", []int{2, 3}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Tile", x, g.list(2, 1, 3)) }},
		{"Tile of channels last", []int{2, 3, 3}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Tile", g.node("Conv", x, g.weight(4, 2, 1, 1)), g.list(1, 2, 1, 2))
		}},
		{"Range", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			n := func(v int64) onnx.Value { g.weights++; return g.Int64(fmt.Sprint("n", g.weights), nil, []int64{v}) }
			y := g.node("Add", x, float(g, g.node("Range", n(9), n(-1), n(-2))))
			return g.node("Add", y, g.node("Range", g.scalar(0), g.scalar(1), g.scalar(0.2)))
		}},
		{"Range of a size", []int{5}, func(g *graph, x onnx.Value) onnx.Value {
			size := g.node("Gather", g.node("Shape", x), g.Int64("one", nil, []int64{1}))
			return g.node("Mul", x, float(g, g.node("Range", g.Int64("zero", nil, []int64{0}), size, g.Int64("step", nil, []int64{1}))))
		}},
		{"Size", []int{5}, func(g *graph, x onnx.Value) onnx.Value { return g.node("Mul", x, float(g, g.node("Size", x))) }},
	})
	check(t, []int64{17, 22}, []operatorCase{
		{"Trilu", []int{4, 5}, func(g *graph, x onnx.Value) onnx.Value {
			return g.node("Add", g.node("Trilu", x), g.node("Trilu", g.node("Trilu", x, g.Int64("k", nil, []int64{-1}), i("upper", 0)), g.Int64("l", nil, []int64{-2})))
		}},
	})
}
