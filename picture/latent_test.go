package picture

import (
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/images"
)

func readGIF(t *testing.T, path string) *gif.GIF {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := gif.DecodeAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGIFKeepsGrayLevels(t *testing.T) {
	m := ramp(5, 10, 6, 1) // 300 values: nearly all levels
	path := filepath.Join(t.TempDir(), "a.gif")
	if err := GIF(path, m); err != nil {
		t.Fatal(err)
	}
	g := readGIF(t, path)
	const scale = gifSide / 10
	if len(g.Image) != 5 || g.LoopCount != 0 || g.Config.Width != 6*scale || g.Config.Height != 10*scale {
		t.Fatalf("%d frames of %dx%d, loop count %d; want 5 of 96x160, 0 for ever", len(g.Image), g.Config.Width, g.Config.Height, g.LoopCount)
	}
	for i, frame := range g.Image {
		if g.Delay[i] != frameDelay {
			t.Errorf("frame %d stays %d hundredths of a second", i, g.Delay[i])
		}
		for p := range 60 {
			for _, corner := range []int{0, scale - 1} {
				want := images.Byte(m.Pixels[i*60+p])
				if r, g, b, _ := frame.At(p%6*scale+corner, p/6*scale+corner).RGBA(); uint8(r>>8) != want || g != r || b != r {
					t.Fatalf("frame %d, pixel %d is %d, want %d", i, p, r>>8, want)
				}
			}
		}
	}
}

// TestGIFDithersColours wants areas to have their colour on average, though no
// palette has it.
func TestGIFDithersColours(t *testing.T) {
	m := Images{Shape: images.Shape{H: 40, W: 40, C: 3}}
	want := [3]float64{0.55, 0.37, 0.71}
	for _, v := range want {
		m.Pixels = append(m.Pixels, slices.Repeat([]float32{float32(v)}, 40*40)...)
	}
	path := filepath.Join(t.TempDir(), "a.gif")
	if err := GIF(path, m); err != nil {
		t.Fatal(err)
	}
	frame := readGIF(t, path).Image[0]
	var sum [3]float64
	b := frame.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, b, _ := frame.At(x, y).RGBA()
			sum[0], sum[1], sum[2] = sum[0]+float64(r), sum[1]+float64(g), sum[2]+float64(b)
		}
	}
	for c := range sum {
		if got := sum[c] / float64(b.Dx()*b.Dy()) / 65535; math.Abs(got-want[c]) > 0.03 {
			t.Errorf("channel %d is %.3f on average, want %g", c, got, want[c])
		}
	}
}

func TestStripRepeatsSharedFrames(t *testing.T) {
	m := ramp(7, 4, 4, 1) // three legs of three frames
	strip := Strip(m, 3)
	repeated := Images{Shape: images.Shape{H: 4, W: 4, C: 1}}
	for _, i := range []int{0, 1, 2, 2, 3, 4, 4, 5, 6} {
		repeated.Pixels = append(repeated.Pixels, m.Slice(i, i+1).Pixels...)
	}
	want := Grid(repeated, 3)
	if strip.Bounds() != want.Bounds() || !equal(strip, want) {
		t.Error("the strip is not one row per leg")
	}
	long := ramp(maxColumns+8, 4, 4, 1)
	if strip := Strip(long, maxColumns+8); !equal(strip, Grid(long, maxColumns)) {
		t.Error("a long leg does not go on in the next row")
	}
}

