package images

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"unsafe"
)

// Set is a set of images of one shape, with or without labels.
//
// It has pixels of its own, or is a view of some images ([Set.Select]) of another set, as the
// splits of a data set are. Pixels may be in a mapped file and larger than memory. All methods work
// alike for both.
type Set struct {
	Shape
	Pixels []byte   // [n, H, W, C], rows from top to bottom; nil in a view: see At
	Labels []int    // the class of each image, or nil
	Names  []string // what each image is called, such as 7/seven.png, or nil

	// Image i of a view is number index[i] of the images that whole holds.
	whole []byte
	index []int // nil unless this is a view
}

// Len returns the number of images.
func (m *Set) Len() int {
	if m.index != nil {
		return len(m.index)
	}
	if len(m.Pixels) == 0 {
		return 0 // of whatever shape, and the zero value has none
	}
	return len(m.Pixels) / m.Shape.Len()
}

// At returns the pixels of image i, which share memory with m. Those of a data set that was read
// from files must not be changed: they may be in read-only memory.
func (m *Set) At(i int) []byte {
	pixels := m.Pixels
	if m.index != nil {
		pixels, i = m.whole, m.index[i]
	}
	size := m.Shape.Len()
	return pixels[i*size : (i+1)*size : (i+1)*size]
}

// Number returns the index of image i in the set that m is a view of, or i if m is no view. It does not
// change when a part for validation or for pictures is chosen.
func (m *Set) Number(i int) int {
	if m.index != nil {
		return m.index[i]
	}
	return i
}

// Equal reports whether both sets hold the same images, labels and names.
func (m *Set) Equal(o *Set) bool {
	if m == nil || o == nil {
		return m == o
	}
	if m.Shape != o.Shape || m.Len() != o.Len() || !slices.Equal(m.Labels, o.Labels) || !slices.Equal(m.Names, o.Names) {
		return false
	}
	for i := range m.Len() {
		if !bytes.Equal(m.At(i), o.At(i)) {
			return false
		}
	}
	return true
}

// Image returns image i as models take it.
func (m *Set) Image(i int) Image {
	x := make([]float32, m.Shape.Len())
	numbers(x, m.At(i))
	return Image{m.Shape, ChannelsFirst(x, m.Shape)}
}

// Batch returns all images in one batch, as models take them.
func (m *Set) Batch() Batch {
	size := m.Shape.Len()
	x := make([]float32, m.Len()*size)
	for i := range m.Len() {
		numbers(x[i*size:], m.At(i))
	}
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
	s := &Set{Shape: m.Shape, whole: m.whole}
	if m.index != nil {
		s.index = m.index[i:j]
	} else {
		size := m.Shape.Len()
		s.Pixels = m.Pixels[i*size : j*size]
	}
	if m.Labels != nil {
		s.Labels = m.Labels[i:j]
	}
	if m.Names != nil {
		s.Names = m.Names[i:j]
	}
	return s
}

// FromAllClasses returns the numbers of n images, or of all if there are fewer, to look at: equally
// many of each class, in turns, and spread over the class.
func (m *Set) FromAllClasses(n int) []int {
	return FromAllClasses(m.Len(), n, func(i int) int {
		if m.Labels == nil {
			return 0
		}
		return m.Labels[i]
	})
}

// FromAllClasses is [Set.FromAllClasses] of so many things that have classes.
func FromAllClasses[Class cmp.Ordered](of, n int, class func(i int) Class) []int {
	members := map[Class][]int{}
	for i := range of {
		members[class(i)] = append(members[class(i)], i)
	}
	classes, wanted, turns := slices.Sorted(maps.Keys(members)), map[Class]int{}, []Class(nil)
	for n = min(n, of); len(turns) < n; {
		for _, class := range classes {
			if len(turns) < n && wanted[class] < len(members[class]) {
				wanted[class]++
				turns = append(turns, class)
			}
		}
	}
	index, taken := make([]int, n), map[Class]int{}
	for i, class := range turns {
		all := members[class]
		index[i] = all[taken[class]*len(all)/wanted[class]]
		taken[class]++
	}
	return index
}

// Select returns a view of the images named by index, in its order. They share memory
// with m.
func (m *Set) Select(index []int) *Set {
	s := &Set{Shape: m.Shape, whole: m.Pixels, index: make([]int, 0, len(index))}
	if m.index != nil {
		s.whole = m.whole
	}
	if m.Labels != nil {
		s.Labels = make([]int, 0, len(index))
	}
	for _, i := range index {
		m.At(i) // which must be there
		of := i
		if m.index != nil {
			of = m.index[i]
		}
		s.index = append(s.index, of)
		if m.Labels != nil {
			s.Labels = append(s.Labels, m.Labels[i])
		}
		if m.Names != nil {
			s.Names = append(s.Names, m.Names[i])
		}
	}
	return s
}

// Join returns the images of a and then those of b, of the same shape. They share memory
// with both if those are parts of one set, such as its splits, and are copies otherwise.
// Labels and names are kept where both have them.
func Join(a, b *Set) *Set {
	m := &Set{Shape: a.Shape}
	switch {
	case a.index != nil && b.index != nil && unsafe.SliceData(a.whole) == unsafe.SliceData(b.whole) && len(a.whole) == len(b.whole):
		m.whole, m.index = a.whole, slices.Concat(a.index, b.index)
	case a.index != nil && follows(b.Pixels, a.whole):
		m.whole, m.index = a.whole[:len(a.whole)+len(b.Pixels)], slices.Clone(a.index)
		for i := range b.Len() {
			m.index = append(m.index, len(a.whole)/a.Shape.Len()+i)
		}
	case follows(b.Pixels, a.Pixels):
		m.Pixels = a.Pixels[:len(a.Pixels)+len(b.Pixels)]
	default:
		m.Pixels = make([]byte, 0, (a.Len()+b.Len())*a.Shape.Len())
		for _, part := range []*Set{a, b} {
			for i := range part.Len() {
				m.Pixels = append(m.Pixels, part.At(i)...)
			}
		}
	}
	if a.Labels != nil && b.Labels != nil {
		m.Labels = slices.Concat(a.Labels, b.Labels)
	}
	if a.Names != nil && b.Names != nil {
		m.Names = slices.Concat(a.Names, b.Names)
	}
	return m
}

// follows reports whether b begins in memory where a ends, as parts of one slice.
func follows(b, a []byte) bool {
	both := len(a) + len(b)
	return len(b) > 0 && cap(a) >= both && unsafe.SliceData(a[len(a):both]) == unsafe.SliceData(b)
}
