package goengine

// operator compiles a node and returns its first result; further ones it puts
// into call.results.
type operator func(*call) *value

// operators are those that the engine has: all that package onnx can check.
var operators = map[string]operator{
	"Add": opArithmetic, "Sub": opArithmetic, "Mul": opArithmetic, "Div": opArithmetic, "Pow": opPow,
	"Max": opPair, "Min": opPair, "Sum": opPair, "Mean": opPair, "Mod": opPair, "PRelu": opPair,
	"And": opPair, "Or": opPair, "Xor": opPair, "Where": opWhere,

	"Less": opCompare, "LessOrEqual": opCompare, "Greater": opCompare, "GreaterOrEqual": opCompare, "Equal": opCompare,

	"Relu": opRelu, "LeakyRelu": opLeakyRelu, "Sigmoid": opSigmoid, "Tanh": opTanh, "Exp": opExp,
	"Erf": opErf, "Gelu": opGelu, "Mish": opMish, "Clip": opClip, "Identity": opIdentity,
	// and the functions of one element, see init

	"Gemm": opGemm, "MatMul": opMatMul, "Einsum": opEinsum,

	"Conv": opConv, "ConvTranspose": opConvTranspose,
	"MaxPool": opMaxPool, "AveragePool": opAveragePool,
	"Resize": opResize,

	"ArgMax": opArg, "ArgMin": opArg,
	// and the reductions

	"BatchNormalization": opBatchNorm, "InstanceNormalization": opGroupNorm, "GroupNormalization": opGroupNorm,
	"LayerNormalization": opLayerNorm, "LpNormalization": opLpNormalization,
	"Softmax": opSoftmax, "LogSoftmax": opSoftmax,

	"Reshape": opReshape, "Flatten": opReshape, "Transpose": opTranspose, "Squeeze": opReshape, "Unsqueeze": opReshape,
	"Expand": opExpand, "Tile": opTile, "Shape": opShape, "Size": opSize,
	"DepthToSpace": opDepthToSpace, "SpaceToDepth": opSpaceToDepth,

	"Concat": opConcat, "Split": opSplit, "Slice": opSlice, "Gather": opGather, "Pad": opPad, "Trilu": opTrilu,

	"Constant": opConstant, "ConstantOfShape": opConstantOfShape, "Range": opRange, "Cast": opCast,
	"DequantizeLinear": opDequantize, "QuantizeLinear": opQuantize,
}

func init() {
	for name := range functions {
		operators[name] = opFunction
	}
	operators["Not"] = opFunction
	for name := range reducers {
		operators[name] = opReduce
	}
}
