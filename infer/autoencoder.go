package infer

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"govae/images"
	"govae/onnx"
)

// Reconstruct maps images to what an autoencoder makes of them, in order, like
// [Session.DecodeAll]. The function [Reconstruct] does so with an encoder and a
// decoder.
func (s *Session) Reconstruct(ctx context.Context, stream iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	return mapRows(ctx, s, Autoencoder, pixels(stream, s.Contract), func(ctx context.Context, x []float32) ([]Image, error) {
		made, err := s.reconstruct(ctx, x)
		return split(made), err
	})
}

// reconstruct is [Session.Reconstruct] for a batch x [n, C, H, W].
func (s *Session) reconstruct(ctx context.Context, x []float32) (Images, error) {
	if s.channelsLast {
		x = images.ChannelsLast(x, s.Shape())
	}
	out, err := s.runRows(ctx, len(x)/(s.C*s.H*s.W), x, s.imageShape(), s.imageShape())
	if err != nil {
		return Images{}, err
	}
	return s.images(out[0]), nil
}

// setAutoencoder takes the sizes from the shapes of an image and its
// reconstruction. The latent points are hidden within the graph, but the metadata
// may tell their size.
func (c *Contract) setAutoencoder(layout string, image, reconstruction onnx.Shape) error {
	told := c.Metadata.Latent
	if err := c.setSizes(layout, onnx.Shape{onnx.Named("batch"), onnx.Size(int64(max(told, 1)))}, image); err != nil {
		return err
	}
	c.Latent = told
	if !slices.Equal(image[1:], reconstruction[1:]) {
		return fmt.Errorf("image has the shape %v but reconstruction %v", image, reconstruction)
	}
	return nil
}
