package images

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
)

// plain hides the type of a picture, so that it is read pixel by pixel.
type plain struct{ image.Image }

// pictures returns one picture in all types of package image, odd in size and place.
func pictures() map[string]image.Image {
	area := image.Rect(3, 5, 34, 28)
	all := map[string]image.Image{}
	palette := color.Palette{color.NRGBA{}, color.NRGBA{200, 0, 40, 90}}
	for i := range 200 {
		palette = append(palette, color.RGBA{uint8(i), uint8(255 - i), uint8(3 * i), 255})
	}
	type settable interface {
		image.Image
		Set(x, y int, c color.Color)
	}
	for _, m := range []settable{
		image.NewGray(area), image.NewGray16(area), image.NewRGBA(area), image.NewNRGBA(area), image.NewRGBA64(area),
		image.NewNRGBA64(area), image.NewPaletted(area, palette), image.NewCMYK(area), image.NewAlpha(area),
	} {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				m.Set(x, y, color.NRGBA{uint8(x * 7), uint8(y * 9), uint8(x * y), uint8(255 - x%3*y*3)})
			}
		}
		all[fmt.Sprintf("%T", m)] = m
	}
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		m := image.NewYCbCr(area, ratio)
		for i := range m.Y {
			m.Y[i] = uint8(70 + i*3%120) // in reach of red, green and blue
		}
		for i := range m.Cb {
			m.Cb[i], m.Cr[i] = uint8(108+i*5%40), uint8(148-i%40)
		}
		all[ratio.String()] = m
		all[ratio.String()+" in part"] = m.SubImage(image.Rect(6, 8, 33, 27))
	}
	return all
}

// TestDrawReadsAllTypes compares the fast paths with the one that asks for each pixel: as
// they are, cut out, and averaged by boxes.
func TestDrawReadsAllTypes(t *testing.T) {
	for name, p := range pictures() {
		size := p.Bounds().Size()
		for _, s := range []Shape{{H: size.Y, W: size.X}, {H: 9, W: 5}, {H: 2, W: 2}, {H: 1, W: 3}, {H: 40, W: 50}} {
			for s.C = 1; s.C <= 3; s.C += 2 {
				for _, fit := range []Fit{Crop, Pad, Stretch} {
					f := Framing{Fit: fit, Background: RGB{10, 200, 90}}
					got, want := make([]byte, s.Len()), make([]byte, s.Len())
					f.Draw(got, s, p)
					f.Draw(want, s, plain{p})
					for i := range got {
						if d := int(got[i]) - int(want[i]); d < -3 || d > 3 { // components are rounded once more
							t.Fatalf("%s, %s to %v: value %d is %d, want %d", name, fit, s, i, got[i], want[i])
						}
					}
				}
			}
		}
	}
}

// TestFits draws a wide picture, black, white, white, black, into a square.
func TestFits(t *testing.T) {
	wide := image.NewGray(image.Rect(0, 0, 4, 1))
	wide.Pix = []byte{0, 255, 255, 0}
	big := image.NewGray(image.Rect(0, 0, 800, 200)) // the same, larger
	for i := range big.Pix {
		if x := i % 800; x >= 200 && x < 600 {
			big.Pix[i] = 255
		}
	}
	for _, tt := range []struct {
		f    Framing
		s    Shape
		p    image.Image
		want []byte
	}{
		{Framing{}, Shape{H: 1, W: 2, C: 1}, wide, []byte{255, 255}},
		{Framing{}, Shape{H: 1, W: 2, C: 1}, big, []byte{255, 255}},
		{Framing{Fit: Pad, Background: RGB{9, 9, 9}}, Shape{H: 3, W: 4, C: 1}, wide, []byte{9, 9, 9, 9, 0, 255, 255, 0, 9, 9, 9, 9}},
		{Framing{Fit: Stretch}, Shape{H: 2, W: 4, C: 1}, wide, []byte{0, 255, 255, 0, 0, 255, 255, 0}},
		{Framing{Fit: Pad, Background: RGB{1, 2, 3}}, Shape{H: 3, W: 1, C: 3}, wide.SubImage(image.Rect(1, 0, 2, 1)), []byte{1, 2, 3, 255, 255, 255, 1, 2, 3}},
	} {
		got := make([]byte, tt.s.Len())
		tt.f.Draw(got, tt.s, tt.p)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v to %v: %v, want %v", tt.f, tt.s, got, tt.want)
		}
	}
}

func TestFramingCheck(t *testing.T) {
	for want, f := range map[string]Framing{
		"": {Fit: Pad, Scale: 16}, `the fit "squeeze"`: {Fit: "squeeze"}, "a scale of -1": {Scale: -1}, "a scale of NaN": {Scale: math.NaN()},
	} {
		_, err := f.Image(image.NewGray(image.Rect(0, 0, 2, 2)), Shape{H: 1, W: 1, C: 1})
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%+v: error %v, want %q", f, err, want)
		}
	}
}

// TestNoAliasing makes fine stripes gray whatever the scale: they would come and go if
// pixels were left out.
func TestNoAliasing(t *testing.T) {
	for _, width := range []int{90, 130, 500, 1000, 3001} {
		stripes := image.NewGray(image.Rect(0, 0, width, width/2))
		for i := range stripes.Pix {
			stripes.Pix[i] = byte(i % width % 2 * 255)
		}
		x := make([]byte, 20*40)
		Framing{}.Draw(x, Shape{H: 20, W: 40, C: 1}, stripes)
		least, most := slices.Min(x), slices.Max(x)
		if width > 100 && (least < 110 || most > 146) {
			t.Errorf("%d stripes: from %d to %d, want about 128", width, least, most)
		}
	}
}

func TestParseRGB(t *testing.T) {
	for text, want := range map[string]RGB{"white": White, "Black": {}, "#ff8000": {255, 128, 0}, "tomato": {255, 99, 71}} {
		if got, err := ParseRGB(text); err != nil || got != want {
			t.Errorf("%s: %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "#fff", "#gggggg", "#ff80000", "ff8000", "nocolour", "#ff800 "} {
		if got, err := ParseRGB(text); err == nil {
			t.Errorf("%q: %v, no error", text, got)
		}
	}
}
