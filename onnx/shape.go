package onnx

import (
	"slices"
	"strconv"
	"strings"

	"govae/internal/printable"
)

// Dim is one dimension of a shape: a size, or a name, or neither. Use [Size],
// [Named] and [Unknown] to make one.
type Dim struct {
	Size int64  // -1 where it is not known
	Name string // such as "batch"; the size is then not known
}

// Size is a dimension of n elements.
func Size(n int64) Dim { return Dim{Size: n} }

// Named is a dimension whose size is known only when the model runs; all
// dimensions of one name have the same size.
func Named(name string) Dim { return Dim{Size: -1, Name: name} }

// Unknown is a dimension of which nothing is known.
func Unknown() Dim { return Dim{Size: -1} }

// Known reports whether d is a number.
func (d Dim) Known() bool { return d.Name == "" && d.Size >= 0 }

// String returns the number, the name, quoted where it would break a line, or "?".
func (d Dim) String() string {
	switch {
	case d.Name != "":
		return printable.Name(d.Name)
	case d.Size >= 0:
		return strconv.FormatInt(d.Size, 10)
	}
	return "?"
}

// Shape is a list of dimensions, outermost first. An empty shape is a scalar's;
// nil means that not even the number of dimensions is known.
type Shape []Dim

// Sizes is the shape of those dimensions, all known.
func Sizes[T int | int64](dims ...T) Shape {
	s := make(Shape, len(dims))
	for i, n := range dims {
		s[i] = Size(int64(n))
	}
	return s
}

// Known reports whether every dimension is a number.
func (s Shape) Known() bool {
	return s != nil && !slices.ContainsFunc(s, func(d Dim) bool { return !d.Known() })
}

// Sizes returns the dimensions as numbers, and false unless all are known.
func (s Shape) Sizes() ([]int, bool) {
	if !s.Known() {
		return nil, false
	}
	sizes := make([]int, len(s))
	for i, d := range s {
		sizes[i] = int(d.Size)
	}
	return sizes, true
}

// String returns the shape as in "[batch,1,28,28]", or "?" where it is unknown.
func (s Shape) String() string {
	if s == nil {
		return "?"
	}
	dims := make([]string, len(s))
	for i, d := range s {
		dims[i] = d.String()
	}
	return "[" + strings.Join(dims, ",") + "]"
}
