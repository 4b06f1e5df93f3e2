package images

import (
	"errors"
	"image"
	"image/color"
	"testing"
)

// TestHotPixels: of a picture of 16 bits one pixel in a thousand may be more than white, of one of 8 none.
func TestHotPixels(t *testing.T) {
	s := Shape{H: 40, W: 50, C: 1}
	for n, tooBright := range map[int][2]bool{0: {false, false}, 2: {false, true}, 3: {true, true}} {
		deep, plain := image.NewGray16(image.Rect(0, 0, s.W, s.H)), image.NewGray(image.Rect(0, 0, s.W, s.H))
		for x := range n {
			deep.SetGray16(x, 7, color.Gray16{Y: 9000})
			plain.SetGray(x, 7, color.Gray{Y: 35})
		}
		for i, p := range []image.Image{deep, plain} {
			if err := (Framing{Scale: 8}).Draw(make([]byte, s.Len()), s, p); (err != nil) != tooBright[i] {
				t.Errorf("%d pixels that are more than white of a %T: error %v", n, p, err)
			}
		}
	}
}

// TestBrighten multiplies, rounds to bytes, and tells what would be more than white, also of what
// is half transparent.
func TestBrighten(t *testing.T) {
	for name, tt := range map[string]struct {
		given  color.Color
		factor float64
		want   color.RGBA64
		value  float64 // that is too bright, of 255; 0 for none
	}{
		"a mask":        {color.Gray{Y: 1}, 255, color.RGBA64{0xffff, 0xffff, 0xffff, 0xffff}, 0},
		"rounded":       {color.Gray{Y: 3}, 2.5, color.RGBA64{8 * 257, 8 * 257, 8 * 257, 0xffff}, 0},
		"twelve bits":   {color.Gray16{Y: 4095}, 16, color.RGBA64{0xffff, 0xffff, 0xffff, 0xffff}, 0},
		"one step":      {color.Gray16{Y: 17}, 16, color.RGBA64{257, 257, 257, 0xffff}, 0},
		"a colour":      {color.NRGBA{10, 0, 20, 255}, 4, color.RGBA64{40 * 257, 0, 80 * 257, 0xffff}, 0},
		"too bright":    {color.Gray{Y: 100}, 3, color.RGBA64{0xffff, 0xffff, 0xffff, 0xffff}, 100},
		"half":          {color.NRGBA{100, 0, 0, 128}, 2, color.RGBA64{25798, 0, 0, 0x8080}, 0},
		"half too":      {color.NRGBA{200, 0, 0, 128}, 2, color.RGBA64{0x8080, 0, 0, 0x8080}, 200},
		"nothing there": {color.NRGBA{}, 9, color.RGBA64{}, 0},
	} {
		m := image.NewNRGBA64(image.Rect(0, 0, 1, 1))
		m.Set(0, 0, tt.given)
		b := brighten(plain{m}, tt.factor)
		got := b.At(0, 0).(color.RGBA64)
		if d := int(got.R) - int(tt.want.R); d < -4 || d > 4 || got.A != tt.want.A || got.G != tt.want.G {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		e, tooBright := errors.AsType[*TooBrightError](b.err())
		if tooBright != (tt.value > 0) || tooBright && (e.Value < tt.value-0.1 || e.Value > tt.value+0.1) {
			t.Errorf("%s: error %v", name, b.err())
		}
	}
}
