package images

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// bright is a picture whose values are multiplied by a factor, before they are rounded to bytes
// or averaged: those of masks that are stored as numbers, of cameras with 12 bits in files of 16.
// Values that become more than white are white, and an error of bright.err.
type bright struct {
	image.Image
	factor float64
	most   float64 // the largest value that was read, of 65535
}

// brighten returns a picture multiplied by a factor.
func brighten(p image.Image, factor float64) *bright { return &bright{Image: p, factor: factor} }

// ColorModel implements [image.Image].
func (b *bright) ColorModel() color.Model { return color.RGBA64Model }

// At implements [image.Image].
func (b *bright) At(x, y int) color.Color { return b.RGBA64At(x, y) }

// RGBA64At implements [image.RGBA64Image].
func (b *bright) RGBA64At(x, y int) color.RGBA64 {
	var c color.RGBA64
	if p, ok := b.Image.(image.RGBA64Image); ok { // without an allocation
		c = p.RGBA64At(x, y)
	} else {
		c = color.RGBA64Model.Convert(b.Image.At(x, y)).(color.RGBA64)
	}
	const step = 0x101 // of a byte, to which opaque values are rounded
	for _, v := range []*uint16{&c.R, &c.G, &c.B} {
		if c.A == 0xffff {
			b.most = max(b.most, float64(*v))
			*v = uint16(min(math.Round(float64(*v)*b.factor/step)*step, 0xffff))
		} else if c.A > 0 { // multiplied by alpha
			b.most = max(b.most, float64(*v)/float64(c.A)*0xffff)
			*v = uint16(min(math.Round(float64(*v)*b.factor), float64(c.A)))
		}
	}
	return c
}

// err is a [*TooBrightError] if a value that was read became more than white.
func (b *bright) err() error {
	if b.most*b.factor < 0xffff+0x80 { // which is rounded to white
		return nil
	}
	return &TooBrightError{b.most / 0x101, b.factor}
}

// TooBrightError says that a factor makes a value more than white.
type TooBrightError struct {
	Value float64 // of 255
	Scale float64 // the factor
}

func (e *TooBrightError) Error() string {
	return fmt.Sprintf("has a pixel of %.4g, which the scale %g makes more than 255: want a scale of %d at most", e.Value, e.Scale, int(255/e.Value))
}
