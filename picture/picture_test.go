package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"govae/images"
)

// ramp returns n images whose pixel values are all different steps of [0, 1].
func ramp(n, h, w, c int) Images {
	m := Images{Shape: images.Shape{H: h, W: w, C: c}, Pixels: make([]float32, n*h*w*c)}
	for i := range m.Pixels {
		m.Pixels[i] = float32(i) / float32(len(m.Pixels)-1)
	}
	return m
}

func TestGridPlacesEveryImage(t *testing.T) {
	for _, tt := range []struct {
		n, h, w, c, columns int
		wantColumns         int
	}{
		{64, 28, 28, 1, 0, 8}, {64, 28, 28, 1, 16, 16}, {1, 28, 28, 1, 8, 1}, {5, 3, 7, 3, 3, 3}, {3, 200, 1000, 3, 2, 2}, {6, 64, 64, 3, 1, 1},
	} {
		m := ramp(tt.n, tt.h, tt.w, tt.c)
		img := Grid(m, tt.columns)
		rows := (tt.n + tt.wantColumns - 1) / tt.wantColumns
		scale := max(1, min((comfortable/tt.wantColumns-gap)/tt.w, (2*comfortable/rows-gap)/tt.h))
		cellW, cellH := tt.w*scale+gap, tt.h*scale+gap
		if want := image.Rect(0, 0, tt.wantColumns*cellW+gap, rows*cellH+gap); img.Bounds() != want {
			t.Errorf("%+v: size %v, want %v", tt, img.Bounds(), want)
		}
		for i := range tt.n {
			// The last pixel of each image, at the last corner of its enlarged square.
			x := (i%tt.wantColumns+1)*cellW - 1
			y := (i/tt.wantColumns+1)*cellH - 1
			last := m.Slice(i, i+1).Pixels[tt.h*tt.w*tt.c-1]
			_, _, b, _ := img.At(x, y).RGBA()
			if uint8(b>>8) != images.Byte(last) {
				t.Errorf("%+v: image %d ends with level %d, want %d", tt, i, b>>8, images.Byte(last))
			}
			if got := color.RGBAModel.Convert(img.At(x+1, y)); got != gapColor {
				t.Errorf("%+v: right of image %d is %v, want the gap", tt, i, got)
			}
		}
	}
}

func TestPairsPutOriginalsAbove(t *testing.T) {
	white, black := ramp(3, 4, 4, 1), ramp(3, 4, 4, 1)
	for i := range white.Pixels {
		white.Pixels[i], black.Pixels[i] = 1, 0
	}
	img := Pairs(white, black, 2) // two groups of rows, the second with one pair
	cell := 4*((comfortable/2-gap)/4) + gap
	for _, tt := range []struct {
		x, y int
		want uint8
	}{
		{gap, gap, 255}, {gap, gap + cell, 0}, {gap + cell, gap, 255},
		{gap, gap + 2*cell + bar, 255}, {gap, gap + 3*cell + bar, 0},
		{gap + cell, gap + 2*cell + bar, gapColor.R}, // no fourth image
	} {
		if got := color.GrayModel.Convert(img.At(tt.x, tt.y)).(color.Gray).Y; got != tt.want {
			t.Errorf("pixel (%d, %d) has level %d, want %d", tt.x, tt.y, got, tt.want)
		}
	}
}

// TestManifoldIsSharp finds the mosaic in the picture again, pixel for pixel.
func TestManifoldIsSharp(t *testing.T) {
	m := ramp(15*15, 28, 28, 1)
	path := filepath.Join(t.TempDir(), "manifold.png")
	if err := Manifold(path, m, [2]int{0, 1}, 15, -4, 4); err != nil {
		t.Fatal(err)
	}
	img := decode(t, path)
	const scale, side = 2, 15 * 28 * 2
	// The top left tile is black: its corner is the first black pixel that begins a black row.
	found := false
	b := img.Bounds()
	for y := range b.Dy() - side + 1 {
		for x := range b.Dx() - side + 1 {
			if matches(img, m, x, y, scale) {
				found = true
			}
		}
	}
	if !found {
		t.Error("the mosaic is not in the picture at whole pixels")
	}
}

func matches(img image.Image, m Images, x0, y0, scale int) bool {
	for i := range 225 {
		for _, p := range []int{0, 27, 28*28 - 28, 28*28 - 1} { // the corners of each tile
			x := x0 + (i%15*28+p%28)*scale
			y := y0 + (i/15*28+p/28)*scale
			r, _, _, _ := img.At(x, y).RGBA()
			if uint8(r>>8) != images.Byte(m.Pixels[i*784+p]) {
				return false
			}
		}
	}
	return true
}

func TestPicturesAreDeterministicAndTakeOddInput(t *testing.T) {
	nan := math.NaN()
	draws := map[string]func(path string) error{
		"one epoch": func(p string) error {
			return Loss(p, Curve{"train", []int{1}, []float64{-200}, []float64{195}, []float64{5}})
		},
		"no finite value": func(p string) error {
			return Loss(p, Curve{"test", []int{1, 2}, []float64{nan, math.Inf(-1)}, []float64{nan, 1}, []float64{2, nan}})
		},
		"no curves":     func(p string) error { return Loss(p) },
		"one tile":      func(p string) error { return Manifold(p, ramp(1, 5, 9, 3), [2]int{0, 1}, 1, -1.5, 2) },
		"large tiles":   func(p string) error { return Manifold(p, ramp(4, 500, 300, 3), [2]int{0, 1}, 2, 0, 100) },
		"fine manifold": func(p string) error { return Manifold(p, ramp(400, 8, 8, 1), [2]int{0, 1}, 20, -3, 3) },
	}
	for name, draw := range draws {
		t.Run(name, func(t *testing.T) {
			var files [2][]byte
			for i := range files {
				path := filepath.Join(t.TempDir(), "p.png")
				if err := draw(path); err != nil {
					t.Fatal(err)
				}
				decode(t, path)
				files[i], _ = os.ReadFile(path)
			}
			if !bytes.Equal(files[0], files[1]) {
				t.Error("two runs gave different bytes")
			}
		})
	}
}

func TestRoundTicks(t *testing.T) {
	for _, tt := range []struct {
		finest, lo, hi float64
		count          int
		first, last    string
	}{
		{1, 0, 2, 3, "0", "2"}, {1, 1, 8, 8, "1", "8"}, {1, 1, 30, 6, "5", "30"}, {1, 1, 100, 5, "20", "100"},
		{1, 1, 3000, 6, "500", "3000"}, {0, -200, -158, 5, "-200", "-160"}, {0, 4.9, 5.3, 5, "4.9", "5.3"}, {0, 1.001, 1.0032, 5, "1.0010", "1.0030"},
		{1, 1e16, 1e16, 2, "10000000000000000", "10000000000000000"},
	} {
		ticks := roundTicks(tt.finest)(tt.lo, tt.hi)
		if n := len(ticks); n != tt.count || ticks[0].Label != tt.first || ticks[n-1].Label != tt.last {
			t.Errorf("roundTicks(%g)(%g, %g) = %v, want %d from %s to %s", tt.finest, tt.lo, tt.hi, ticks, tt.count, tt.first, tt.last)
		}
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
