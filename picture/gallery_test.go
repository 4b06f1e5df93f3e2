package picture

import (
	"image/color"
	"testing"

	"govae/images"
)

// TestGallery finds the images and the captions of two groups where they belong.
func TestGallery(t *testing.T) {
	white := func(n int) Images {
		m := Images{Shape: images.Shape{H: 6, W: 8, C: 1}, Pixels: make([]float32, n*48)}
		for i := range m.Pixels {
			m.Pixels[i] = 1
		}
		return m
	}
	g := Gallery([]Group{
		{"odd", white(3), []string{"-251", "a", "b"}},
		{"usual", white(1), []string{"-34"}},
	}, 2)
	bright := 0 // pixels in rows of images
	rows := 0
	text := 0 // pixels of letters
	for y := range g.Bounds().Dy() {
		inRow := 0
		for x := range g.Bounds().Dx() {
			switch g.At(x, y) {
			case color.Gray{Y: 255}:
				inRow++
			case galleryText:
				text++
			}
		}
		if bright += inRow; inRow > 0 {
			rows++
		}
	}
	const scale = (comfortable/2 - gap) / 8
	if want := 4 * 48 * scale * scale; bright != want || rows != 3*6*scale {
		t.Errorf("%d pixels of images in %d rows, want %d in %d", bright, rows, want, 3*6*scale)
	}
	if text < 100 {
		t.Errorf("%d pixels of text", text)
	}
	wide := Gallery([]Group{{"h", Images{Shape: images.Shape{H: 1, W: 1, C: 3}, Pixels: make([]float32, 3)}, []string{"a long caption"}}}, 400)
	if got, want := wide.Bounds().Dx(), 400*(14*captionFont.Advance+gap)+gap; got != want {
		t.Errorf("%d pixels wide, want %d, so that captions have room", got, want)
	}
}
