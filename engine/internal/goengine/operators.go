package goengine

// operator compiles a node and returns its first result; further ones it puts
// into call.results.
type operator func(*call) *value

// operators are those that the engine has: all that package onnx can check.
var operators = map[string]operator{
	"Add": opArithmetic, "Sub": opArithmetic, "Mul": opArithmetic, "Div": opArithmetic, "Pow": opPow,
	"BatchNormalization": opBatchNorm,

	"Less": opCompare, "LessOrEqual": opCompare, "Greater": opCompare, "GreaterOrEqual": opCompare,

	"Relu": opRelu, "LeakyRelu": opLeakyRelu, "Elu": opElu, "Sigmoid": opSigmoid, "Tanh": opTanh, "Softplus": opSoftplus,
	"Exp": opExp, "Log": opLog, "Sqrt": opSqrt, "Abs": opAbs, "Neg": opNeg, "Clip": opClip, "Identity": opIdentity,

	"Gemm": opGemm, "MatMul": opMatMul,

	"Conv": opConv, "ConvTranspose": opConvTranspose,
	"MaxPool": opMaxPool, "AveragePool": opAveragePool, "GlobalAveragePool": opGlobalAveragePool,
	"Resize": opResize,

	"ReduceMean": opReduceMean, "ReduceSum": opReduceSum, "Softmax": opSoftmax,

	"Reshape": opReshape, "Flatten": opReshape, "Transpose": opTranspose, "Squeeze": opReshape, "Unsqueeze": opReshape,
	"Expand": opExpand, "Shape": opShape, "DepthToSpace": opDepthToSpace,

	"Concat": opConcat, "Split": opSplit, "Slice": opSlice, "Gather": opGather, "Pad": opPad,

	"Constant": opConstant, "ConstantOfShape": opConstantOfShape, "Cast": opCast,
	"DequantizeLinear": opDequantize, "QuantizeLinear": opQuantize,
}
