// Package picture turns batches of images into files that people look at:
// sheets of images, originals above their reconstructions, the latent manifold
// with its axes, and the loss curves of a training run.
//
// Pictures without axes are plain pixels, enlarged by whole factors so that
// every image pixel stays a sharp square; those with axes are drawn by
// gonum/plot. The same input always gives the same bytes.
package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"govae/images"
)

// Images is a batch of images, nominally in [0, 1]: a picture clamps what lies outside
// and shows NaN as black.
type Images = images.Batch

// check says whether m holds whole images, at least one, that can be drawn.
func check(m Images) error {
	if err := checkShape(m.Shape); err != nil {
		return err
	}
	if n := m.Shape.Len(); len(m.Pixels) == 0 || len(m.Pixels)%n != 0 {
		return fmt.Errorf("picture: %d values are no whole number of images of %v, each of %d", len(m.Pixels), m.Shape, n)
	}
	return nil
}

func checkShape(s images.Shape) error {
	if s.H < 1 || s.W < 1 || s.C != 1 && s.C != 3 {
		return fmt.Errorf("picture: the shape %v is not that of images: want a height, a width and 1 or 3 channels", s)
	}
	return nil
}

// must is for functions that return no error.
func must(err error) {
	if err != nil {
		panic(err.Error())
	}
}

// canvas returns a black picture of the images' colour kind: grey or RGBA.
func canvas(m Images, w, h int) draw.Image {
	if m.C == 1 {
		return image.NewGray(image.Rect(0, 0, w, h))
	}
	return image.NewRGBA(image.Rect(0, 0, w, h))
}

// paint draws an image with its top left corner at (x0, y0), each pixel a square of
// scale*scale. A sheet has a million of them: dst.Set would take most of the time.
func paint(dst draw.Image, m images.Image, x0, y0, scale int) {
	area := m.H * m.W
	for y := range m.H {
		for x := range m.W {
			p := m.Pixels[y*m.W+x:]
			c := color.RGBA{R: images.Byte(p[0]), A: 255}
			c.G, c.B = c.R, c.R
			if m.C == 3 {
				c.G, c.B = images.Byte(p[area]), images.Byte(p[2*area])
			}
			fill(dst, image.Rect(x*scale, y*scale, (x+1)*scale, (y+1)*scale).Add(image.Pt(x0, y0)), c)
		}
	}
}

// fill draws a rectangle of one colour, which is grey on a grey canvas.
func fill(dst draw.Image, r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			switch dst := dst.(type) {
			case *image.Gray:
				dst.SetGray(x, y, color.Gray{Y: c.R})
			case *image.RGBA:
				dst.SetRGBA(x, y, c)
			default:
				dst.Set(x, y, c)
			}
		}
	}
}
