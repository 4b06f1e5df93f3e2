// Package train fits a [models.VAE] to images.
//
// [Run] is the whole of it: it maximises the evidence lower bound (ELBO) by Adam,
// evaluates on the held-out images after each epoch, and keeps the model
// directory (weights, checkpoint, metrics, pictures) up to date, so that a run
// can be stopped at any time and resumed.
//
// # Reproducibility
//
// The same binary, kernel, data and seed give the same weights bit for bit,
// whatever the number of threads and whether or not the run was interrupted:
// every random number is a function of the seed, the epoch and the image
// (package random), every sum is added in an order that depends on the problem
// alone, and a checkpoint holds the complete state.
package train
