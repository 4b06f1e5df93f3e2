// Package models holds the variational autoencoder: its layers, architectures
// and parameters, and how they are saved and loaded.
//
// # Conventions
//
// Dimension letters, here and in every package of this module:
//
//	N  images in a batch          L  latent dimensions
//	H  height, W  width           C  channels (1 or 3)
//
// In memory activations are channels last, (N, H, W, C), because every fast
// path then reads and writes contiguous channels. In files (model.safetensors
// and ONNX) everything has ONNX's order: images (N, C, H, W), convolution
// weights OIHW, transposed ones IOHW, dense weights [out, in], flattening in CHW
// order. [Param] translates between the two, so no graph needs a Transpose.
//
// A [Layer] owns its maths and its ONNX form: Forward, Backward and Emit stand
// in one file. Layers hold parameters and nothing else; the activations that a
// backward pass needs live in a [Workspace], so one model can be used by many
// goroutines, each with a workspace of its own.
//
// # Names
//
// Parameters are named part/layer/tensor, the same in model.safetensors and
// in the ONNX files: encoder/conv_0/weight, encoder/mean/bias,
// decoder/conv_transpose_1/weight.
package models
