package images

import (
	"image"
	"image/color"
	"slices"
	"testing"
)

func TestPicture(t *testing.T) {
	gray := Image{Shape{H: 1, W: 2, C: 1}, []float32{0.5, 2}}.Picture()
	if a, b := gray.At(0, 0), gray.At(1, 0); a != (color.Gray{Y: 128}) || b != (color.Gray{Y: 255}) {
		t.Errorf("gray pixels %v and %v", a, b)
	}
	rgb := Image{Shape{H: 2, W: 1, C: 3}, []float32{0, 1, 0.2, 0.4, 0.6, -1}}.Picture()
	if a, b := rgb.At(0, 0), rgb.At(0, 1); a != (color.RGBA{0, 51, 153, 255}) || b != (color.RGBA{255, 102, 0, 255}) {
		t.Errorf("colour pixels %v and %v", a, b)
	}
	if _, err := FromPicture(image.NewGray(image.Rect(0, 0, 1, 2)), Shape{H: 1, W: 2, C: 1}); err == nil {
		t.Error("a picture on its side: no error")
	}
}

func TestOf(t *testing.T) {
	a, b := Image{Shape{H: 1, W: 1, C: 1}, []float32{0}}, Image{Shape{H: 1, W: 1, C: 1}, []float32{1}}
	m, err := Collect(Of(a, b))
	if err != nil || !slices.Equal(m.Pixels, []float32{0, 1}) {
		t.Errorf("%v, error %v", m, err)
	}
	for range Of(a, b) { // which may be left
		break
	}
}
