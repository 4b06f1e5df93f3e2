// Package goengine executes ONNX models in Go alone, on the products,
// convolutions and vector maths of package kernel.
//
// [Load] takes a checked model. [Model.Run] then works in two stages, like a
// compiler and the program that it makes:
//
//   - For the shapes of the inputs the graph is turned into a program, once; it
//     is kept for the next inputs of these shapes. As the shapes are known,
//     everything that only depends on them and on the weights is computed here
//     and now: Shape and the arithmetic of exporters behind it, Cast and
//     DequantizeLinear of weights, the weights' order in memory. What is left is
//     a list of steps between buffers whose places are fixed. The shapes of results,
//     padding, axes and the like come from [onnx.InferNode], which knows the rules;
//     here is the arithmetic.
//   - A run does the steps. It allocates the outputs only; the buffers are kept
//     from run to run, one set for each run at the same time.
//
// Three ideas make programs short and fast:
//
//   - A tensor may keep its dimensions in memory in any order. Convolutions read
//     and write images with the channels last, the element-wise operators take
//     what comes, and Transpose only changes the order in which the dimensions
//     are named. So between two convolutions nothing is rearranged.
//   - A bias, a scale or a ReLU behind a product or a convolution becomes part of it.
//   - A reshape is another name for the same memory.
//
// Arithmetic is float32. Integers and booleans serve for shapes and indices and
// for quantized weights; real numbers of other types
// are float32 here, too: casts between them round nothing, as ONNX Runtime's do where it has
// no kernel for a type and computes in float32.
package goengine
