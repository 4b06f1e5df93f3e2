// Package images is what the rooms of this module agree on about images in memory.
//
// There are two forms. An [Image] is what models take and give: numbers in [0, 1], one
// plane after the other (C, H, W); a [Batch] is many of them in one slice. A [Set] is
// what data sets are kept in: bytes, the channels of a pixel side by side (H, W, C),
// with labels and names. [Set.All] leads from a set to a stream of images, [Gather] from
// a stream to a set, so what one part of a program makes another one can train on:
//
//	codes := encoder.EncodeAll(ctx, data.Test.All())
//	made, err := images.Gather(decoder.Sample(ctx, 1000, latent.SampleOptions{}))
//
// [FromPicture] and [Image.Picture] lead from a picture of package image to an Image, and
// back; [Of] makes a stream of single ones. A stream of a program's own pictures becomes data to train on:
//
//	set, err := images.Gather(pictures)
//	data := &dataset.Data{Name: "pictures", Train: set.Slice(10, set.Len()), Test: set.Head(10)}
//
// A [Framing] makes images of one shape of pictures of any size: it crops, pads or
// stretches them, averages what it scales down, and lays what is transparent on a colour.
//
// [ChannelsFirst] and [ChannelsLast] are the only step between the two orders, [Byte]
// the only one from numbers to bytes.
package images
