package images

import (
	"fmt"
	"image"
	"path/filepath"
	"strings"
)

// IsFile reports whether a file is a picture by the ending of its name: PNG, JPEG, GIF,
// BMP, TIFF, WebP, or the portable maps PBM, PGM, PPM and PNM.
func IsFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pbm", ".pgm", ".ppm", ".pnm":
		return true
	}
	return false
}

// Picture returns the image with eight bits per channel, as package image/png and its
// relatives take it: an [image.Gray], or an [image.RGBA] for three channels.
func (m Image) Picture() image.Image {
	s := Set{Shape: m.Shape, Pixels: AppendBytes(nil, m.Pixels, m.Shape)}
	return s.Picture(0)
}

// FromPicture returns a picture as an image of the shape s, in gray or in colour, and is
// the inverse of [Image.Picture]. What is transparent lies on black. A picture of another
// size is an error ([Framing.Image] takes any), and so are other numbers of channels than 1
// and 3.
func FromPicture(p image.Image, s Shape) (Image, error) {
	if size := p.Bounds().Size(); (s.C == 1 || s.C == 3) && size != image.Pt(s.W, s.H) {
		return Image{}, fmt.Errorf("a picture of %dx%d (height x width), where %dx%d is wanted: scale it first, as a Framing does", size.Y, size.X, s.H, s.W)
	}
	return Framing{}.Image(p, s)
}

// Picture is [Image.Picture] of image i, with which a gray one shares memory.
func (m *Set) Picture(i int) image.Image {
	area := image.Rect(0, 0, m.W, m.H)
	x := m.At(i)
	if m.C == 1 {
		return &image.Gray{Pix: x, Stride: m.W, Rect: area}
	}
	rgba := image.NewRGBA(area)
	for p := range m.H * m.W {
		copy(rgba.Pix[4*p:], x[3*p:3*p+3])
		rgba.Pix[4*p+3] = 255
	}
	return rgba
}

// Draw sets image i to a picture of any size ([Framing.Draw]).
func (m *Set) Draw(i int, p image.Image, f Framing) error { return f.Draw(m.At(i), m.Shape, p) }
