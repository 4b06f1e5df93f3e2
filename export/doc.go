// Package export writes a VAE as ONNX files. Their inputs, outputs and metadata are those
// of package [contract], which every program that runs them can rely on:
//
//	decoder.onnx       z [batch, latent]                         -> image [batch, channels, height, width]
//	encoder.onnx       image [batch, channels, height, width]    -> mean, log_var [batch, latent]
//	autoencoder.onnx   image [batch, channels, height, width]    -> reconstruction [batch, channels, height, width]
//	classifier.onnx    image [batch, channels, height, width]    -> class [batch, classes]
//
// Everything is float32, images are in [0, 1], and the first dimension is
// dynamic. There is no random operator in a graph: whoever samples brings the
// noise. The weights of a file may be stored in fewer bits ([models.Precision]);
// its graph widens them, so that nothing else changes.
//
// A decoder may draw from what training has learnt of the codes of its images ([models.VAE].Prior), or
// from a mixture that was fitted to them ([Options].Prior): what turns N(0, I) into it is then a part
// of the graph, and programs that embed the file get better samples without knowing of it:
//
//	sampler.onnx       z [batch, latent]                         -> image [batch, channels, height, width]
//
// What needs no file may take the models as they are ([Decoder] and its like): infer.NewDecoder and
// its like run them.
//
// Each file holds check values ([contract.Check]): a few inputs by formula and a few
// values of what comes out, so that any program can test itself.
//
// A graph is checked and run against the model's own forward pass before it
// replaces a file ([Write]). The engine that runs it is an argument, so this
// package needs no ONNX Runtime.
package export
