package infer

import (
	"fmt"
	"image"
	"iter"

	"govae/images"
)

// Image is one image [C, H, W] with values in [0, 1].
type Image = images.Image

// Images is a batch of n images [n, C, H, W] with values in [0, 1].
type Images = images.Batch

// Collect is [images.Collect]: it gathers the images of a stream in one batch.
func Collect(stream iter.Seq2[Image, error]) (Images, error) { return images.Collect(stream) }

// FromPicture returns a picture of any size as the model takes it, prepared as those that
// it was trained on ([Session.Framing]). It is the inverse of [images.Image.Picture]. An
// empty picture is an error.
func (s *session) FromPicture(p image.Image) (Image, error) {
	m, err := s.Framing().Image(p, s.Shape())
	if err != nil {
		return Image{}, fmt.Errorf("%s: %w", s.name, err)
	}
	return m, nil
}

// split returns the images of a batch one by one.
func split(m Images) []Image {
	parts := make([]Image, m.Len())
	for i := range parts {
		parts[i] = m.At(i)
	}
	return parts
}

// imageShape is the shape of one image.
func (s *session) imageShape() []int {
	return []int{s.contract.C, s.contract.H, s.contract.W}
}

// images wraps the pixels of a model's output.
func (s *session) images(pixels []float32) Images {
	return Images{Shape: s.Shape(), Pixels: pixels}
}
