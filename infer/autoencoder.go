package infer

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"govae/onnx"
)

// Reconstruct maps images x [n, C, H, W] to what an autoencoder makes of them. The
// function [Reconstruct] does so with an encoder and a decoder.
func (s *Session) Reconstruct(ctx context.Context, x []float32) (Images, error) {
	if err := s.want(Autoencoder); err != nil {
		return Images{}, err
	}
	size, shape := s.C*s.H*s.W, []int{s.C, s.H, s.W}
	if s.channelsLast {
		x, shape = transposeImages(x, s.C, s.H*s.W), []int{s.H, s.W, s.C}
	}
	out, err := s.runRows(ctx, len(x)/size, x, shape, size)
	if err != nil {
		return Images{}, err
	}
	pixels := out[0]
	if s.channelsLast {
		pixels = transposeImages(pixels, s.H*s.W, s.C)
	}
	return Images{s.C, s.H, s.W, pixels}, nil
}

// setAutoencoder takes the sizes from the shapes of an image and its
// reconstruction. The latent points are hidden within the graph, but the metadata
// may tell their size.
func (c *Contract) setAutoencoder(m *onnx.Model, layout string, image, reconstruction onnx.Shape) error {
	text, told := m.MetadataValue("vae.latent")
	latent, _ := strconv.Atoi(text)
	if err := c.setSizes(m, layout, onnx.Shape{onnx.Named("batch"), onnx.Size(int64(max(latent, 1)))}, image); err != nil {
		return err
	}
	if !told {
		c.Latent = 0
	}
	if !slices.Equal(image[1:], reconstruction[1:]) {
		return fmt.Errorf("image has the shape %v but reconstruction %v", image, reconstruction)
	}
	return nil
}
