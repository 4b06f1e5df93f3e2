package infer

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"iter"

	"govae/internal/pixel"
)

// Image is one image [C, H, W] with values in [0, 1].
type Image struct {
	C, H, W int // C is 1 (gray) or 3 (red, green, blue)
	Pixels  []float32
}

// Picture returns the image with eight bits a channel, as package image/png and its
// relatives take it: an [image.Gray], or an [image.RGBA] for three channels.
func (m Image) Picture() image.Image {
	area := m.H * m.W
	bounds := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		gray := image.NewGray(bounds)
		for i, v := range m.Pixels {
			gray.Pix[i] = pixel.Byte(v)
		}
		return gray
	}
	rgba := image.NewRGBA(bounds)
	for i := range area {
		rgba.SetRGBA(i%m.W, i/m.W, color.RGBA{pixel.Byte(m.Pixels[i]), pixel.Byte(m.Pixels[area+i]), pixel.Byte(m.Pixels[2*area+i]), 255})
	}
	return rgba
}

// FromPicture returns a picture as the model takes it, in gray or in colour, and is the
// inverse of [Image.Picture]. What is transparent lies on black. A picture of another
// size than the model's is an error.
func (s *session) FromPicture(p image.Image) (Image, error) {
	if size := p.Bounds().Size(); size != image.Pt(s.contract.W, s.contract.H) {
		return Image{}, fmt.Errorf("a picture of %dx%d (height x width), and %s takes %dx%d; scale it first, as golang.org/x/image/draw does", size.Y, size.X, s.name, s.contract.H, s.contract.W)
	}
	area, bounds := s.contract.H*s.contract.W, image.Rect(0, 0, s.contract.W, s.contract.H)
	m := Image{s.contract.C, s.contract.H, s.contract.W, make([]float32, s.contract.C*area)}
	if s.contract.C == 1 {
		gray := image.NewGray(bounds)
		draw.Draw(gray, bounds, p, p.Bounds().Min, draw.Src)
		for i, v := range gray.Pix {
			m.Pixels[i] = float32(v) / 255
		}
		return m, nil
	}
	rgba := image.NewRGBA(bounds) // multiplied by alpha, which is what lies on black
	draw.Draw(rgba, bounds, p, p.Bounds().Min, draw.Src)
	for i := range m.Pixels {
		m.Pixels[i] = float32(rgba.Pix[i%area*4+i/area]) / 255
	}
	return m, nil
}

// Images is a batch of n images [n, C, H, W] with values in [0, 1].
type Images struct {
	C, H, W int
	Pixels  []float32
}

// Len returns the number of images.
func (m Images) Len() int {
	if len(m.Pixels) == 0 {
		return 0 // of whatever size, and the zero value has none
	}
	return len(m.Pixels) / (m.C * m.H * m.W)
}

// At returns image i, which shares memory with m.
func (m Images) At(i int) Image {
	size := m.C * m.H * m.W
	return Image{m.C, m.H, m.W, m.Pixels[i*size : (i+1)*size : (i+1)*size]}
}

// All yields the images one by one, as the tasks take them. There is no error.
func (m Images) All() iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		for i := range m.Len() {
			if !yield(m.At(i), nil) {
				return
			}
		}
	}
}

// Collect gathers the images of a stream in one batch, and stops at its first error.
func Collect(images iter.Seq2[Image, error]) (Images, error) {
	var m Images
	for image, err := range images {
		if err != nil {
			return Images{}, err
		}
		m.C, m.H, m.W = image.C, image.H, image.W
		m.Pixels = append(m.Pixels, image.Pixels...)
	}
	return m, nil
}

// split returns the images one by one.
func (m Images) split() []Image {
	images := make([]Image, m.Len())
	for i := range images {
		images[i] = m.At(i)
	}
	return images
}

// imageShape is the shape of one image in the file.
func (s *session) imageShape() []int {
	if s.contract.channelsLast {
		return []int{s.contract.H, s.contract.W, s.contract.C}
	}
	return []int{s.contract.C, s.contract.H, s.contract.W}
}

// images wraps the pixels of a model's output.
func (s *session) images(pixels []float32) Images {
	if s.contract.channelsLast {
		pixels = transposeImages(pixels, s.contract.H*s.contract.W, s.contract.C)
	}
	return Images{s.contract.C, s.contract.H, s.contract.W, pixels}
}

// transposeImages returns x, images seen as matrices [rows, cols], with each one
// transposed: channels first becomes channels last, and the other way round.
func transposeImages(x []float32, rows, cols int) []float32 {
	if rows == 1 || cols == 1 {
		return x
	}
	y := make([]float32, len(x))
	size := rows * cols
	for i := 0; i+size <= len(x); i += size {
		for r := range rows {
			for c := range cols {
				y[i+c*rows+r] = x[i+r*cols+c]
			}
		}
	}
	return y
}
