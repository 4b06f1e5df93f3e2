// Package dataset reads images to train on from IDX files, folders of pictures and NumPy arrays,
// downloads some data sets, and has one built in.
//
// # Sources
//
// A [Source] is a place images come from. [Open] finds the one that a name or a
// path means:
//
//	digits         built in: digits drawn from fonts, with random distortions
//	mnist, ...     downloaded once into the user's cache directory; [Named] lists them
//	a folder       of IDX files, or of image files of any kind and size
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
// red, green, blue). A byte v stands for the intensity v/255 in [0, 1]. MNIST thus takes
// 47 MB instead of 188 MB; [images.Set.Floats] converts a batch when it is used, and
// [images.Set.All] leads to what package infer takes.
//
// All images of a set have one shape. [Options].Shape converts those of any source, and
// [Options].Fit says how images of other proportions are made to fit; [Options.For] sets both, and
// more, as a model takes images. [ReadFiles] reads the files that a program is given on its command
// line, and [ReadPicture] a picture that it has in memory.
//
// # Folders of image files
//
// Files count as images by their endings ([images.IsFile]), or without one by their content, and
// are read by their content, upright, whatever their size, mode and depth; photographs of up to
// 100 megapixels are read few at a time, in 256 MB of memory.
//
// Where no shape is asked for, images that all have one size of at most 64 pixels keep it. Others
// are scaled down, with sides of a multiple of 8 up to 64: to the median proportions if nearly all
// images have these, or are wide, or are tall, and else to squares. They are gray if no image of a
// sample has colours. Transparent parts become white if the images are dark or one in twenty would
// be lost on black, gray if as many would be lost on white, too, and else black. If most images
// have such parts they are padded, else cropped.
//
// Folders train, test and val at the top, or in each class folder, are splits (also as Training,
// testing, valid, validation, train_images, test-set); the folders below are classes, with all
// that is in them. A class may be in one split only. Images of val are [Data].Validation, or the
// held-out ones if there is no test. A folder called unlabelled (or unlabeled) beside the
// classes for training, or beside the splits, is no class: it holds images whose class is not
// known, and is loaded as [Data].Unlabelled if [Options].Unlabelled asks for it. Links are
// followed, except to images that are there already. Hidden files, pipes, devices and the model
// directories of govae are left out. [Data].Report says how the folder was understood.
//
// # Held-out images
//
// [Data].Test is never trained on and is always there. It is the test split of the
// source if that has one; otherwise a tenth of the images, chosen by a fixed seed,
// so that every run on the same files holds out the same images, whatever its
// own seed. [Options].Limit shortens the training images only, after the
// held-out ones are set apart: scores of runs with different limits compare.
// [SplitValidation] takes further images from the training split, for choosing
// among models, unless the source has such [Data].Validation.
//
// Images that can be trained on may still not be what was meant, such as nearly black ones.
// [Data].Warnings says so.
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
