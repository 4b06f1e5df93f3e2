// Package images defines how all packages of this module hold images in memory.
//
// There are two forms. An [Image] is the form of models: numbers in [0, 1], one plane after
// the other (C, H, W); a [Batch] is many of them in one slice. A [Set] is the form of data
// sets: bytes, the channels of a pixel side by side (H, W, C), with labels and names. [Set.All]
// makes a stream of images of a set, and [Gather] a set of a stream, so that a model can be
// trained on the images of another one:
//
//	codes := encoder.EncodeAll(ctx, data.Test.All())
//	made, err := images.Gather(decoder.Sample(ctx, 1000, latent.SampleOptions{}))
//
// [FromPicture] converts a picture of package image to an Image, and [Image.Picture] converts
// back; [Of] makes a stream of single images. A stream of a program's own pictures becomes data to train on:
//
//	set, err := images.Gather(pictures)
//	data := &dataset.Data{Name: "pictures", Train: set.Slice(10, set.Len()), Test: set.Head(10)}
//
// A [Framing] turns pictures of any size into images of one shape: it crops, pads or
// stretches them, averages pixels when it scales down, and puts a colour behind transparent
// parts.
//
// Only [ChannelsFirst] and [ChannelsLast] convert between the two orders, and only [Byte]
// numbers to bytes.
package images
