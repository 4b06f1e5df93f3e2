package dataset

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/images"
)

func pngBytes(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// gray returns a PNG of height h and width w whose pixels are v, v+1 and so on.
func gray(h, w int, v byte) []byte {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = v + byte(i)
	}
	return pngBytes(m)
}

// colour returns a 1x2 PNG with the pixels a and b.
func colour(a, b color.Color) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	m.Set(0, 0, a)
	m.Set(1, 0, b)
	return pngBytes(m)
}

func writePNG(t *testing.T, path string, h, w int) {
	t.Helper()
	if err := os.WriteFile(path, gray(h, w, 0), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNamesWithoutEnding: such a file is what its content says.
func TestNamesWithoutEnding(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{"0a1b": gray(1, 1, 7), "0a1c": gray(1, 1, 8), "LICENSE": []byte("Do what you like."), "empty": nil})
	d, err := load(t, folder, Options{Whole: true})
	if err != nil || !slices.Equal(d.Train.Names, []string{"0a1b", "0a1c"}) || !slices.Equal(d.Report.LeftOut, []string{"2 not images"}) {
		t.Errorf("names %q, left out %q, error %v", d.Train.Names, d.Report.LeftOut, err)
	}
}

func TestImageFolderOrderAndPixels(t *testing.T) {
	gray16 := image.NewGray16(image.Rect(0, 0, 3, 1))
	gray16.SetGray16(1, 0, color.Gray16{Y: 0xabcd})
	folder := writeFiles(t, map[string][]byte{
		"train/b.PNG": gray(1, 3, 10), "train/a.png": gray(1, 3, 50), "train/c.png": pngBytes(gray16),
		"train/.hidden.png": {1}, "train/notes.txt": {1}, "test/z.png": gray(1, 3, 7),
	})
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Data{
		Name:  folder,
		Train: &Images{Shape: Shape{H: 1, W: 3, C: 1}, Pixels: []byte{50, 51, 52, 10, 11, 12, 0, 0xab, 0}, Names: []string{"train/a.png", "train/b.PNG", "train/c.png"}},
		Test:  &Images{Shape: Shape{H: 1, W: 3, C: 1}, Pixels: []byte{7, 8, 9}, Names: []string{"test/z.png"}},
	}
	d.Report = nil
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestImageFolderColourAndAlpha(t *testing.T) {
	red, halfWhite := color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 255, 255, 128}
	folder := writeFiles(t, map[string][]byte{
		"train/a.png": gray(1, 2, 5), // gray among colours has three channels
		"train/b.png": colour(red, halfWhite),
		"test/c.png":  colour(color.NRGBA{255, 255, 255, 0}, color.NRGBA{1, 2, 3, 255}),
	})
	d, err := load(t, folder, Options{Background: new(images.RGB)})
	if err != nil {
		t.Fatal(err)
	}
	want := &Images{Shape: Shape{H: 1, W: 2, C: 3}, Pixels: []byte{5, 5, 5, 6, 6, 6, 255, 0, 0, 128, 128, 128}, Names: []string{"train/a.png", "train/b.png"}}
	if diff := cmp.Diff(want, d.Train); diff != "" {
		t.Errorf("train (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]byte{0, 0, 0, 1, 2, 3}, d.Test.Pixels); diff != "" {
		t.Errorf("test (-want +got):\n%s", diff)
	}
}

func TestImageFolderJPEG(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range m.Pix {
		m.Pix[i] = []byte{200, 100, 50, 255}[i%4]
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	d, err := load(t, writeFiles(t, map[string][]byte{"a.jpg": b.Bytes(), "b.JPEG": b.Bytes()}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range d.Train.Pixels {
		if want := []int{200, 100, 50}[i%3]; int(v) < want-3 || int(v) > want+3 {
			t.Fatalf("value %d is %d, want about %d", i, v, want)
		}
	}
}

// TestVagueNames reads pictures whose names do not say that they are some, by their content.
func TestVagueNames(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"scan": gray(1, 1, 1), "a.jpg_large": gray(1, 1, 2), "b.png?w=20": gray(1, 1, 3),
		"c.png.part": gray(1, 1, 4)[:20], "d.jpg~": gray(1, 1, 5), "notes": []byte("text"), "e.jpg_old": nil,
	})
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Train.Len() + d.Test.Len(); got != 3 {
		t.Errorf("%d images, want 3", got)
	}
}

func TestImageFolderClasses(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"train/dog/1.png": gray(1, 1, 1), "train/cat/1.png": gray(1, 1, 2), "train/cat/2.png": gray(1, 1, 3),
		"train/empty/notes.txt": nil, "test/dog/9.png": gray(1, 1, 4),
	})
	d, err := load(t, folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Data{
		Name:    folder,
		Train:   &Images{Shape: Shape{H: 1, W: 1, C: 1}, Pixels: []byte{2, 3, 1}, Labels: []int{0, 0, 1}, Names: []string{"train/cat/1.png", "train/cat/2.png", "train/dog/1.png"}},
		Test:    &Images{Shape: Shape{H: 1, W: 1, C: 1}, Pixels: []byte{4}, Labels: []int{1}, Names: []string{"test/dog/9.png"}},
		Classes: []string{"cat", "dog"},
	}
	d.Report, d.Warnings = nil, nil // of these dark images
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	folder = filepath.Join(folder, "train") // class folders without splits
	if d, err = load(t, folder, Options{}); err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 2 || d.Test.Len() != 1 || len(d.Test.Labels) != 1 {
		t.Errorf("%d and %d images, want 2 and 1", d.Train.Len(), d.Test.Len())
	}
}

func TestImageFolderErrors(t *testing.T) {
	good := gray(2, 3, 0)
	for name, tt := range map[string]struct {
		files map[string][]byte
		want  []string
	}{
		"garbage":          {map[string][]byte{"a.png": good, "b.png": []byte("not an image")}, []string{"b.png: is no picture of a kind that is read", "mend"}},
		"empty":            {map[string][]byte{"a.png": good, "b.png": nil}, []string{"b.png: is empty: mend"}},
		"truncated":        {map[string][]byte{"a.png": good, "b.png": good[:len(good)-20]}, []string{"b.png: is a PNG file that ends too early: mend"}},
		"several":          {map[string][]byte{"a.png": good, "b.png": good[:40], "c.png": nil, "d.png": {1}, "e.gif": {2}}, []string{": 4 of 5 images cannot be read: ", "b.png is a PNG file that ends too early, c.png is empty, d.png is no picture", " and 1 more: mend"}},
		"only other files": {map[string][]byte{"a.txt": good, "b.txt": good, "c.json": nil, "d.heic": nil}, []string{"no images: put", "; it holds 3 not images (.txt 2, .json 1), 1 picture in a format that is not read (.heic 1)"}},
		"empty train":      {map[string][]byte{"train/a.txt": nil}, []string{"no images"}},
		"test only":        {map[string][]byte{"test/cat/a.png": good}, []string{"holds test images only"}},
		"one image":        {map[string][]byte{"a.png": good}, []string{"at least 2"}},
		"one and no image": {map[string][]byte{"train/a.png": {1}, "test/b.png": good}, []string{"a.png: is no picture"}},
		"a model":          {map[string][]byte{"loss.png": good, "config.json": nil, "model.safetensors": nil}, []string{"no images: put", "; it holds 1 model directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := writeFiles(t, tt.files)
			_, err := load(t, folder, Options{})
			wantError(t, err, append(tt.want, folder)...)
		})
	}
}

// TestReadFiles reads named files in their order, as gray or in colour as asked.
func TestReadFiles(t *testing.T) {
	var animated bytes.Buffer
	palette := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.Black, color.White})
	palette.Pix[1] = 1
	if err := gif.Encode(&animated, palette, nil); err != nil {
		t.Fatal(err)
	}
	folder := writeFiles(t, map[string][]byte{
		"b.png": gray(1, 2, 10), "a.gif": animated.Bytes(), "c.png": colour(color.NRGBA{255, 0, 0, 255}, color.NRGBA{9, 9, 9, 0}),
		"large.png": gray(2, 2, 0), "text.png": []byte("text"),
	})
	path := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join(folder, name))
		}
		return paths
	}
	for _, tt := range []struct {
		channels int
		want     []byte
	}{
		{1, []byte{10, 11, 0, 255, 76, 0}},
		{3, []byte{10, 10, 10, 11, 11, 11, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0}},
	} {
		m, err := ReadFiles(t.Context(), path("b.png", "a.gif", "c.png"), Options{Shape: Shape{H: 1, W: 2, C: tt.channels}, Background: new(images.RGB)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, m.Pixels); diff != "" {
			t.Errorf("%d channels: %s", tt.channels, diff)
		}
	}
	for name, want := range map[string]string{
		"text.png": "is no picture of a kind that is read", "none.png": "no such file",
	} {
		if _, err := ReadFiles(t.Context(), path("b.png", name), Options{Shape: Shape{H: 1, W: 2, C: 1}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
}
