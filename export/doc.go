// Package export writes a VAE as two ONNX files, whose inputs, outputs and
// metadata are the contract with every program that runs them:
//
//	decoder.onnx   z [batch, latent]                         -> image [batch, channels, height, width]
//	encoder.onnx   image [batch, channels, height, width]    -> mean, log_var [batch, latent]
//
// Everything is float32, images are in [0, 1], and the first dimension is
// dynamic. There is no random operator in a graph: whoever samples brings the
// noise.
//
// A graph is checked and run against the model's own forward pass before it
// replaces a file ([Write]). The engine that runs it is an argument, so this
// package needs no ONNX Runtime.
package export
