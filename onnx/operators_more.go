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

// The tables together are what Check knows.
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
	for name, rows := range moreOperators {
		for _, row := range rows {
			addSchema(name, row)
		}
	}
}

// addSchema adds a row to an operator; rows come in the order of versions.
func addSchema(name string, row schema) { operators[name] = append(operators[name], row) }

// moreOperators go on where [operators] ends: what networks for images have beyond
// convolutions and products.
var moreOperators = map[string][]schema{
	// Element by element with broadcasting.
	"Mod":   {{since: 13, in: "A:T B:T", out: "C:T", attributes: "fmod:int", T: numbers, infer: inferBroadcastAll}},
	"Equal": {{since: 13, in: "A:T B:T", out: "C:bool", T: anything, infer: inferBroadcastAll}},
	"And":   {{since: 7, in: "A:T B:T", out: "C:T", T: set(Bool), infer: inferBroadcastAll}},
	"Or":    {{since: 7, in: "A:T B:T", out: "C:T", T: set(Bool), infer: inferBroadcastAll}},
	"Xor":   {{since: 7, in: "A:T B:T", out: "C:T", T: set(Bool), infer: inferBroadcastAll}},
	"Max":   {{since: 13, in: "data_0:T*", out: "max:T", T: numbers, infer: inferBroadcastAll}},
	"Min":   {{since: 13, in: "data_0:T*", out: "min:T", T: numbers, infer: inferBroadcastAll}},
	"Sum":   {{since: 13, in: "data_0:T*", out: "sum:T", T: bfloats, infer: inferBroadcastAll}},
	"Mean":  {{since: 13, in: "data_0:T*", out: "mean:T", T: bfloats, infer: inferBroadcastAll}},
	"Where": {{since: 9, in: "condition:bool X:T Y:T", out: "output:T", T: anything, infer: inferBroadcastAll}},
	"PRelu": {
		{since: 9, in: "X:T slope:T", out: "Y:T", T: floats | wide, infer: inferPRelu},
		{since: 16, in: "X:T slope:T", out: "Y:T", T: bfloats | wide, infer: inferPRelu}},

	// Normalizations.
	"LogSoftmax": {{since: 13, in: "input:T", out: "output:T", attributes: "axis:int", T: bfloats, infer: inferSoftmax}},
	"LpNormalization": {
		{since: 1, in: "input:T", out: "output:T", attributes: "axis:int p:int", T: floats, infer: inferSoftmax},
		{since: 22, in: "input:T", out: "output:T", attributes: "axis:int p:int", T: bfloats, infer: inferSoftmax}},
	"InstanceNormalization": {
		{since: 6, in: "input:T scale:T B:T", out: "output:T", attributes: "epsilon:float", T: floats, infer: inferGroupNorm},
		{since: 22, in: "input:T scale:T B:T", out: "output:T", attributes: "epsilon:float", T: bfloats, infer: inferGroupNorm}},
	"GroupNormalization": {
		{since: 18, in: "X:T scale:T bias:T", out: "Y:T", attributes: "epsilon:float num_groups:int!", T: bfloats, infer: inferGroupNorm18},
		{since: 21, in: "X:T scale:T bias:T", out: "Y:T", attributes: "epsilon:float num_groups:int! stash_type:int", T: bfloats, infer: inferGroupNorm}},
	"LayerNormalization": {{since: 17, in: "X:T Scale:T B:T?", out: "Y:T Mean:float32? InvStdDev:float32",
		attributes: "axis:int epsilon:float stash_type:int", T: bfloats, infer: inferLayerNorm}},

	// Products, places of extremes.
	"Einsum": {{since: 12, in: "Inputs:T*", out: "Output:T", attributes: "equation:string!",
		T: numbers &^ set(BFloat16), infer: inferEinsum}},
	"ArgMax": {{since: 13, in: "data:T", out: "reduced:int64", attributes: "axis:int keepdims:int select_last_index:int",
		T: numbers, infer: inferArg}},
	"ArgMin": {{since: 13, in: "data:T", out: "reduced:int64", attributes: "axis:int keepdims:int select_last_index:int",
		T: numbers, infer: inferArg}},
	"GlobalMaxPool": {
		{since: 1, in: "X:T", out: "Y:T", T: floats, infer: inferGlobalPool},
		{since: 22, in: "X:T", out: "Y:T", T: bfloats, infer: inferGlobalPool}},

	// Shapes.
	"SpaceToDepth": {{since: 13, in: "input:T", out: "output:T", attributes: "blocksize:int!", T: anything, infer: inferSpaceToDepth}},
	"Tile":         {{since: 13, in: "input:T repeats:int64", out: "output:T", T: anything, infer: inferTile}},
	"Range": {{since: 11, in: "start:T limit:T delta:T", out: "output:T",
		T: set(Float32, Float64, Int16, Int32, Int64), infer: inferRange}},
	"Size":  {{since: 13, in: "data:T", out: "size:int64", T: anything, infer: inferSizeOf}},
	"Trilu": {{since: 14, in: "input:T k:int64?", out: "output:T", attributes: "upper:int", T: anything, infer: inferTrilu}},
}
