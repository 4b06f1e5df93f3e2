package images

import (
	"fmt"
	"iter"
)

// Image is one image as models take and give it.
type Image struct {
	Shape            // of 1 (gray) or 3 channels (red, green, blue)
	Pixels []float32 // [C, H, W] in [0, 1]
}

// Batch is n images of one shape.
type Batch struct {
	Shape
	Pixels []float32 // [n, C, H, W] in [0, 1]
}

// Len returns the number of images.
func (m Batch) Len() int {
	if len(m.Pixels) == 0 {
		return 0 // of whatever shape, and the zero value has none
	}
	return len(m.Pixels) / m.Shape.Len()
}

// At returns image i, which shares memory with m.
func (m Batch) At(i int) Image {
	return Image{m.Shape, m.Slice(i, i+1).Pixels}
}

// Slice returns images i to j-1, which share memory with m.
func (m Batch) Slice(i, j int) Batch {
	size := m.Shape.Len()
	return Batch{m.Shape, m.Pixels[i*size : j*size : j*size]}
}

// All yields the images one by one, as the tasks of package infer take them. There is
// no error.
func (m Batch) All() iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		for i := range m.Len() {
			if !yield(m.At(i), nil) {
				return
			}
		}
	}
}

// Of yields the given images, as the tasks of package infer take them. There is no error.
func Of(images ...Image) iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		for _, m := range images {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// Collect gathers the images of a stream in one batch. It stops at the first error, and
// images of different shapes are one.
func Collect(images iter.Seq2[Image, error]) (Batch, error) {
	var m Batch
	err := collect(images, &m.Shape, func(image Image) { m.Pixels = append(m.Pixels, image.Pixels...) })
	if err != nil {
		return Batch{}, err
	}
	return m, nil
}

// collect calls add for each image of a stream and sets shape to the one that all have.
func collect(images iter.Seq2[Image, error], shape *Shape, add func(Image)) error {
	n := 0
	for image, err := range images {
		switch {
		case err != nil:
			return err
		case n == 0:
			*shape = image.Shape
		case image.Shape != *shape:
			return fmt.Errorf("image %d of a stream is %v, but the first is %v: make all images one size", n, image.Shape, *shape)
		}
		if len(image.Pixels) != image.Shape.Len() {
			return fmt.Errorf("image %d of a stream is %v and has %d values: give %d", n, image.Shape, len(image.Pixels), image.Shape.Len())
		}
		add(image)
		n++
	}
	return nil
}
