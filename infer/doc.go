// Package infer runs the ONNX files that a VAE was exported to: it draws new
// images, reconstructs given ones and walks through latent space. It needs the
// files alone, not the packages that trained the model.
//
// [Open] reads a decoder or an encoder from a file, [OpenBytes] from memory, as
// after go:embed. The resulting [Session] knows from the file itself what goes
// in and what comes out, and many goroutines may use it at once:
//
//	decoder, err := infer.Open("decoder.onnx", infer.Options{})
//	...
//	for image, err := range decoder.Sample(ctx, 64, latent.SampleOptions{Seed: 1}) {
//
// What a model makes comes as a stream, in constant memory however long it is, and
// streams go into one another: [Session.EncodeAll] of images, [Means] of codes,
// [Session.DecodeAll] of latent points, with [Interpolate] or [Edited] between them.
// [Collect] gathers a stream in one batch. Each image, code and point of a stream
// has memory of its own, which the consumer may keep. [Session.FromPicture] and
// [Image.Picture] lead from package image to images, and back.
//
// A context cancels between chunks. DecodeAll, EncodeAll and all that is made of them
// read the stream that they are given on another goroutine, ahead of the consumer.
// When the consumer breaks off or the context is cancelled, they wait until that
// goroutine has ended, and so for an item that the stream is at work on: a stream
// that blocks, as on a network, must watch the context itself.
//
// [Scores] estimates how likely a model finds images, and [Session.FitMixture] fits a
// density to codes that is better to sample than the prior.
//
// [Session.CheckValues] tells whether engine and machine compute what the trainer
// did, from values that an exported file holds for this purpose.
//
// # Engines
//
// An [Engine] executes the graph. There are two: ONNX Runtime, a shared library
// that [FindLibrary] looks for and [Install] fetches, and "gonum", which is pure
// Go. It runs everywhere Go does, also in a program built without cgo, and serves
// where no library is found; [Session.Note] then says so. It needs less time than
// ONNX Runtime for the convolutional networks that package export writes.
//
// Both read decoders and encoders of other programs too: see [ReadContract].
//
// # Conventions
//
// What files and other data hold that is wrong is an error. What only a mistake in the
// program can cause, such as a slice of another length than the shape says, panics with
// the function, what it got and what it wants.
//
// Tensors are float32 in row-major order. Images are [n, C, H, W] with values in
// [0, 1], as in the files; latent points are [n, L].
//
// Models run in chunks of a fixed number of rows, the last one filled up with
// zeros, and each chunk on one thread. So an image's bits depend neither on the
// images beside it nor on the number of threads.
package infer