func equal(a, b image.Image) bool {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// TestRowsAreSharp finds each row of tiles in the picture again, gap pixels apart.
func TestRowsAreSharp(t *testing.T) {
	const rows, columns, side = 3, 12, 8
	m := Images{Shape: images.Shape{H: side, W: side, C: 1}, Pixels: make([]float32, rows*columns*side*side)}
	for i := range m.Pixels {
		m.Pixels[i] = 0.2 + 0.2*float32(i/(columns*side*side)) // a level per row
	}
	path := filepath.Join(t.TempDir(), "rows.png")
	labels := RowLabels{Title: "title", X: "strength", Rows: []string{"a", "b", "c"}, Columns: make([]float64, columns)}
	if err := Rows(path, m, labels); err != nil {
		t.Fatal(err)
	}
	img := decode(t, path)
	const scale = comfortable / (columns * side)
	// A column of pixels through the middle of the tiles has the rows' levels in runs.
	for x := range img.Bounds().Dx() {
		var runs [rows]int
		for y := range img.Bounds().Dy() {
			r, g, b, _ := img.At(x, y).RGBA()
			for row := range runs {
				if want := images.Byte(0.2 + 0.2*float32(row)); uint8(r>>8) == want && r == g && g == b {
					runs[row]++
				}
			}
		}
		if x == img.Bounds().Dx()/2 && runs != [rows]int{side * scale, side * scale, side * scale} {
			t.Errorf("rows are %v pixels high, want %d", runs, side*scale)
		}
	}
}

// TestManyRows: a picture of many rows of few columns does not become as wide as others.
func TestManyRows(t *testing.T) {
	const n = 500
	path := filepath.Join(t.TempDir(), "rows.png")
	if err := Rows(path, ramp(n, 8, 8, 1), RowLabels{Rows: make([]string, n), Columns: []float64{0}}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size, err := png.DecodeConfig(f)
	if err != nil || size.Height > 2*highest {
		t.Errorf("%d rows make a picture of %dx%d (%v)", n, size.Width, size.Height, err)
	}
}

// TestTilesAreApart counts the lines between the tiles of a manifold whose
// long tick labels stand out at the sides.
func TestTilesAreApart(t *testing.T) {
	const grid, side = 12, 8
	const scale = comfortable / (grid * side)
	for _, tt := range []struct {
		channels int
		level    float32
		wantGap  int
	}{{1, 0.4, 0}, {1, 0.8, gap}, {3, 0.4, gap}} {
		channels, wantGap := tt.channels, tt.wantGap
		m := Images{Shape: images.Shape{H: side, W: side, C: channels}, Pixels: make([]float32, grid*grid*side*side*channels)}
		for i := range m.Pixels {
			m.Pixels[i] = tt.level
		}
		path := filepath.Join(t.TempDir(), "manifold.png")
		if err := Manifold(path, m, [2]int{0, 1}, grid, 1, 1.00001); err != nil {
			t.Fatal(err)
		}
		img := decode(t, path)
		first, last, tiles := -1, 0, 0
		for x := range img.Bounds().Dx() {
			if r, _, _, _ := img.At(x, 20).RGBA(); uint8(r>>8) == images.Byte(tt.level) {
				if first < 0 {
					first = x
				}
				last, tiles = x, tiles+1
			}
		}
		if width := last + 1 - first; tiles != grid*side*scale || width != tiles+(grid-1)*wantGap {
			t.Errorf("%d channels: %d pixels of tiles over %d, want %d and gaps of %d", channels, tiles, width, grid*side*scale, wantGap)
		}
	}
}

func TestScatter(t *testing.T) {
	dir := t.TempDir()
	s := ScatterPlot{XLabel: "z[0]", YLabel: "z[1]", Classes: []string{"cats", "", "dogs"}}
	for i := range 400 {
		s.X, s.Y = append(s.X, math.Cos(float64(i))), append(s.Y, math.Sin(float64(i)))
		s.Labels = append(s.Labels, i%25) // more than have a look of their own
	}
	labelled := filepath.Join(dir, "labelled.png")
	if err := Scatter(labelled, s); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.png")
	if err := Scatter(again, s); err != nil || !equal(decode(t, labelled), decode(t, again)) {
		t.Errorf("two runs gave different pictures (%v)", err)
	}
	// The legend, on the right, has the colours of classes.
	if !hasColor(decode(t, labelled), classColors[0], 0.9) {
		t.Error("the legend lacks the colour of class 0")
	}
	s.Labels = nil
	plain := filepath.Join(dir, "plain.png")
	if err := Scatter(plain, s); err != nil || hasColor(decode(t, plain), classColors[5], 0) {
		t.Errorf("points without labels have the colour of class 5 (%v)", err)
	}
	one := ScatterPlot{X: []float64{3}, Y: []float64{3}, Labels: []int{0}}
	if err := Scatter(filepath.Join(dir, "one.png"), one); err != nil {
		t.Error(err)
	}
	one.Y[0] = math.NaN()
	if err := Scatter(filepath.Join(dir, "nan.png"), one); err == nil || !strings.Contains(err.Error(), "point 0 is not finite") {
		t.Errorf("NaN: error %v", err)
	}
}

// hasColor looks for a colour to the right of a fraction of the width.
func hasColor(img image.Image, want color.NRGBA, from float64) bool {
	for y := range img.Bounds().Dy() {
		for x := int(from * float64(img.Bounds().Dx())); x < img.Bounds().Dx(); x++ {
			if color.NRGBAModel.Convert(img.At(x, y)) == want {
				return true
			}
		}
	}
	return false
}

func TestClassesLookDifferent(t *testing.T) {
	seen := map[any]int{}
	for class := range maxClasses + 1 {
		look := classStyle(class, 1, 255)
		key := [2]any{look.Color, look.Shape}
		if other, ok := seen[key]; ok {
			t.Errorf("classes %d and %d look alike", other, class)
		}
		seen[key] = class
	}
	if classStyle(maxClasses, 1, 255) != classStyle(maxClasses+100, 1, 255) {
		t.Error("further classes do not look alike")
	}
}
