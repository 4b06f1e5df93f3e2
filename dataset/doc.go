// Package dataset turns what people have (IDX files, folders of pictures, NumPy
// arrays, nothing at all) into images to train on.
//
// # Sources
//
// A [Source] is a place images come from. [Open] finds the one that a name or a
// path means:
//
//	digits         built in: digits drawn from fonts, with random distortions
//	mnist, ...     downloaded once into the user's cache directory; [Named] lists them
//	a folder       of IDX files, or of PNG, JPEG and GIF images
//	a file         a .npy array, a .npz archive of arrays, or an IDX file, alone or with a
//	               labels file beside it
//
// A name wins over a folder of that name; write ./digits for the folder.
//
// Loading a source gives [Data]: training images, held-out images, and the names
// of the classes if the images have labels.
//
// # Images are bytes, channels last
//
// [Images], which is [images.Set], keeps pixels as bytes in the order H, W, C: row after
// row from the top, and in a row pixel after pixel, each with its C channels (1 gray, 3
// red, green, blue). A byte v stands for the intensity v/255 in [0, 1]. MNIST so takes
// 47 MB instead of 188 MB; [images.Set.Floats] converts a batch when it is used, and
// [images.Set.All] leads to what package infer takes.
//
// All images of a set have one shape. [Options].Shape and [Options].Resize convert
// those of any source, also where its files differ; [ReadFiles] reads what a program
// is given on its command line.
//
// # Held-out images
//
// [Data].Test is never trained on and is always there. It is the test split of the
// source if that has one; otherwise a tenth of the images, chosen by a fixed seed,
// so that every run on the same files holds out the same images, whatever its
// own seed. [Options].Limit shortens the training images only, after the
// held-out ones are set apart: scores of runs with different limits compare.
// [SplitValidation] takes further images from the training split, for choosing
// among models.
//
// Images that can be trained on may still not be what was meant: nearly black, or all the
// same. [Data].Warnings says so.
//
// A program that does not train may set [Options].Whole: nothing is held out then,
// and [Data.All] gives all images in the order of the source.
//
// A [Selection] is a split of a source with what its images and classes are called.
//
// # Writing a data set
//
// [Write] makes a folder that [Open] reads of labelled images, as of infer.Augment, with
// a manifest that tells of each one how it was made.
//
// # Another source
//
// A source is one file of this package: a type with a Load method that reads
// images into [Images] and passes them to newData, which holds out a test split
// and applies the limit; and one line in [Open]. A program with images of its own
// needs none of it: it implements [Source], or fills in a [Data], which [Data.Validate]
// checks; [images.Gather] makes a set of any stream of images.
package dataset
