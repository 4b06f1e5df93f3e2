// Package train fits a [models.VAE] to images.
//
// [Run] is the whole of it: it maximises the evidence lower bound (ELBO) by Adam or Muon,
// evaluates on the held-out images after each epoch, and keeps the model
// directory (weights, checkpoint, metrics, pictures, a model card) up to date, so that a run
// can be stopped at any time and resumed.
//
// # What is made small
//
// The [ELBO], whose KL term may grow ([Warmup]) or be free in part ([FreeBits]), or the
// bound of several draws of each image ([IWAE]); images may become binary on their way
// ([Binarize]). The learning rate is a [Constant], or follows a [Course] over the run.
//
// # Few labels
//
// Images without a label, of which a conditional model needs one, are given the one that a
// [models.Classifier] tells. It is fitted before the VAE to the few labels that there are and
// to all images ([Options].LabelsPerClass, [dataset.Data].Unlabelled), and kept in the
// directory, so that a run that is resumed has it.
//
// # Reproducibility
//
// The same binary, kernel, data and seed give the same weights bit for bit,
// whatever the number of threads and whether or not the run was interrupted:
// every random number is a function of the seed, the epoch and the image
// (package random), every sum is added in an order that depends on the problem
// alone, and a checkpoint holds the complete state.
//
// # What can go wrong
//
// A loss or a gradient that is not finite, or a loss that explodes, takes the run back to
// the start of its epoch with half the learning rate, at most three times; then it ends
// with a [*DivergedError]. Each file is replaced as a whole or not at all, and what a run
// that was killed has left of others goes when it is resumed. A checkpoint of which any
// byte has changed is detected: the run goes on from its predecessor, the start of that
// epoch or of the one before, and warns. So a crash or a full disk costs five minutes at
// most, once a classifier, if one is wanted, is fitted; and damage an epoch.
package train
