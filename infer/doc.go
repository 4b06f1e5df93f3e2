// Package infer runs the ONNX files that a VAE was exported to: it draws new
// images, reconstructs given ones and walks through latent space. It needs the
// files alone, not the packages that trained the model.
//
// A file is a [Decoder], an [Encoder] or an [Autoencoder], or a [Classifier] beside them; the
// encoder and the decoder of one model are a [Pair]. There is a function for each: [OpenDecoder]
// reads a file, [OpenDecoderBytes] memory, as after go:embed, and [NewDecoder] takes a model from
// package export. [Open] opens a file of any role. A session knows its inputs and outputs from
// the file itself, and many goroutines may use one at once:
//
//	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
//	...
//	for image, err := range decoder.Sample(ctx, 64, latent.SampleOptions{Seed: 1}) {
//
// # Streams
//
// A model's results are a stream, which takes constant memory however long it is. Streams are
// chained: [Encoder.EncodeAll] turns images into codes, [latent.Means] codes into latent points,
// [Decoder.DecodeAll] points into images, and package latent changes points in between.
// [Collect] gathers a stream in one batch. Each image, code and point of a stream has memory of
// its own, which the consumer may keep. FromPicture of a session and [Image.Picture] convert from
// and to package image; package govae/dataset reads files (Options.For) and uploads (ReadPicture) as a
// session takes them. A single image becomes a stream by images.Of:
//
//	image, err := dataset.ReadPicture(ctx, upload, pair)
//	for verdict, err := range pair.Judge(ctx, detector, images.Of(image)) {
//
// EncodeAll, DecodeAll and what is built on them read their input on another goroutine, ahead of
// the consumer: a few rows at first, later up to a thousand. When the input pauses for some
// milliseconds, the rows that have come are computed. A stream ends with its first error, after
// the results of the rows before it.
//
// When the consumer stops or the context is cancelled, the work ends after the present chunk,
// and no more is read of the input. Only the item that the input is producing is waited for: an
// input that blocks, as on a network, must watch the context itself.
//
// [Pair.Scores] estimates the likelihood of images. CheckValues of a session compares what the
// engine computes on this machine with what the trainer computed, for values that an exported
// file holds; [CheckEngines] does so for every engine.
//
// # Conditional models
//
// A model that is conditional on a class needs a [Label] for its input, whatever the task:
//
//	sevens, err := decoder.WithLabel(infer.Class(7))
//	pair, err = pair.WithLabel(infer.Classes(set.Labels))
//
// Row i of each stream has the label of row i. Classes of a session are their names. A
// pair whose encoder and decoder have different labels makes images of other classes.
//
// A [Classifier] finds the classes of images, and filters new ones ([AugmentFilter]).
//
// # Engines
//
// An engine of package [govae/engine] executes the graph: ONNX Runtime, a shared library
// that package [govae/engine/onnxruntime] finds and installs, or "go", which is pure Go
// and serves where no library is found; Note of a session then says so.
//
// Decoders and encoders of other programs are opened like those of this one: package
// [govae/adapt] finds out what their tensors mean, Adapted of a session says what it found, and
// [Options] answer what it cannot find out.
//
// # Conventions
//
// Whatever is wrong with files, other data or options is an error, never a panic; a stream
// yields it. Errors on which a program can act have types: [*RoleError],
// [*adapt.Question], [*LabelError], [*UnconditionalError], [*LikelihoodError], [*RangeError],
// [*latent.SpaceError], [*latent.OptionError], [*engine.OptionError], [*ClassSizeError],
// [*UnconvincingError].
//
// Tensors are float32 in row-major order. Images are [n, C, H, W] with values in
// [0, 1], as in the files; latent points are [n, L]. A model that gives images with other values
// is a [*RangeError].
//
// Models run in chunks of a fixed number of rows, the last one filled up with
// zeros, and each chunk on one thread. So an image's bits depend neither on the
// images beside it nor on the number of threads, nor on how a stream is cut into chunks.
package infer
