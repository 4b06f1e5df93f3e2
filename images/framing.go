package images

import (
	"errors"
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"
)

// Fit says how a picture of other proportions is made to fit an image. The empty Fit is [Crop].
type Fit string

const (
	Crop    Fit = "crop"    // its middle, as much as the image's proportions take
	Pad     Fit = "pad"     // all of it, with the background at two sides
	Stretch Fit = "stretch" // all of it, whatever that does to its proportions
)

// Check returns an error unless f is empty or one of the constants.
func (f Fit) Check() error {
	switch f {
	case "", Crop, Pad, Stretch:
		return nil
	}
	return errors.New("want crop, pad or stretch")
}

// Framing says how pictures of any size become images of one shape. The zero value crops them
// and makes transparent parts black.
type Framing struct {
	Fit        Fit
	Background RGB // under what is transparent, and beside what is padded
	// Scale, if not 0, multiplies all values of a picture, before they are rounded to bytes or
	// averaged.
	Scale float64
}

// Check returns an error unless the fit is known, and the scale 0 or positive.
func (f Framing) Check() error {
	if err := f.Fit.Check(); err != nil {
		return fmt.Errorf("the fit %q: %w", f.Fit, err)
	}
	if !(f.Scale >= 0) || math.IsInf(f.Scale, 0) {
		return fmt.Errorf("a scale of %g of pictures: it must be 0 or a positive number", f.Scale)
	}
	return nil
}

// Draw draws a picture into dst, the bytes [H, W, C] of an image of the shape s, in gray (C = 1)
// or in colour (3). A pixel of a scaled picture is an average of the pixels that it covers: far
// larger pictures are first averaged by whole boxes, and the rest is done by the cubic of
// E. Catmull and R. Rom ("A class of local interpolating splines", 1974), which keeps edges sharp.
// It is a [*TooBrightError] if the scale makes a value more than white, or in a 16-bit picture more
// than one pixel in a thousand.
func (f Framing) Draw(dst []byte, s Shape, p image.Image) error {
	if f.Scale == 0 || f.Scale == 1 {
		f.draw(dst, s, p)
		return nil
	}
	b := brighten(p, f.Scale)
	f.draw(dst, s, b)
	return b.err()
}

// draw is Draw of a picture as it is.
func (f Framing) draw(dst []byte, s Shape, p image.Image) {
	from, to := p.Bounds(), image.Rect(0, 0, s.W, s.H)
	switch f.Fit {
	case "", Crop:
		from = centred(from, largest(from.Size(), to.Size()))
	case Pad:
		to = centred(to, largest(to.Size(), from.Size()))
	}
	target := canvas(dst, s)
	if to.Size() != target.Bounds().Size() {
		draw.Draw(target, target.Bounds(), image.NewUniform(f.Background.color()), image.Point{}, draw.Src)
	}
	flat := f.flatten(p, from, to.Size(), s.C)
	if flat.Bounds().Size() == to.Size() {
		draw.Draw(target, to, flat, image.Point{}, draw.Src)
	} else {
		draw.CatmullRom.Scale(target, to, flat, flat.Bounds(), draw.Src, nil)
	}
	if rgba, ok := target.(*image.RGBA); ok {
		for i := range s.H * s.W {
			copy(dst[3*i:3*i+3], rgba.Pix[4*i:])
		}
	}
}

// Image returns a picture of any size as an image of the shape s, in gray or in colour.
// Other numbers of channels than 1 and 3 are an error, and so are a shape or a picture
// without pixels, and a framing that [Framing.Check] refuses.
func (f Framing) Image(p image.Image, s Shape) (Image, error) {
	switch size := p.Bounds().Size(); {
	case s.C != 1 && s.C != 3:
		return Image{}, fmt.Errorf("an image of %d channels is wanted: give 1 (gray) or 3 (colour)", s.C)
	case s.H < 1 || s.W < 1:
		return Image{}, fmt.Errorf("an image of %dx%d (height x width) is wanted: give both", s.H, s.W)
	case size.X < 1 || size.Y < 1:
		return Image{}, fmt.Errorf("a picture of %dx%d (height x width) shows nothing", size.Y, size.X)
	}
	if err := f.Check(); err != nil {
		return Image{}, err
	}
	m := Set{Shape: s, Pixels: make([]byte, s.Len())}
	if err := m.Draw(0, p, f); err != nil {
		return Image{}, err
	}
	return m.Image(0), nil
}

// canvas returns a picture of an image's size, which is dst itself in gray.
func canvas(dst []byte, s Shape) draw.Image {
	area := image.Rect(0, 0, s.W, s.H)
	if s.C == 1 {
		return &image.Gray{Pix: dst, Stride: s.W, Rect: area}
	}
	return image.NewRGBA(area)
}

// largest returns the largest size within one that has the proportions of another.
func largest(within, like image.Point) image.Point {
	// In 64 bits, for sides of up to 2^31.
	x, y, lx, ly := int64(within.X), int64(within.Y), int64(like.X), int64(like.Y)
	if x*ly > y*lx {
		x = max(1, (2*y*lx+ly)/(2*ly))
	} else {
		y = max(1, (2*x*ly+lx)/(2*lx))
	}
	return image.Pt(int(x), int(y))
}

// centred returns a rectangle of a size in the middle of another.
func centred(r image.Rectangle, size image.Point) image.Rectangle {
	at := r.Min.Add(r.Size().Sub(size).Div(2))
	return image.Rectangle{Min: at, Max: at.Add(size)}
}
