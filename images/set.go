package images

import (
	"fmt"
	"iter"
	"slices"
)

// Set is a set of images of one shape, with or without labels.
type Set struct {
	Shape
	Pixels []byte   // [n, H, W, C], rows from top to bottom
	Labels []int    // the class of each image, or nil
	Names  []string // what each image is called, such as 7/seven.png, or nil
}

// Len returns the number of images.
func (m *Set) Len() int {
	if len(m.Pixels) == 0 {
		return 0 // of whatever shape, and the zero value has none
	}
	return len(m.Pixels) / m.Shape.Len()
}

// At returns the pixels of image i, which share memory with m.
func (m *Set) At(i int) []byte {
	size := m.Shape.Len()
	return m.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// Image returns image i as models take it.
func (m *Set) Image(i int) Image {
	x := make([]float32, m.Shape.Len())
	numbers(x, m.At(i))
	return Image{m.Shape, ChannelsFirst(x, m.Shape)}
}

// Batch returns all images in one batch, as models take them.
func (m *Set) Batch() Batch {
	x := make([]float32, len(m.Pixels))
	numbers(x, m.Pixels)
	return Batch{m.Shape, ChannelsFirst(x, m.Shape)}
}

// All yields the images one by one, as the tasks of package infer take them. There is
// no error.
func (m *Set) All() iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		for i := range m.Len() {
			if !yield(m.Image(i), nil) {
				return
			}
		}
	}
}

// Gather is the inverse of [Set.All]: it gathers the images of a stream in a set, rounded
// to bytes. It stops at the first error, and images of different shapes are one.
func Gather(images iter.Seq2[Image, error]) (*Set, error) {
	m := new(Set)
	err := collect(images, &m.Shape, func(image Image) { m.Pixels = AppendBytes(m.Pixels, image.Pixels, image.Shape) })
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Floats writes the images named by index to dst as numbers in [0, 1], in the order
// [n, H, W, C]. It allocates nothing.
func (m *Set) Floats(dst []float32, index []int) {
	size := m.Shape.Len()
	if len(dst) != len(index)*size {
		panic(fmt.Sprintf("images: Set.Floats: dst has length %d, want %d (%d images of %v)", len(dst), len(index)*size, len(index), m.Shape))
	}
	for j, i := range index {
		numbers(dst[j*size:(j+1)*size], m.At(i))
	}
}

// Head returns the first n images, or all if there are fewer. They share memory
// with m.
func (m *Set) Head(n int) *Set { return m.Slice(0, min(n, m.Len())) }

// Slice returns images i to j-1, which share memory with m.
func (m *Set) Slice(i, j int) *Set {
	size := m.Shape.Len()
	s := &Set{Shape: m.Shape, Pixels: m.Pixels[i*size : j*size]}
	if m.Labels != nil {
		s.Labels = m.Labels[i:j]
	}
	if m.Names != nil {
		s.Names = m.Names[i:j]
	}
	return s
}

// Select returns a copy of the images named by index, in its order.
func (m *Set) Select(index []int) *Set {
	s := &Set{Shape: m.Shape, Pixels: make([]byte, 0, len(index)*m.Shape.Len())}
	if m.Labels != nil {
		s.Labels = make([]int, 0, len(index))
	}
	for _, i := range index {
		s.Pixels = append(s.Pixels, m.At(i)...)
		if m.Labels != nil {
			s.Labels = append(s.Labels, m.Labels[i])
		}
		if m.Names != nil {
			s.Names = append(s.Names, m.Names[i])
		}
	}
	return s
}

// Join returns a copy of the images of a and then those of b, of the same shape. Labels
// and names are kept where both have them.
func Join(a, b *Set) *Set {
	m := &Set{Shape: a.Shape, Pixels: slices.Concat(a.Pixels, b.Pixels)}
	if a.Labels != nil && b.Labels != nil {
		m.Labels = slices.Concat(a.Labels, b.Labels)
	}
	if a.Names != nil && b.Names != nil {
		m.Names = slices.Concat(a.Names, b.Names)
	}
	return m
}
