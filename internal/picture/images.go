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

	"govae/internal/pixel"
)

// Images is a batch of n images of one size. Pixels holds n*H*W*C values,
// channels last, nominally in [0, 1]: a picture clamps what lies outside and
// shows NaN as black.
type Images struct {
	H, W, C int // C is 1 (grey) or 3 (red, green, blue)
	Pixels  []float32
}

// FromNCHW wraps a tensor [n, c, h, w] as an ONNX model returns it. Grey images
// share its memory, colour images are copied into channels-last order.
func FromNCHW(c, h, w int, pixels []float32) Images {
	m := Images{H: h, W: w, C: c, Pixels: pixels}
	n := m.Len()
	if c == 1 {
		return m
	}
	m.Pixels = make([]float32, len(pixels))
	for i := range n {
		src, dst := pixels[i*c*h*w:], m.Pixels[i*c*h*w:]
		for ch := range c {
			for p := range h * w {
				dst[p*c+ch] = src[ch*h*w+p]
			}
		}
	}
	return m
}

// Len returns the number of images. It panics on a shape that Pixels cannot have.
func (m Images) Len() int {
	size := m.H * m.W * m.C
	if m.H < 1 || m.W < 1 || m.C != 1 && m.C != 3 || len(m.Pixels)%size != 0 {
		panic(fmt.Sprintf("picture: %d pixel values of images %dx%dx%d; want a multiple of the size and 1 or 3 channels",
			len(m.Pixels), m.H, m.W, m.C))
	}
	return len(m.Pixels) / size
}

// Slice returns the images [from, to). They share m's memory.
func (m Images) Slice(from, to int) Images {
	size := m.H * m.W * m.C
	m.Pixels = m.Pixels[from*size : to*size]
	return m
}

// canvas returns a black picture of the batch's colour kind: grey or RGBA.
func (m Images) canvas(w, h int) draw.Image {
	if m.C == 1 {
		return image.NewGray(image.Rect(0, 0, w, h))
	}
	return image.NewRGBA(image.Rect(0, 0, w, h))
}

// paint draws image i with its top left corner at (x0, y0), each pixel a square of
// scale*scale. A sheet has a million of them: dst.Set would take most of the time.
func (m Images) paint(dst draw.Image, i, x0, y0, scale int) {
	src := m.Pixels[i*m.H*m.W*m.C:]
	for y := range m.H {
		for x := range m.W {
			p := src[(y*m.W+x)*m.C:]
			c := color.RGBA{R: pixel.Byte(p[0]), A: 255}
			c.G, c.B = c.R, c.R
			if m.C == 3 {
				c.G, c.B = pixel.Byte(p[1]), pixel.Byte(p[2])
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

// AppendBytes appends all pixels to dst, a byte a value, in the order of Pixels.
func (m Images) AppendBytes(dst []byte) []byte {
	for _, v := range m.Pixels {
		dst = append(dst, pixel.Byte(v))
	}
	return dst
}
