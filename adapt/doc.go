// Package adapt finds out, once, what the tensors of a decoder, encoder or autoencoder of
// another program mean, and rewrites its graph to the form of package contract: after that
// nobody needs to know where a file is from.
//
// What is understood:
//
//   - pixels in [0, 1], [-1, 1] or [0, 255], and logits, which a sigmoid follows;
//   - images with their channels first or last, without channels [N, H, W], or flat
//     [N, H*W*C];
//   - latent points [N, L], and those of more dimensions, [N, L, 1, 1] or [N, C, H, W], which
//     become L numbers in the order in which they lie;
//   - an encoder's outputs by their names: mean, logarithm of the variance or of the standard
//     deviation, standard deviation, variance, the two halves of moments [N, 2L], samples;
//   - outputs nobody needs, which are left out with the nodes that only they need;
//   - a fixed batch, which is opened; labels, as weights of classes or as their numbers; noise
//     as an input, which becomes 0; elements of other types than float32.
//
// The graph tells the range of an output: an interval is followed through it, so that tanh,
// (tanh+1)/2, 255*sigmoid and Clip are told apart without a guess. One more run on random
// points tells shapes, and whether rows are independent of each other and of chance. What all
// this leaves open is a [*Question], which the field of [Options] that it names answers.
package adapt
