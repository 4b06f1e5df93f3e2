// Package contract defines what an exported ONNX file promises to every program that runs
// it: the names, types and shapes of its inputs and outputs ([Signature]), what its
// metadata say about it ([Metadata]), and values by which a program can test itself
// ([Check]). Package export writes by it, package infer reads by it, and no other
// package knows the text of a key.
//
// # Inputs and outputs
//
//	decoder      z [batch, latent]                         -> image [batch, channels, height, width]
//	encoder      image [batch, channels, height, width]    -> mean, log_var [batch, latent]
//	autoencoder  image [batch, channels, height, width]    -> reconstruction [batch, channels, height, width]
//	scorer       image, eps [batch, latent]                -> log_weight [batch]
//	classifier   image [batch, channels, height, width]    -> class [batch, classes]
//
// Everything is float32, images are in [0, 1], and the first dimension is open. A model
// that is conditional on a class has the input label [batch, classes] behind each of
// the first four, which is 1 at the class and 0 elsewhere, or a mixture of classes. Their names are
// the entry vae.labels.
//
// The prior of z is N(0, I), also where a model is hierarchical: z is then the noise of all
// groups of latent variables side by side, from coarse to fine; vae.latent_groups lists them. A
// decoder computes the groups' prior means and scales inside, and an encoder gives the posterior
// in the same space of noise, that of each group with the groups above it at their means.
//
// A decoder may have a prior of its own, described by vae.prior. It then maps z, which is N(0, I)
// as always, to a point of a mixture that was fitted to codes of images, and decodes that point.
// Its latent space is not that of the encoder, and it has another vae.model_id, so that the two
// are not taken for a pair.
//
// A scorer's log_weight is log p(x,z) - log q(z|x) in nats, with z drawn from the posterior of
// the image x by the standard normal noise eps. Its mean over noise is the ELBO; the logarithm
// of the mean of e^log_weight over much noise approaches log p(x).
//
// A classifier gives the probability of each class, q(y|x). It is no part of the model, but has
// its vae.model_id.
//
// # Formats
//
// Format 1 is that of files with one input; format 2 has lists of inputs in vae.check and
// is the same otherwise. [Metadata.Write] writes the oldest that can say what a file does,
// and [Read] reads both.
//
// # Check values
//
// The metadata entry vae.check holds a few inputs, which are given by a formula, and a few
// values of each output:
//
//	{"tolerance":1e-5,
//	 "cases":[
//	  {"rows":1,"input":"z","step":37,"modulus":101,"scale":4,"offset":-2,
//	   "outputs":[{"name":"image","mean":0.1307,"values":[0.0012, ...]}]}]}
//
// Element i of a case's input, in row-major order over [rows, ...], is
// offset + scale * ((i*step) mod modulus) / modulus, computed in double precision and
// rounded to float32, which gives the same bits in every language. Of an output's n
// elements, values holds those at the indices floor(j*(n-1)/15) for j = 0..15, and mean
// the mean of all. An output passes if its [Output.Difference] is at most the tolerance.
//
// A case with several inputs (format 2) lists them, each with a formula of its own:
//
//	{"rows":1,
//	 "inputs":[{"name":"z","step":37,"modulus":101,"scale":4,"offset":-2},
//	           {"name":"label","step":37,"modulus":101,"scale":1,"offset":0}],
//	 "outputs":[...]}
package contract
