// Package train fits a [models.VAE] to images.
//
// [Run] does all of it: it maximises the evidence lower bound (ELBO) by Adam or Muon,
// evaluates on the held-out images after each epoch, and keeps the model
// directory (weights, checkpoint, metrics, pictures, a model card) up to date, so that a run
// can be stopped at any time and resumed.
//
// # Objectives and schedules
//
// The objective is the [ELBO], with KL annealing ([Warmup]) and free bits ([FreeBits]) if asked
// for, or the importance weighted bound of several draws for each image ([IWAE]). Images may be
// binarised ([Binarize]). The learning rate is a [Constant], or follows a [Course] over the run.
//
// # Few labels
//
// A conditional model needs a label for every image. If some have none, a [models.Classifier]
// predicts them. It is fitted before the VAE, to the labelled and the unlabelled images
// ([Options].LabelsPerClass, [dataset.Data].Unlabelled), and kept in the directory for a resumed
// run.
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
// with a [*DivergedError]. Each file is replaced as a whole or not at all, and incomplete files of
// a killed run are removed when it is resumed. A damaged checkpoint is detected by its checksum:
// the run warns and goes on from the checkpoint before it, of the start of that epoch or of the one
// before. So a crash or a full disk costs five minutes at most, once a classifier, if one is needed,
// is fitted; a damaged checkpoint costs an epoch.
package train
