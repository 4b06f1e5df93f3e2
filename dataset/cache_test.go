package dataset

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// cacheHome makes a folder the user's cache for a test, and returns where images go.
func cacheHome(t *testing.T) string {
	home := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, home)
	}
	store, err := imageStore()
	if err != nil {
		t.Fatal(err)
	}
	return store.Dir
}

// largeFolder holds so many pixels that they are worth keeping, in two classes, one file that cannot
// be read, and one with a second frame.
func largeFolder(t *testing.T) string {
	files := map[string][]byte{"cat/0bad.png": []byte("nothing")}
	frame := image.NewPaletted(image.Rect(0, 0, 1500, 1800), color.Palette{color.Gray{Y: 130}, color.Gray{Y: 190}})
	for p := range frame.Pix {
		frame.Pix[p] = byte(p % 1500 / 750)
	}
	var moving bytes.Buffer
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	files["dog/d.gif"] = moving.Bytes()
	for i, name := range []string{"cat/a.png", "cat/b.png", "dog/c.png"} {
		m := image.NewGray(image.Rect(0, 0, 1500, 1500+100*i))
		for p := range m.Pix {
			m.Pix[p] = byte(10 + 40*i + p%1500/100)
		}
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		if err := encoder.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		files[name] = b.Bytes()
	}
	return writeFiles(t, files)
}

// TestCache loads a folder again and again: images are decoded only when they must be, and
// the data is always the same.
func TestCache(t *testing.T) {
	dir, folder := cacheHome(t), largeFolder(t)
	decoded := 0
	var warnings []string
	again := func(o Options) *Data {
		t.Helper()
		decoded, warnings = 0, nil
		o.SkipBad = true
		o.Decoding = func(done, total int) {
			if decoded++; done != decoded || total != 5 {
				t.Errorf("image %d of %d, want %d of 5", done, total, decoded)
			}
		}
		o.Warn = func(message string) { warnings = append(warnings, message) }
		d, err := load(t, folder, o)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if _, err := load(t, folder, Options{}); err == nil || !strings.Contains(err.Error(), "0bad.png: is no picture") {
		t.Fatalf("a bad file: error %v", err)
	}
	if again(Options{}); decoded != 0 {
		t.Errorf("%d images were decoded again to leave a bad one out", decoded)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	want := again(Options{NoCache: true})
	if want.Train.Len()+want.Test.Len() != 4 || want.Report.Used != 4 || len(want.Report.LeftOut) != 2 || len(want.Report.Sizes) != 4 {
		t.Fatalf("data %+v, report %+v", want, want.Report)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Fatal("something was kept that should not be")
	}
	first := filepath.Join(folder, "cat/a.png")
	touch := func() {
		now := time.Now().Add(time.Minute)
		if err := os.Chtimes(first, now, now); err != nil {
			t.Fatal(err)
		}
	}
	damage := func() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)/2] ^= 1
			os.Remove(path) // which is mapped
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	unwritable := func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		before  func()
		o       Options
		decoded int
		warning string
	}{
		{"first", func() {}, Options{}, 5, ""},
		{"again", func() {}, Options{}, 0, ""},
		{"another shape", func() {}, Options{Shape: Shape{H: 16, W: 16, C: 3}}, 5, ""},
		{"first once more", func() {}, Options{}, 0, ""},
		{"a file has changed", touch, Options{}, 5, ""},
		{"damaged", damage, Options{}, 5, ""},
		{"mended", func() {}, Options{}, 0, ""},
		{"unwritable", unwritable, Options{}, 5, "decoded images cannot be kept in " + dir},
	} {
		tt.before()
		got := again(tt.o)
		if decoded != tt.decoded || !strings.HasPrefix(strings.Join(warnings, "\n"), tt.warning) || len(warnings) > 1 || tt.warning == "" && warnings != nil {
			t.Errorf("%s: %d images decoded, want %d; warnings %q, want %q", tt.name, decoded, tt.decoded, warnings, tt.warning)
		}
		if tt.o.Shape.H > 0 {
			continue
		}
		if !got.Train.Equal(want.Train) || !got.Test.Equal(want.Test) || got.Fingerprint() != want.Fingerprint() || !reflect.DeepEqual(got.Report.Lines(), want.Report.Lines()) ||
			got.Framing != want.Framing || !reflect.DeepEqual(got.Classes, want.Classes) {
			t.Errorf("%s: other data: %+v, report %q; want %+v, report %q", tt.name, got, got.Report.Lines(), want, want.Report.Lines())
		}
	}
}

// TestCacheOfBadFiles: what is not skipped is an error each time.
func TestCacheOfBadFiles(t *testing.T) {
	cacheHome(t)
	folder := largeFolder(t)
	for range 2 {
		_, err := load(t, folder, Options{Whole: true})
		wantError(t, err, "0bad.png")
		if _, err := load(t, folder, Options{Whole: true, SkipBad: true}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSmallIsNotKept: what is decoded in no time does not fill the cache.
func TestSmallIsNotKept(t *testing.T) {
	dir := cacheHome(t)
	if _, err := load(t, writeFiles(t, map[string][]byte{"a.png": gray(9, 5, 7), "b.png": gray(9, 5, 7)}), Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("two small images are kept")
	}
}
