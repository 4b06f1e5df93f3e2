package infer

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"govae/onnx"
)

// Autoencoder maps images to reconstructions of them: encoder and decoder in one.
type Autoencoder struct{ *session }

// Reconstruct maps images to what the autoencoder makes of them, in order, like
// [Decoder.DecodeAll].
func (a *Autoencoder) Reconstruct(ctx context.Context, stream iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	return mapRows(ctx, a.session, pixels(stream, a.contract), func(ctx context.Context, x []float32, first int) ([]Image, error) {
		out, err := a.run(ctx, x, first)
		if err != nil {
			return nil, err
		}
		return split(a.images(out[0])), nil
	})
}

// setAutoencoder takes the sizes from the shapes of an image and its
// reconstruction.
func (c *Contract) setAutoencoder(image, reconstruction onnx.Shape) error {
	if err := c.setImage(image); err != nil {
		return err
	}
	if !slices.Equal(image[1:], reconstruction[1:]) {
		return fmt.Errorf("image has the shape %v but reconstruction %v", image, reconstruction)
	}
	return nil
}

// setImage takes the sizes from the shape of an image, and the latent dimensions, which the
// graph does not show, from the metadata, which may not tell.
func (c *Contract) setImage(image onnx.Shape) error {
	told := c.Metadata.Latent
	if err := c.setSizes(onnx.Shape{onnx.Named("batch"), onnx.Size(int64(max(told, 1)))}, image); err != nil {
		return err
	}
	c.Latent = told
	return nil
}
