package onnx

import "strings"

// functions are the operators that apply a function to each element of a tensor,
// several of one kind in a row. Source: as of [operators].
var functions = []struct {
	names      string
	since      int64
	T          types
	attributes string
}{
	{names: "Ceil Floor Reciprocal", since: 13, T: bfloats},
	{names: "Erf Sign", since: 13, T: numbers},
	{names: "Not", since: 1, T: set(Bool)},
	{names: "Cos Sin Tan Acos Asin Atan Cosh Sinh Acosh Asinh Atanh Round Softsign", since: 11, T: floats},
	{names: "Cos Sin Tan Acos Asin Atan Cosh Sinh Acosh Asinh Atanh Round Softsign", since: 22, T: bfloats},
	{names: "Selu", since: 6, T: floats, attributes: "alpha:float gamma:float"},
	{names: "Selu", since: 22, T: bfloats, attributes: "alpha:float gamma:float"},
	{names: "Celu", since: 12, T: set(Float32), attributes: "alpha:float"},
	{names: "ThresholdedRelu", since: 10, T: floats, attributes: "alpha:float"},
	{names: "ThresholdedRelu", since: 22, T: bfloats, attributes: "alpha:float"},
	{names: "HardSigmoid", since: 6, T: floats, attributes: "alpha:float beta:float"},
	{names: "HardSigmoid", since: 22, T: bfloats, attributes: "alpha:float beta:float"},
	{names: "Shrink", since: 9, T: numbers &^ set(BFloat16), attributes: "bias:float lambd:float"},
	{names: "HardSwish", since: 14, T: floats},
	{names: "Mish", since: 18, T: floats},
	{names: "HardSwish Mish", since: 22, T: bfloats},
	{names: "Gelu", since: 20, T: bfloats, attributes: "approximate:string"},
}

// reductions are the operators that make one number of those along some axes.
var reductions = []struct {
	names string
	since int64
	T     types
}{
	{"ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd ReduceSumSquare", 13, bfloats | wide},
	{"ReduceMax ReduceMin", 13, bfloats | wide | set(Int8, Uint8)},
	{"ReduceMax ReduceMin", 20, bfloats | wide | set(Int8, Uint8, Bool)},
}

// Operators of one kind go into the table of all.
func init() {
	for _, f := range functions {
		for name := range strings.FieldsSeq(f.names) {
			addSchema(name, schema{since: f.since, in: "X:T", out: "Y:T", attributes: f.attributes, T: f.T, infer: inferSame})
		}
	}
	for _, r := range reductions {
		for name := range strings.FieldsSeq(r.names) {
			if r.since < 18 {
				addSchema(name, schema{since: r.since, in: "data:T", out: "reduced:T", attributes: "axes:ints keepdims:int", T: r.T, infer: inferReduce})
			}
			addSchema(name, schema{since: max(r.since, 18), in: "data:T axes:int64?", out: "reduced:T",
				attributes: "keepdims:int noop_with_empty_axes:int", T: r.T, infer: inferReduce})
		}
	}
}

// addSchema adds a row to an operator; rows come in the order of versions.
func addSchema(name string, row schema) { operators[name] = append(operators[name], row) }
