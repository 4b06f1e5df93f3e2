package images

import (
	"fmt"
	"image"
	"path/filepath"
	"strings"

	"golang.org/x/image/draw"
)

// IsFile reports whether a file is a picture by the ending of its name: PNG, JPEG or GIF.
func IsFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif":
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
// size is an error, and so are other numbers of channels than 1 and 3.
func FromPicture(p image.Image, s Shape) (Image, error) {
	if s.C != 1 && s.C != 3 {
		return Image{}, fmt.Errorf("an image of %d channels is wanted: give 1 (gray) or 3 (colour)", s.C)
	}
	if size := p.Bounds().Size(); size != image.Pt(s.W, s.H) {
		return Image{}, fmt.Errorf("a picture of %dx%d (height x width), where %dx%d is wanted: scale it first, as golang.org/x/image/draw does", size.Y, size.X, s.H, s.W)
	}
	m := Set{Shape: s, Pixels: make([]byte, s.Len())}
	m.Draw(0, p)
	return m.Image(0), nil
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

// Draw sets image i to src, scaled if it has another size, on black where src is
// transparent.
func (m *Set) Draw(i int, src image.Image) {
	area := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		paint(&image.Gray{Pix: m.At(i), Stride: m.W, Rect: area}, src)
		return
	}
	rgba := image.NewRGBA(area) // multiplied by alpha, which is what lies over black
	paint(rgba, src)
	x := m.At(i)
	for p := range m.H * m.W {
		copy(x[3*p:3*p+3], rgba.Pix[4*p:])
	}
}

// paint fills dst with src. Where a size changes, the cubic of E. Catmull and R. Rom
// ("A class of local interpolating splines", 1974) keeps edges sharp.
func paint(dst draw.Image, src image.Image) {
	if area := dst.Bounds(); area.Size() == src.Bounds().Size() {
		draw.Draw(dst, area, src, src.Bounds().Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(dst, area, src, src.Bounds(), draw.Src, nil)
	}
}
