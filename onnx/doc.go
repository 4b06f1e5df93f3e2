// Package onnx builds, reads, checks and prints ONNX models: the files in which
// a neural network travels from the program that trained it to any program that
// runs it (https://onnx.ai).
//
// A [Model] is plain Go data that mirrors the messages of the standard: a
// [Graph] of nodes ([Node]) in the order of their execution, each an operator applied
// to named values; constant values, the weights, are tensors ([Tensor]). Nothing here
// depends on protobuf, which is only how [Unmarshal] and [Model.Marshal] spell a
// model in bytes.
//
//   - [NewBuilder] makes a model node by node; package engine runs it.
//   - [ReadFile] and [Unmarshal] read one, within hard limits: the memory that
//     they take is in proportion to the size of the file.
//   - [Model.Check] says what is wrong with a model, [Infer] says in addition
//     what type and shape each of its values has. [InferNode] does so for one node
//     and inputs of known sizes, which is what an engine needs.
//   - [Model.Dump] prints a model as stable text.
//
// # Conventions
//
// Tensors are stored in row-major order, little endian. A dimension is a number
// ([Size]), a name that stands for a number known only when the model runs
// ([Named], as the batch size usually is), or [Unknown].
//
// Model.Check knows the operators of feed-forward networks (encoders, decoders,
// classifiers) at operator set versions 7 to 25 of the standard's own domain; [Simplify]
// writes those of 7 to 12 as they are written since, and puts the model's own functions in
// place of their calls. Anything else, such as control flow, sparse tensors, sequences and
// operators of other domains, is read, kept and written as it is, and Check refuses it with
// an [UnsupportedError]. [Model.CheckStructure] checks names, order, functions and sizes of
// any model, for engines that know more, and [Values] tells what is known of its values.
//
// A model from a file is untrusted: check it before use. Errors are one line
// each; those about a node name it. Only what a caller does wrong, such as data
// that does not fit a shape, panics.
package onnx
