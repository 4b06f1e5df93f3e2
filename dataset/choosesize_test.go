package dataset

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/images"
	"govae/internal/photo"
)

func TestChooseSize(t *testing.T) {
	many := func(n, h, w int) []photo.Header { return slices.Repeat([]photo.Header{{H: h, W: w}}, n) }
	for name, tt := range map[string]struct {
		headers []photo.Header
		h, w    int
	}{
		"digits":            {many(5, 28, 28), 28, 28},
		"small and wide":    {many(5, 20, 64), 20, 64},
		"tiny":              {many(5, 1, 3), 1, 3},
		"square":            {many(5, 128, 128), 64, 64},
		"VGA":               {many(5, 480, 640), 48, 64},
		"upright":           {many(5, 640, 480), 64, 48},
		"video":             {many(5, 1080, 1920), 40, 64},
		"panorama":          {many(5, 100, 4000), 8, 64},
		"nearly alike":      {slices.Concat(many(9, 480, 640), many(5, 500, 640)), 48, 64},
		"few others":        {slices.Concat(many(18, 480, 640), many(2, 640, 480)), 48, 64},
		"photographs":       {slices.Concat(many(9, 480, 640), many(9, 1080, 1920)), 40, 64},
		"lines of text":     {slices.Concat(many(9, 40, 400), many(5, 30, 900), many(5, 45, 500)), 8, 64},
		"people":            {slices.Concat(many(9, 640, 480), many(5, 900, 300), many(5, 500, 250)), 64, 32},
		"upright and lying": {slices.Concat(many(9, 480, 640), many(5, 640, 480)), 64, 64},
		"small and mixed":   {slices.Concat(many(5, 30, 50), many(5, 50, 30)), 24, 24},
		"smaller than 8":    {slices.Concat(many(5, 3, 5), many(5, 5, 3)), 8, 8},
		"one large":         {slices.Concat(many(9, 32, 32), many(1, 3000, 3000)), 32, 32},
	} {
		if s, why := chooseSize(tt.headers); s.H != tt.h || s.W != tt.w || why == "" {
			t.Errorf("%s: %dx%d (%s), want %dx%d", name, s.H, s.W, why, tt.h, tt.w)
		}
	}
}

// rgb is a picture of one row.
func rgb(pixels ...color.Color) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, len(pixels), 1))
	for x, c := range pixels {
		m.Set(x, 0, c)
	}
	return pngBytes(m)
}

