package images

import "fmt"

// Shape is the size of an image in memory order: height, width, channels. An image has
// 1 or 3 channels; a feature map of a network has any number. The shape of a vector of C
// values, such as a latent point, has neither height nor width ([Vector]).
type Shape struct {
	H int `json:"height"`
	W int `json:"width"`
	C int `json:"channels"`
}

// Vector is the shape of n values in a row.
func Vector(n int) Shape { return Shape{C: n} }

// IsVector reports whether s is the shape of a vector.
func (s Shape) IsVector() bool { return s.H == 0 && s.W == 0 }

// Len returns the number of values.
func (s Shape) Len() int {
	if s.IsVector() {
		return s.C
	}
	return s.H * s.W * s.C
}

// String returns the shape as "28x28x1", a vector's as "1x1x16".
func (s Shape) String() string {
	if s.IsVector() {
		return fmt.Sprintf("1x1x%d", s.C)
	}
	return fmt.Sprintf("%dx%dx%d", s.H, s.W, s.C)
}
