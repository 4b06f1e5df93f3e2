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
// Emit methods write them as ONNX. In a hierarchical model (ladder.go) z is the standard
// normal noise of all groups of latent variables, side by side, so that its halves have
// the same inputs and outputs as those of any other.
//
// # Likelihoods
//
// The decoder's image m is the sigmoid of its logits, and p(x|z) a distribution of each
// pixel and channel on its own:
//
//	bernoulli  m is the probability of white: for writing and drawings
//	gaussian   normal around m; sigma is a constant, learned by Adam, or optimal
//	logistic   logistic around m with a fitted scale, discretised to the levels of bytes
//
// [Config.ForImages] chooses by the images. An optimal sigma (Rybkin, Daniilidis and Levine
// 2021, arXiv 2006.13202) and a logistic's scale are fitted to each batch in training, and
// to training images for the weights that are evaluated and kept. The nats of the last two are
// comparable in bits per pixel and channel ([VAE.BitsPerDimension]).
//
// # Conditional models
//
// With [Config].Conditional encoder and decoder are told the class y of an image, one of
// [Config].Labels: q(z|x,y) and p(x|z,y), with the prior N(0, I) of a code told relative to the
// centre of its class (Kingma et al. 2014, arXiv 1406.5298, have no centres). A label is a vector
// of the classes' weights ([OneHot]). Its embedding is added to the features that the posterior is
// read from, and another one stands beside z where the decoder begins. A [Classifier], q(y|x), may
// stand beside such a model.
//
// # Names
//
// Parameters are named part/layer/tensor, the same in model.safetensors and
// in the ONNX files: encoder/conv_0/weight, encoder/mean/bias,
// decoder/conv_transpose_1/weight.
package models
