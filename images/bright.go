package images

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// bright is a picture whose values are multiplied by a factor before they are rounded to bytes or
// averaged, for masks that hold class numbers, or 12-bit cameras with 16-bit files. Values beyond
// white are white, and bright.err returns an error if there are too many.
type bright struct {
	image.Image
	factor       float64
	most         float64 // the largest value that was read, of 65535
	read, beyond int     // pixels, and those of them that became more than white
}

// hot is the share of a 16-bit picture that may become more than white: cameras and depth sensors have hot
// pixels.
const hot = 0.001

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
	value := 0.
	for _, v := range []*uint16{&c.R, &c.G, &c.B} {
		if c.A == 0xffff {
			value = max(value, float64(*v))
			*v = uint16(min(math.Round(float64(*v)*b.factor/step)*step, 0xffff))
		} else if c.A > 0 { // multiplied by alpha
			value = max(value, float64(*v)/float64(c.A)*0xffff)
			*v = uint16(min(math.Round(float64(*v)*b.factor), float64(c.A)))
		}
	}
	b.most = max(b.most, value)
	b.read++
	if b.beyondWhite(value) {
		b.beyond++
	}
	return c
}

func (b *bright) beyondWhite(value float64) bool { return value*b.factor >= 0xffff+0x80 } // else it is rounded to white

// err returns a [*TooBrightError] if values became more than white, but allows a few in a 16-bit picture.
func (b *bright) err() error {
	switch b.Image.ColorModel() {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		if float64(b.beyond) <= hot*float64(b.read) {
			return nil
		}
	}
	if !b.beyondWhite(b.most) {
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