// TestLooks: what a sample of pixels tells.
func TestLooks(t *testing.T) {
	clear, dark, light, red := color.NRGBA{}, color.Gray{Y: 20}, color.Gray{Y: 230}, color.NRGBA{250, 200, 200, 255}
	for name, tt := range map[string]struct {
		files      map[string][]byte
		channels   int
		background images.RGB
		line       string
	}{
		"gray in colours":      {map[string][]byte{"a.png": rgb(dark, light), "b.png": rgb(light, dark)}, 1, images.RGB{}, "gray"},
		"one in colour":        {map[string][]byte{"a.png": rgb(dark, light), "b.png": rgb(light, red)}, 3, images.RGB{}, "in colour"},
		"dark on transparent":  {map[string][]byte{"a.png": rgb(dark, clear), "b.png": rgb(clear, dark)}, 1, images.White, "transparent parts lie on white"},
		"light on transparent": {map[string][]byte{"a.png": rgb(light, clear), "b.png": rgb(clear, light)}, 1, images.RGB{}, "transparent parts lie on black"},
		"dark and light":       {map[string][]byte{"a.png": rgb(color.Black, clear), "b.png": rgb(color.White, clear)}, 1, images.Gray, "transparent parts lie on gray"},
		"one dark":             {map[string][]byte{"a.png": rgb(color.Black, clear), "b.png": rgb(light, clear), "c.png": rgb(light, light, light, clear)}, 1, images.White, "transparent parts lie on white"},
		"one empty":            {map[string][]byte{"a.png": rgb(light, clear), "b.png": rgb(light, clear), "c.png": rgb(clear, clear)}, 1, images.RGB{}, "transparent parts lie on black"},
		"nothing to see":       {map[string][]byte{"a.png": rgb(clear, clear), "b.png": rgb(clear, clear)}, 1, images.White, "transparent parts lie on white"},
	} {
		d, err := load(t, writeFiles(t, tt.files), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.Train.C != tt.channels || d.Framing.Background != tt.background || !strings.Contains(strings.Join(d.Report.Lines(), "\n"), tt.line) {
			t.Errorf("%s: %d channels on %v, lines %q", name, d.Train.C, d.Framing.Background, d.Report.Lines())
		}
	}
}

// TestWarningsOfShape: images that lose much, or that have a third of what they might.
func TestWarningsOfShape(t *testing.T) {
	one := map[string][]byte{"red.png": rgb(color.NRGBA{250, 200, 200, 255})}
	for i := range 30 {
		one[fmt.Sprintf("%02d.png", i)] = rgb(color.NRGBA{uint8(i), uint8(i), uint8(i), 255}) // gray, as colours
	}
	wide := map[string][]byte{"a.png": gray(10, 90, 0), "b.png": gray(90, 10, 0)}
	for name, tt := range map[string]struct {
		files map[string][]byte
		o     Options
		want  string
	}{
		"few in colour":     {one, Options{}, "fewer than one in ten images have colours"},
		"as it is asked":    {one, Options{Shape: Shape{C: 3}}, ""},
		"cropped":           {wide, Options{}, "cropped to 8x8, 11 % of an image is left on average"},
		"asked for cropped": {wide, Options{Fit: images.Crop}, ""},
		"padded":            {wide, Options{Fit: images.Pad}, ""},
	} {
		d, err := load(t, writeFiles(t, tt.files), tt.o)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, w := range d.Warnings {
			told = append(told, w.Error())
		}
		if got := strings.Join(told, "\n"); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestFit: pictures that are cut out are padded where nothing else is asked for, others cropped.
func TestFit(t *testing.T) {
	cut, whole := rgb(color.NRGBA{}, color.Gray{Y: 20}), rgb(color.NRGBA{A: 255}, color.Gray{Y: 20})
	for name, tt := range map[string]struct {
		files [][]byte
		asked images.Fit
		want  images.Fit
	}{
		"cut out":        {[][]byte{cut, cut, whole}, "", images.Pad},
		"photographs":    {[][]byte{whole, whole}, "", images.Crop},
		"few cut out":    {[][]byte{cut, whole, whole}, "", images.Crop},
		"as it is asked": {[][]byte{cut, cut}, images.Stretch, images.Stretch},
	} {
		files := map[string][]byte{}
		for i, data := range tt.files {
			files[string(rune('a'+i))+".png"] = data
		}
		d, err := load(t, writeFiles(t, files), Options{Shape: Shape{H: 4, W: 4, C: 3}, Fit: tt.asked, Background: &images.White})
		if err != nil || d.Framing.Fit != tt.want {
			t.Errorf("%s: fit %q, want %q, error %v", name, d.Framing.Fit, tt.want, err)
		}
	}
}

// TestPaddingOnPaper: drawings on paper are padded with white, photographs with black, and the first line says so.
func TestPaddingOnPaper(t *testing.T) {
	page := image.NewGray(image.Rect(0, 0, 20, 40))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, page.Rect.Inset(4), image.Black, image.Point{}, draw.Src)
	photo := gray(40, 20, 90)
	for line, tt := range map[string]struct {
		files [][]byte
		want  images.RGB
	}{
		"(pad with white)": {[][]byte{pngBytes(page), pngBytes(page), photo}, images.White},
		"(pad with black)": {[][]byte{pngBytes(page), photo, photo}, images.RGB{}},
	} {
		files := map[string][]byte{}
		for i, data := range tt.files {
			files[string(rune('a'+i))+".png"] = data
		}
		d, err := load(t, writeFiles(t, files), Options{Shape: Shape{H: 8, W: 8}, Fit: images.Pad})
		if err != nil || d.Framing.Background != tt.want || !strings.Contains(d.Report.Lines()[0], line) {
			t.Errorf("%s: background %v, error %v, lines %q", line, d.Framing.Background, err, d.Report.Lines())
		}
	}
}

// TestReadFilesCrops: what a model is given is framed as its training images were, also where it
// is cut out.
func TestReadFilesCrops(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{"a.png": rgb(color.NRGBA{}, color.Gray{Y: 20}, color.Gray{Y: 20}, color.Gray{Y: 20})})
	s, err := ReadFiles(t.Context(), []string{folder}, Options{Shape: Shape{H: 4, W: 4, C: 3}, Background: &images.White})
	if err != nil {
		t.Fatal(err)
	}
	if x := s.Images.At(0); slices.Contains(x, 255) {
		t.Errorf("pixels %v, want none of the background", x)
	}
}

// TestReportLines: what is said first.
func TestReportLines(t *testing.T) {
	files := map[string][]byte{"notes.txt": {1}, "table.csv": {1}, "more.txt": {1}, ".hidden.png": {1}, "__MACOSX/a.png": {1}, "Thumbs.db": {1}, "phone.HEIC": {1}}
	for i, size := range [][2]int{{90, 120}, {60, 80}, {180, 241}, {600, 800}} {
		name := string(rune('a' + i))
		files["cat/"+name+".png"] = gray(size[0], size[1], 0)
		files["a dog/"+name+".png"] = gray(size[0], size[1], 0)
	}
	folder := writeFiles(t, files)
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		folder + ": 8 images in 2 classes (a dog 4, cat 4), 4 sizes from 60x80 to 600x800 (height x width); scaled to 48x64 (crop), gray",
		"left out: 3 not images (.txt 2, .csv 1), 1 picture in a format that is not read (.heic 1)",
	}
	if got := d.Report.Lines(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if d.Framing.Fit != images.Crop {
		t.Errorf("fit %q", d.Framing.Fit)
	}
	isNote := func(err error) bool { return errors.As(err, new(*TableNote)) }
	if slices.ContainsFunc(d.Warnings, isNote) {
		t.Errorf("%v where there are classes", d.Warnings)
	}
	if d, err := load(t, filepath.Join(folder, "cat"), Options{}); err != nil || slices.ContainsFunc(d.Warnings, isNote) {
		t.Errorf("%v where there is no table, error %v", d.Warnings, err)
	}
	if err := os.Rename(filepath.Join(folder, "table.csv"), filepath.Join(folder, "cat", "table.csv")); err != nil {
		t.Fatal(err)
	}
	if d, err := load(t, filepath.Join(folder, "cat"), Options{}); err != nil || !slices.ContainsFunc(d.Warnings, isNote) {
		t.Errorf("%v where a table lies beside images, error %v", d.Warnings, err)
	}
	d, err = load(t, folder, Options{Shape: Shape{H: 10, W: 20, C: 3}, Fit: images.Pad, Background: &images.RGB{R: 1}})
	if err != nil || d.Train.Shape != (Shape{H: 10, W: 20, C: 3}) || d.Framing != (images.Framing{Fit: images.Pad, Background: images.RGB{R: 1}}) {
		t.Errorf("%+v, error %v", d, err)
	}
	if x := d.Train.At(0); x[0] != 1 || x[1] != 0 {
		t.Errorf("the first pixel is %v, want the background", x[:3])
	}
}
