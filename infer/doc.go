// Package infer runs the ONNX files that a VAE was exported to: it draws new
// images, reconstructs given ones and walks through latent space. It needs the
// files alone, not the packages that trained the model.
//
// A file is a [Decoder], an [Encoder] or an [Autoencoder], or a [Classifier] beside them; encoder
// and decoder of one model are a [Pair]. [OpenDecoder] and its like read files, [OpenDecoderBytes] and its like
// memory, as after go:embed, and [NewDecoder] and its like take a model, as package
// export makes it. [Open] takes whatever a file holds. The sessions know from the file
// itself what goes in and what comes out, and many goroutines may use one at once:
//
//	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
//	...
//	for image, err := range decoder.Sample(ctx, 64, latent.SampleOptions{Seed: 1}) {
//
// # Streams
//
// What a model makes comes as a stream, in constant memory however long it is, and
// streams go into one another: [Encoder.EncodeAll] of images, [latent.Means] of codes,
// [Decoder.DecodeAll] of latent points, with all that package latent does to points
// between them. [Collect] gathers a stream in one batch. Each image, code and point of a
// stream has memory of its own, which the consumer may keep. FromPicture of a session and
// [Image.Picture] lead from package image to images, and back; package govae/dataset reads
// files (Options.For) and uploads (ReadPicture) as a session takes them. A single image is a
// stream by images.Of:
//
//	image, err := dataset.ReadPicture(ctx, upload, pair)
//	for verdict, err := range pair.Judge(ctx, detector, images.Of(image)) {
//
// EncodeAll, DecodeAll and all that is made of them read the stream that they are given on
// another goroutine, ahead of the consumer: a few rows at first, later up to a thousand. Where
// that stream rests for some milliseconds, what came so far is computed. A stream ends with
// its first error, after the results of what came before it.
//
// When the consumer breaks off or the context is cancelled, the work under way ends
// between chunks, and the given stream is asked for nothing more. Only the item that it is
// at work on is waited for: a stream that blocks, as on a network, must watch the context
// itself.
//
// [Pair.Scores] estimates how likely a model finds images. CheckValues of a session tells
// whether engine and machine compute what the trainer did, from values that an exported
// file holds for this purpose; [CheckEngines] asks every engine.
//
// # Conditional models
//
// A model that is conditional on a class needs a [Label] for what goes in, whatever the task:
//
//	sevens, err := decoder.WithLabel(infer.Class(7))
//	pair, err = pair.WithLabel(infer.Classes(set.Labels))
//
// Row i of each stream has the label of row i. Classes of a session are their names. A
// pair whose encoder and decoder have different labels makes images of other classes.
//
// A [Classifier] tells the classes of images, and chooses among new ones ([AugmentFilter]).
//
// # Engines
//
// An engine of package [govae/engine] executes the graph: ONNX Runtime, a shared library
// that package [govae/engine/onnxruntime] finds and installs, or "go", which is pure Go
// and serves where no library is found; Note of a session then says so.
//
// Decoders and encoders of other programs are opened like those of this one: package
// [govae/adapt] finds out what their tensors mean, Adapted of a session says what was found, and
// [Options] answer what is open.
//
// # Conventions
//
// What files, other data and options hold that is wrong is an error, never a panic; a
// stream yields it. Errors on which a program can act have types: [*RoleError],
// [*adapt.Question], [*LabelError], [*UnconditionalError], [*LikelihoodError], [*RangeError],
// [*latent.SpaceError], [*latent.OptionError], [*engine.OptionError], [*ClassSizeError],
// [*UnconvincingError].
//
// Tensors are float32 in row-major order. Images are [n, C, H, W] with values in
// [0, 1], as in the files; latent points are [n, L]. A model whose images have other values
// is a [*RangeError].
//
// Models run in chunks of a fixed number of rows, the last one filled up with
// zeros, and each chunk on one thread. So an image's bits depend neither on the
// images beside it nor on the number of threads, nor on how a stream is cut into chunks.
package infer
