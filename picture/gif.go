package picture

import (
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"io"

	"govae/images"
	"govae/internal/atomicfile"
)

// frameDelay is how long a GIF shows each image, in hundredths of a second.
const frameDelay = 10

// gifSide is the side of a GIF in pixels up to which small images are enlarged.
const gifSide = 168

// GIF replaces the file at path with an animation that shows one image after the
// other for a tenth of a second, again and again. Gray images keep all their
// levels; colours are dithered to a palette of 256.
func GIF(path string, m Images) error {
	if err := check(m); err != nil {
		return err
	}
	scale := gifScale(m.H, m.W)
	grays := make(color.Palette, 256)
	for level := range grays {
		grays[level] = color.Gray{Y: uint8(level)}
	}
	animation := gif.GIF{}
	for i := range m.Len() {
		animation.Image = append(animation.Image, enlarge(indexed(m.At(i), grays), scale))
		animation.Delay = append(animation.Delay, frameDelay)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return gif.EncodeAll(w, &animation) })
}

func gifScale(h, w int) int { return max(1, gifSide/max(h, w)) }

// GIFFrame is the number of pixels of a frame that [GIF] makes of an image.
func GIFFrame(h, w int) int {
	scale := gifScale(h, w)
	return h * scale * w * scale
}

// indexed returns an image with a palette.
func indexed(m images.Image, grays color.Palette) *image.Paletted {
	bounds := image.Rect(0, 0, m.W, m.H)
	if m.C == 3 {
		dst := image.NewPaletted(bounds, palette.Plan9)
		draw.FloydSteinberg.Draw(dst, bounds, m.Picture(), image.Point{})
		return dst
	}
	dst := image.NewPaletted(bounds, grays)
	for p := range dst.Pix {
		dst.Pix[p] = images.Byte(m.Pixels[p])
	}
	return dst
}

// enlarge makes each pixel a square of scale*scale, so that dither patterns stay
// those of the image.
func enlarge(src *image.Paletted, scale int) *image.Paletted {
	dst := image.NewPaletted(image.Rect(0, 0, src.Rect.Dx()*scale, src.Rect.Dy()*scale), src.Palette)
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			dst.Pix[y*dst.Stride+x] = src.Pix[y/scale*src.Stride+x/scale]
		}
	}
	return dst
}
