// Package models holds the variational autoencoder: its configuration and
// architectures, and how it is saved and loaded.
//
// # Conventions
//
// Dimension letters, here and in every package of this module:
//
//	N  images in a batch          L  latent dimensions
//	H  height, W  width           C  channels (1 or 3)
//
// In memory activations are channels last, (N, H, W, C); in files (model.safetensors
// and ONNX) everything has ONNX's order: images (N, C, H, W), convolution
// weights OIHW, transposed ones IOHW, dense weights [out, in], flattening in CHW order.
//
// A [VAE] is a graph of layers (package nn) with names for the values that matter:
// image, noise, mean, log variance, latent variables and logits. A [Network] runs it
// from end to end and back, for training; an [Evaluator] runs its two halves; the
// Emit methods write them as ONNX.
//
// # Names
//
// Parameters are named part/layer/tensor, the same in model.safetensors and
// in the ONNX files: encoder/conv_0/weight, encoder/mean/bias,
// decoder/conv_transpose_1/weight.
package models
