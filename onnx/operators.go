package onnx

const (
	convAttributes   = "auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints"
	poolAttributes   = "auto_pad:string ceil_mode:int kernel_shape:ints! pads:ints strides:ints"
	resizeAttributes = "coordinate_transformation_mode:string cubic_coeff_a:float exclude_outside:int" +
		" extrapolation_value:float mode:string nearest_mode:string"
)

// operators are the operators that Check knows, each with a row for every
// operator set version from 13 to 22 that changed its parameters, its attributes
// or its types, after the row that holds at 13. Source: the operator reference of
// the standard (https://onnx.ai/onnx/operators). More of them are in operators_kinds.go.
var operators = map[string][]schema{
	// Arithmetic, element by element with broadcasting.
	"Add": {
		{since: 13, in: "A:T B:T", out: "C:T", T: bfloats | wide, infer: inferArithmetic},
		{since: 14, in: "A:T B:T", out: "C:T", T: numbers, infer: inferArithmetic}},
	"Sub": {
		{since: 13, in: "A:T B:T", out: "C:T", T: bfloats | wide, infer: inferArithmetic},
		{since: 14, in: "A:T B:T", out: "C:T", T: numbers, infer: inferArithmetic}},
	"Mul": {
		{since: 13, in: "A:T B:T", out: "C:T", T: bfloats | wide, infer: inferArithmetic},
		{since: 14, in: "A:T B:T", out: "C:T", T: numbers, infer: inferArithmetic}},
	"Div": {
		{since: 13, in: "A:T B:T", out: "C:T", T: bfloats | wide, infer: inferArithmetic},
		{since: 14, in: "A:T B:T", out: "C:T", T: numbers, infer: inferArithmetic}},
	"Pow": {
		{since: 13, in: "X:T Y:U", out: "Z:T", T: bfloats | indices, U: numbers &^ set(BFloat16), infer: inferBroadcast},
		{since: 15, in: "X:T Y:U", out: "Z:T", T: bfloats | indices, U: numbers, infer: inferBroadcast}},

	// Comparisons, element by element with broadcasting.
	"Less":    {{since: 13, in: "A:T B:T", out: "C:bool", T: numbers, infer: inferBroadcast}},
	"Greater": {{since: 13, in: "A:T B:T", out: "C:bool", T: numbers, infer: inferBroadcast}},
	"LessOrEqual": {
		{since: 12, in: "A:T B:T", out: "C:bool", T: numbers &^ set(BFloat16), infer: inferBroadcast},
		{since: 16, in: "A:T B:T", out: "C:bool", T: numbers, infer: inferBroadcast}},
	"GreaterOrEqual": {
		{since: 12, in: "A:T B:T", out: "C:bool", T: numbers &^ set(BFloat16), infer: inferBroadcast},
		{since: 16, in: "A:T B:T", out: "C:bool", T: numbers, infer: inferBroadcast}},

	// Functions, element by element.
	"Abs": {{since: 13, in: "X:T", out: "Y:T", T: numbers, infer: inferSame}},
	"Neg": {{since: 13, in: "X:T", out: "Y:T", T: bfloats | signed, infer: inferSame}},
	"Relu": {
		{since: 13, in: "X:T", out: "Y:T", T: bfloats, infer: inferSame},
		{since: 14, in: "X:T", out: "Y:T", T: bfloats | signed, infer: inferSame}},
	"LeakyRelu": {
		{since: 6, in: "X:T", out: "Y:T", attributes: "alpha:float", T: floats, infer: inferSame},
		{since: 16, in: "X:T", out: "Y:T", attributes: "alpha:float", T: bfloats, infer: inferSame}},
	"Elu": {
		{since: 6, in: "X:T", out: "Y:T", attributes: "alpha:float", T: floats, infer: inferSame},
		{since: 22, in: "X:T", out: "Y:T", attributes: "alpha:float", T: bfloats, infer: inferSame}},
	"Softplus": {
		{since: 1, in: "X:T", out: "Y:T", T: floats, infer: inferSame},
		{since: 22, in: "X:T", out: "Y:T", T: bfloats, infer: inferSame}},
	"Sigmoid": {{since: 13, in: "X:T", out: "Y:T", T: bfloats, infer: inferSame}},
	"Tanh":    {{since: 13, in: "input:T", out: "output:T", T: bfloats, infer: inferSame}},
	"Exp":     {{since: 13, in: "input:T", out: "output:T", T: bfloats, infer: inferSame}},
	"Log":     {{since: 13, in: "input:T", out: "output:T", T: bfloats, infer: inferSame}},
	"Sqrt":    {{since: 13, in: "X:T", out: "Y:T", T: bfloats, infer: inferSame}},
	"Clip":    {{since: 13, in: "input:T min:T? max:T", out: "output:T", T: numbers, infer: inferClip}},
	"Softmax": {{since: 13, in: "input:T", out: "output:T", attributes: "axis:int", T: bfloats, infer: inferSoftmax}},

	// Matrix products.
	"Gemm": {{since: 13, in: "A:T B:T C:T?", out: "Y:T",
		attributes: "alpha:float beta:float transA:int transB:int", T: bfloats | wide, infer: inferGemm}},
	"MatMul": {{since: 13, in: "A:T B:T", out: "Y:T", T: bfloats | wide, infer: inferMatMul}},

	// Convolution and pooling.
	"Conv": {
		{since: 11, in: "X:T W:T B:T?", out: "Y:T", attributes: convAttributes, T: floats, infer: inferConv},
		{since: 22, in: "X:T W:T B:T?", out: "Y:T", attributes: convAttributes, T: bfloats, infer: inferConv}},
	"ConvTranspose": {
		{since: 11, in: "X:T W:T B:T?", out: "Y:T",
			attributes: convAttributes + " output_padding:ints output_shape:ints", T: floats, infer: inferConvTranspose},
		{since: 22, in: "X:T W:T B:T?", out: "Y:T",
			attributes: convAttributes + " output_padding:ints output_shape:ints", T: bfloats, infer: inferConvTranspose}},
	"MaxPool": {
		{since: 12, in: "X:T", out: "Y:T Indices:int64?", attributes: poolAttributes + " dilations:ints storage_order:int",
			T: floats | set(Int8, Uint8), infer: inferPool},
		{since: 22, in: "X:T", out: "Y:T Indices:int64?", attributes: poolAttributes + " dilations:ints storage_order:int",
			T: bfloats | set(Int8, Uint8), infer: inferPool}},
	"AveragePool": {
		{since: 11, in: "X:T", out: "Y:T", attributes: poolAttributes + " count_include_pad:int", T: floats, infer: inferPool},
		{since: 19, in: "X:T", out: "Y:T", attributes: poolAttributes + " count_include_pad:int dilations:ints",
			T: floats, infer: inferPool},
		{since: 22, in: "X:T", out: "Y:T", attributes: poolAttributes + " count_include_pad:int dilations:ints",
			T: bfloats, infer: inferPool}},
	"GlobalAveragePool": {
		{since: 1, in: "X:T", out: "Y:T", T: floats, infer: inferGlobalPool},
		{since: 22, in: "X:T", out: "Y:T", T: bfloats, infer: inferGlobalPool}},
	"BatchNormalization": {
		{since: 9, in: "X:T scale:T B:T mean:T var:T", out: "Y:T mean:T? var:T saved_mean:T saved_var:T",
			attributes: "epsilon:float momentum:float", T: floats, infer: inferBatchNorm},
		{since: 14, in: "X:T scale:- B:- input_mean:- input_var:-", out: "Y:T running_mean:-? running_var:-",
			attributes: "epsilon:float momentum:float training_mode:int", T: bfloats, infer: inferBatchNorm}},

	// Shapes.
	"Reshape": {
		{since: 13, in: "data:T shape:int64", out: "reshaped:T", T: anything, infer: inferReshape},
		{since: 14, in: "data:T shape:int64", out: "reshaped:T", attributes: "allowzero:int", T: anything, infer: inferReshape}},
	"Flatten":   {{since: 13, in: "input:T", out: "output:T", attributes: "axis:int", T: anything, infer: inferFlatten}},
	"Transpose": {{since: 13, in: "data:T", out: "transposed:T", attributes: "perm:ints", T: anything, infer: inferTranspose}},
	"Squeeze":   {{since: 13, in: "data:T axes:int64?", out: "squeezed:T", T: anything, infer: inferSqueeze}},
	"Unsqueeze": {{since: 13, in: "data:T axes:int64", out: "expanded:T", T: anything, infer: inferUnsqueeze}},
	"Expand":    {{since: 13, in: "input:T shape:int64", out: "output:T", T: anything, infer: inferExpand}},
	"DepthToSpace": {{since: 13, in: "input:T", out: "output:T", attributes: "blocksize:int! mode:string",
		T: anything, infer: inferDepthToSpace}},
	"Shape": {
		{since: 13, in: "data:T", out: "shape:int64", T: anything, infer: inferShape},
		{since: 15, in: "data:T", out: "shape:int64", attributes: "start:int end:int", T: anything, infer: inferShape}},

	// Parts and wholes.
	"Concat": {{since: 13, in: "inputs:T*", out: "concat_result:T", attributes: "axis:int!", T: anything, infer: inferConcat}},
	"Split": {
		{since: 13, in: "input:T split:int64?", out: "outputs:T*", attributes: "axis:int", T: anything, infer: inferSplit},
		{since: 18, in: "input:T split:int64?", out: "outputs:T*", attributes: "axis:int num_outputs:int",
			T: anything, infer: inferSplit18}},
	"Slice":  {{since: 13, in: "data:T starts:U ends:U axes:U? steps:U", out: "output:T", T: anything, U: indices, infer: inferSlice}},
	"Gather": {{since: 13, in: "data:T indices:U", out: "output:T", attributes: "axis:int", T: anything, U: indices, infer: inferGather}},
	"Pad": {
		{since: 13, in: "data:T pads:int64 constant_value:T?", out: "output:T", attributes: "mode:string",
			T: anything, infer: inferPad},
		{since: 18, in: "data:T pads:int64 constant_value:T? axes:U", out: "output:T", attributes: "mode:string",
			T: anything, U: indices, infer: inferPad}},
	"Resize": {
		{since: 13, in: "X:T roi:U? scales:float32 sizes:int64", out: "Y:T", attributes: resizeAttributes,
			T: anything, U: floats, infer: inferResize},
		{since: 18, in: "X:T roi:U? scales:float32 sizes:int64", out: "Y:T",
			attributes: resizeAttributes + " antialias:int axes:ints keep_aspect_ratio_policy:string",
			T:          anything, U: floats, infer: inferResize}},

	// Reductions.
	"ReduceMean": {
		{since: 13, in: "data:T", out: "reduced:T", attributes: "axes:ints keepdims:int",
			T: bfloats | wide, infer: inferReduce},
		{since: 18, in: "data:T axes:int64?", out: "reduced:T", attributes: "keepdims:int noop_with_empty_axes:int",
			T: bfloats | wide, infer: inferReduce}},
	"ReduceSum": {{since: 13, in: "data:T axes:int64?", out: "reduced:T", attributes: "keepdims:int noop_with_empty_axes:int",
		T: bfloats | wide, infer: inferReduce}},

	// Constants, copies and types.
	"Constant": {{since: 13, out: "output:-", attributes: "sparse_value:sparse value:tensor value_float:float value_floats:floats" +
		" value_int:int value_ints:ints value_string:string value_strings:strings", infer: inferConstant}},
	"ConstantOfShape": {{since: 9, in: "input:int64", out: "output:-", attributes: "value:tensor", infer: inferConstantOfShape}},
	"Identity":        {{since: 13, in: "input:T", out: "output:T", T: anything, infer: inferCopy}},
	"Cast": {
		{since: 13, in: "input:T", out: "output:-", attributes: "to:int!", T: anything, infer: inferCast},
		{since: 19, in: "input:T", out: "output:-", attributes: "to:int! saturate:int", T: anything, infer: inferCast}},

	// Quantized weights.
	"DequantizeLinear": {
		{since: 13, in: "x:T x_scale:float32 x_zero_point:T?", out: "y:float32", attributes: "axis:int",
			T: set(Int8, Uint8, Int32), infer: inferQuantization},
		{since: 19, in: "x:T x_scale:U x_zero_point:T?", out: "y:U", attributes: "axis:int",
			T: set(Int8, Uint8, Int32), U: set(Float32, Float16, BFloat16), infer: inferQuantization},
		{since: 21, in: "x:T x_scale:U x_zero_point:T?", out: "y:U", attributes: "axis:int block_size:int",
			T: set(Int8, Uint8, Int16, Uint16, Int32), U: set(Float32, Float16, BFloat16), infer: inferQuantization}},
	"QuantizeLinear": {
		{since: 13, in: "x:T y_scale:float32 y_zero_point:U?", out: "y:-", attributes: "axis:int",
			T: set(Float32, Int32), U: set(Int8, Uint8), infer: inferQuantization},
		{since: 19, in: "x:T y_scale:T y_zero_point:U?", out: "y:-", attributes: "axis:int saturate:int",
			T: set(Float32, Float16, BFloat16, Int32), U: set(Int8, Uint8), infer: inferQuantization},
		{since: 21, in: "x:T y_scale:T y_zero_point:U?", out: "y:-", attributes: "axis:int saturate:int block_size:int output_dtype:int",
			T: set(Float32, Float16, BFloat16, Int32), U: set(Int8, Uint8, Int16, Uint16), infer: inferQuantization}},

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
