package photo

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"govae/images"
)

// encoded returns a picture as a file.
func encoded(t testing.TB, m image.Image, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) }
func asBMP(b *bytes.Buffer, m image.Image) error { return bmp.Encode(b, m) }
func asGIF(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) }
func asJPEG(b *bytes.Buffer, m image.Image) error {
	return jpeg.Encode(b, m, &jpeg.Options{Quality: 100})
}
func asTIFF(b *bytes.Buffer, m image.Image) error {
	return tiff.Encode(b, m, &tiff.Options{Compression: tiff.Deflate})
}

// draw reads a file at a size.
func draw(t testing.TB, file []byte, s images.Shape, f images.Framing) []byte {
	t.Helper()
	dst := make([]byte, s.Len())
	if err := NewReader().Draw(t.Context(), bytes.NewReader(file), dst, s, f); err != nil {
		t.Fatal(err)
	}
	return dst
}

// near compares bytes that a lossy format may have changed a little.
func near(got, want []byte, most int) bool {
	for i := range want {
		if d := int(got[i]) - int(want[i]); d < -most || d > most {
			return false
		}
	}
	return len(got) == len(want)
}

// TestSmallFrame: what a first frame leaves of the canvas is transparent, whatever its colours are.
func TestSmallFrame(t *testing.T) {
	opaque := color.Palette{color.Gray{}, color.Gray{Y: 255}}
	frame := image.NewPaletted(image.Rect(0, 0, 1, 1), opaque)
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{ColorModel: opaque, Width: 2, Height: 1}}); err != nil {
		t.Fatal(err)
	}
	if h, err := ReadHeader(bytes.NewReader(b.Bytes())); err != nil || !h.Transparent || h.W != 2 {
		t.Errorf("header %+v, error %v", h, err)
	}
}

func TestAnimatedWebP(t *testing.T) {
	file := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	if _, err := ReadHeader(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), "animated") {
		t.Errorf("error %v", err)
	}
}

// TestFormats reads the same two pixels, red and half transparent white, or dark and light
// gray, from files of all kinds.
func TestFormats(t *testing.T) {
	area := image.Rect(0, 0, 2, 1)
	fill := func(m interface{ Set(x, y int, c color.Color) }, a, b color.Color) image.Image {
		m.Set(0, 0, a)
		m.Set(1, 0, b)
		return m.(image.Image)
	}
	red, half, green := color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 255, 255, 128}, color.NRGBA{0, 255, 0, 255}
	dark, light := color.Gray16{Y: 0x2000}, color.Gray16{Y: 0xe0ff}
	palette := color.Palette{color.NRGBA{}, red, green}
	bits := color.Palette{color.Gray{}, color.Gray{Y: 255}}
	webp, _ := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	for name, tt := range map[string]struct {
		file   []byte
		header Header
		want   []byte // in colour, on blue
	}{
		"PNG":              {encoded(t, fill(image.NewNRGBA(area), red, half), asPNG), Header{1, 2, false, true, false, false}, []byte{255, 0, 0, 128, 128, 255}},
		"PNG, 16 bits":     {encoded(t, fill(image.NewNRGBA64(area), red, half), asPNG), Header{1, 2, false, true, true, false}, []byte{255, 0, 0, 128, 128, 255}},
		"PNG, gray":        {encoded(t, fill(image.NewGray16(area), dark, light), asPNG), Header{1, 2, true, false, true, false}, []byte{32, 32, 32, 224, 224, 224}},
		"PNG, palette":     {encoded(t, fill(image.NewPaletted(area, palette), red, color.NRGBA{}), asPNG), Header{1, 2, false, true, false, false}, []byte{255, 0, 0, 0, 0, 255}},
		"PNG, bits":        {encoded(t, fill(image.NewPaletted(area, bits), color.Black, color.White), asPNG), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"GIF":              {encoded(t, fill(image.NewPaletted(area, palette), color.NRGBA{}, green), asGIF), Header{1, 2, false, false, false, false}, []byte{0, 0, 255, 0, 255, 0}},
		"BMP":              {encoded(t, fill(image.NewRGBA(area), red, green), asBMP), Header{1, 2, false, false, false, false}, []byte{255, 0, 0, 0, 255, 0}},
		"BMP, gray":        {encoded(t, fill(image.NewGray(area), dark, light), asBMP), Header{1, 2, true, false, false, false}, []byte{32, 32, 32, 224, 224, 224}},
		"TIFF":             {encoded(t, fill(image.NewNRGBA(area), red, half), asTIFF), Header{1, 2, false, true, false, false}, []byte{255, 0, 0, 128, 128, 255}},
		"TIFF, 16 bits":    {encoded(t, fill(image.NewGray16(area), dark, light), asTIFF), Header{1, 2, true, false, true, false}, []byte{32, 32, 32, 224, 224, 224}},
		"TIFF, 1 bit":      {bitTIFF(), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"JPEG, CMYK":       {cmykJPEG(t, 255, 0, 0, 255), Header{8, 8, false, false, false, false}, bytes.Repeat([]byte{255, 0, 0}, 64)},
		"WebP":             {webp, Header{1, 1, false, true, false, false}, []byte{0, 0, 255}},
		"PBM":              {[]byte("P1 # bits\n2 1\n10"), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"PBM, raw":         {[]byte("P4\n2 1\n\x80"), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"PGM":              {[]byte("P2\n# a\n2\n1 # b\n100\n 0\n100"), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"PGM, long text":   {[]byte("P2 #" + strings.Repeat(" a", 9000) + "\n2 1\n100\n 0\n100"), Header{1, 2, true, false, false, false}, []byte{0, 0, 0, 255, 255, 255}},
		"PGM, raw":         {[]byte("P5 2 1 255\n\x20\xe0"), Header{1, 2, true, false, false, false}, []byte{32, 32, 32, 224, 224, 224}},
		"PGM, 16 bits":     {[]byte("P5 2 1 65535\n\x20\x00\xe0\x00"), Header{1, 2, true, false, true, false}, []byte{32, 32, 32, 224, 224, 224}},
		"PPM":              {[]byte("P3 2 1 5 5 0 0 0 5 0"), Header{1, 2, false, false, false, false}, []byte{255, 0, 0, 0, 255, 0}},
		"PPM, 16 bits":     {[]byte("P3 2 1 4095 4095 0 0 0 4095 0"), Header{1, 2, false, false, true, false}, []byte{255, 0, 0, 0, 255, 0}},
		"PPM, raw":         {[]byte("P6 2 1 255\n\xff\x00\x00\x00\xff\x00more"), Header{1, 2, false, false, false, false}, []byte{255, 0, 0, 0, 255, 0}},
		"PNG, one clear":   {transparentPNG(t, fill(image.NewGray(area), dark, light), 0, 0x20), Header{1, 2, true, true, false, false}, []byte{0, 0, 255, 224, 224, 224}},
		"PNG, clear red":   {transparentPNG(t, fill(image.NewRGBA(area), red, green), 0, 255, 0, 0, 0, 0), Header{1, 2, false, true, false, false}, []byte{0, 0, 255, 0, 255, 0}},
		"GIF, own colours": {ownGIF(t, fill(image.NewPaletted(area, palette), color.NRGBA{}, green)), Header{1, 2, false, true, false, false}, []byte{0, 0, 255, 0, 255, 0}},
		"PNG, gray half":   {grayAlphaPNG(t), Header{1, 1, true, true, false, false}, []byte{64, 64, 191}},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := ReadHeader(bytes.NewReader(tt.file))
			if h.Transparent = h.Transparent && tt.header.Transparent; err != nil || h != tt.header {
				t.Fatalf("header %+v (%v), want %+v", h, err, tt.header)
			}
			got := draw(t, tt.file, images.Shape{H: h.H, W: h.W, C: 3}, images.Framing{Background: images.RGB{B: 255}})
			if !near(got, tt.want, 1) {
				t.Errorf("pixels %v, want %v", got, tt.want)
			}
		})
	}
}

// grayAlphaPNG returns one pixel of half transparent gray, colour type 4, which Go does not
// write.
func grayAlphaPNG(t *testing.T) []byte {
	file, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGNoaAAAAYMBARg1IhUAAAAASUVORK5CYII=")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// transparentPNG returns a PNG of which one colour, two bytes for each channel, is transparent.
func transparentPNG(t *testing.T, m image.Image, colour ...byte) []byte {
	file := encoded(t, m, asPNG)
	at := bytes.Index(file, []byte("IDAT")) - 4
	chunk := append([]byte("tRNS"), colour...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk))
	return bytes.Join([][]byte{file[:at], binary.BigEndian.AppendUint32(nil, uint32(len(colour))), chunk, file[at:]}, nil)
}

// ownGIF returns a GIF whose frame has its own table of colours, and which has none for all.
func ownGIF(t *testing.T, m image.Image) []byte {
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{m.(*image.Paletted)}, Delay: []int{0}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bitTIFF returns black and white, one bit a pixel (TIFF 6.0, section 3).
func bitTIFF() []byte {
	entry := func(tag, kind, value uint16) []byte {
		return []byte{byte(tag), byte(tag >> 8), byte(kind), 0, 1, 0, 0, 0, byte(value), byte(value >> 8), 0, 0}
	}
	entries := [][]byte{
		entry(256, 3, 2), entry(257, 3, 1), entry(258, 3, 1), entry(259, 3, 1), entry(262, 3, 1),
		entry(273, 3, 8), entry(277, 3, 1), entry(278, 3, 1), entry(279, 3, 1),
	}
	file := append([]byte("II*\x00\x0a\x00\x00\x00\x40\x00"), byte(len(entries)), 0)
	return append(append(file, bytes.Join(entries, nil)...), 0, 0, 0, 0)
}

// cmykJPEG returns a JPEG of four components, cyan, magenta, yellow and black, as print
// shops have them: inverted, as Adobe's mark says, and here each in a scan of its own.
func cmykJPEG(t *testing.T, inverted ...byte) []byte {
	file := []byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")
	for i, v := range inverted {
		m := image.NewGray(image.Rect(0, 0, 8, 8))
		for p := range m.Pix {
			m.Pix[p] = v
		}
		gray := encoded(t, m, asJPEG)
		frame, scan := bytes.Index(gray, []byte{0xff, 0xc0}), bytes.Index(gray, []byte{0xff, 0xda})
		if i == 0 {
			head := bytes.Clone(gray[frame : frame+10])
			head[3], head[9] = 8+3*4, 4
			file = bytes.Join([][]byte{file, gray[2:frame], head, {1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}, gray[frame+13 : scan]}, nil)
		}
		gray[scan+5] = byte(i + 1) // the component
		file = append(file, gray[scan:len(gray)-2]...)
	}
	return append(file, 0xff, 0xd9)
}

// exif returns Exif data that hold an orientation.
func exif(orientation byte) []byte {
	return []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 2, 1, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 9, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0}
}

// withExif puts Exif data where a format has them.
func withExif(format string, file, data []byte) []byte {
	if format == "JPEG" {
		data = append([]byte("Exif\x00\x00"), data...)
		n := len(data) + 2
		return bytes.Join([][]byte{file[:2], {0xff, 0xe1, byte(n >> 8), byte(n)}, data, file[2:]}, nil)
	}
	head := 8 + 25 // signature and IHDR
	return bytes.Join([][]byte{file[:head], {0, 0, 0, byte(len(data))}, []byte("eXIf"), data, {0, 0, 0, 0}, file[head:]}, nil)
}

// TestOrientation stores one picture in all eight ways, as the standard words them.
func TestOrientation(t *testing.T) {
	const h, w = 16, 32
	value := func(x, y int) uint8 { return uint8(x*4 + y*8) }
	want := make([]byte, 0, h*w)
	for y := range h {
		for x := range w {
			want = append(want, value(x, y))
		}
	}
	for i, sides := range []string{"", "top left", "top right", "bottom right", "bottom left", "left top", "right top", "right bottom", "left bottom"} {
		if i == 0 {
			continue
		}
		row, column, _ := strings.Cut(sides, " ") // the side where row 0 is, and column 0
		stored := image.NewGray(image.Rect(0, 0, w, h))
		if i >= 5 {
			stored = image.NewGray(image.Rect(0, 0, h, w))
		}
		for y := range stored.Rect.Dy() {
			for x := range stored.Rect.Dx() {
				at := map[string]int{row: y, column: x}
				left, isLeft := at["left"]
				if !isLeft {
					left = w - 1 - at["right"]
				}
				top, isTop := at["top"]
				if !isTop {
					top = h - 1 - at["bottom"]
				}
				stored.SetGray(x, y, color.Gray{Y: value(left, top)})
			}
		}
		for format, encode := range map[string]func(*bytes.Buffer, image.Image) error{"JPEG": asJPEG, "PNG": asPNG} {
			file := withExif(format, encoded(t, stored, encode), exif(byte(i)))
			if format == "PNG" {
				// Go's decoder checks the sum of chunks that it does not know.
				file = withSum(file)
			}
			header, err := ReadHeader(bytes.NewReader(file))
			if err != nil || header.H != h || header.W != w {
				t.Errorf("%s %d: header %+v, error %v", format, i, header, err)
			}
			if got := draw(t, file, images.Shape{H: h, W: w, C: 1}, images.Framing{}); !near(got, want, 4) {
				t.Errorf("%s %d: pixels differ", format, i)
			}
		}
	}
}

// TestFrameOfGIF draws a frame that is smaller than the canvas at its place.
func TestFrameOfGIF(t *testing.T) {
	frame := image.NewPaletted(image.Rect(2, 1, 4, 2), color.Palette{color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{0, 0}, Config: image.Config{Width: 5, Height: 3}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []int{1, 3} {
		got := draw(t, b.Bytes(), images.Shape{H: 3, W: 5, C: c}, images.Framing{Background: images.RGB{R: 9, G: 9, B: 9}})
		for i, v := range got {
			x, y := i/c%5, i/c/5
			if want := map[bool]byte{true: 255, false: 9}[y == 1 && (x == 2 || x == 3)]; v != want {
				t.Errorf("%d channels: value %d at %d, %d, want %d", c, v, x, y, want)
			}
		}
	}
}

// TestBadFiles: one clear line each.
func TestBadFiles(t *testing.T) {
	whole := encoded(t, image.NewGray(image.Rect(0, 0, 40, 40)), asPNG)
	photo := encoded(t, image.NewGray(image.Rect(0, 0, 40, 40)), asJPEG)
	huge := bytes.Clone(whole)
	copy(huge[16:], []byte{0, 0, 0x80, 0, 0, 0, 0x80, 0})
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":          {nil, "is empty"},
		"text":           {[]byte("hello, world"), "is no picture of a kind that is read"},
		"cut":            {whole[:len(whole)-20], "is a PNG file that ends too early"},
		"cut photograph": {photo[:len(photo)-30], "is a JPEG file that ends too early"},
		"cut header":     {photo[:20], "is a JPEG file that ends too early"},
		"huge":           {withSum(huge), "is 32768x32768 (height x width): scale it to at most 100 megapixels"},
		"huge map":       {[]byte("P5 1000000000 1000000000 255\n"), "at most 100 megapixels"},
		"no pixels":      {[]byte("P5 0 1 255\n"), "cannot be read as portable map"},
		"cut map":        {[]byte("P5 2 2 255\n123"), "is a portable map file that ends too early"},
		"value too high": {[]byte("P2 2 2 5\n1 2 3 6"), "the value 6, where 5 is white"},
		"no number":      {[]byte("P2 2 x 5\n"), "where a number is wanted"},
		"HEIC":           {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "is HEIC, which is not read: save it as JPEG"},
	} {
		dst := make([]byte, 16)
		err := NewReader().Draw(t.Context(), bytes.NewReader(tt.file), dst, images.Shape{H: 4, W: 4, C: 1}, images.Framing{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := NewReader()
	r.memory.Acquire(t.Context(), maxDecoded)
	if err := r.Draw(ctx, bytes.NewReader(whole), make([]byte, 16), images.Shape{H: 4, W: 4, C: 1}, images.Framing{}); err != context.Canceled {
		t.Errorf("waiting for memory, cancelled: error %v", err)
	}
}

// TestLargePhotograph averages 50 megapixels.
func TestLargePhotograph(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	m := image.NewGray(image.Rect(0, 0, 8000, 6250))
	for i := range m.Pix {
		m.Pix[i] = byte(100 + i%2*50) // stripes that no few of the pixels tell
	}
	file := encoded(t, m, asJPEG)
	for i, v := range draw(t, file, images.Shape{H: 48, W: 64, C: 1}, images.Framing{}) {
		if v < 122 || v > 128 {
			t.Fatalf("value %d is %d, want about 125", i, v)
		}
	}
	p, err := open(bytes.NewReader(file))
	if err != nil || p.bytes != 50e6 {
		t.Errorf("%d bytes are reckoned with, error %v", p.bytes, err)
	}
}

// TestMemoryOfJPEG reckons with the samples of each component.
func TestMemoryOfJPEG(t *testing.T) {
	frame := func(sampling ...byte) []byte {
		f := []byte{8, 0, 1, 0, 1, byte(len(sampling))}
		for i, s := range sampling {
			f = append(f, byte(i), s, 0)
		}
		return f
	}
	for _, tt := range []struct {
		frame       []byte
		progressive bool
		want        float64
	}{
		{frame(0x11), false, 1},
		{frame(0x22, 0x11, 0x11), false, 1.5},
		{frame(0x22, 0x11, 0x11), true, 7.5},
		{frame(0x11, 0x11, 0x11), false, 3},
		{frame(0x11, 0x11, 0x11, 0x11), false, 8},
		{frame(0x11)[:7], false, 0},
		{nil, false, 0},
	} {
		if got := jpegBytes(tt.frame, tt.progressive); got != tt.want {
			t.Errorf("%v, progressive %v: %g bytes a pixel, want %g", tt.frame, tt.progressive, got, tt.want)
		}
	}
}

// FuzzRead reads any bytes: there may be an error and nothing else.
func FuzzRead(f *testing.F) {
	area := image.Rect(0, 0, 3, 2)
	for _, file := range [][]byte{
		withExif("JPEG", encoded(f, image.NewGray(area), asJPEG), exif(6)), withSum(withExif("PNG", encoded(f, image.NewNRGBA(area), asPNG), exif(3))),
		encoded(f, image.NewPaletted(area, color.Palette{color.White}), asGIF), encoded(f, image.NewGray(area), asBMP), encoded(f, image.NewGray16(area), asTIFF), bitTIFF(),
		[]byte("P1 2 1 10"), []byte("P2 2 1 9 #\n1 2"), []byte("P3 1 1 5 5 0 0"), []byte("P4 9 1\n\x80\x80"), []byte("P5 2 1 300\n\x00\x20\x00\xe0"), []byte("P6 1 1 255\n\xff\x00\x00"),
	} {
		f.Add(file)
	}
	reader := NewReader()
	s := images.Shape{H: 2, W: 3, C: 3}
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := ReadHeader(bytes.NewReader(file))
		if err != nil || h.H*h.W > 1<<16 {
			return
		}
		if h.H < 1 || h.W < 1 {
			t.Fatalf("header %+v", h)
		}
		err = reader.Draw(t.Context(), bytes.NewReader(file), make([]byte, s.Len()), s, images.Framing{})
		if err != nil && fmt.Sprint(err) == "" {
			t.Fatal("an error without a text")
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = byte(i * 7)
	}
	for _, c := range []int{1, 3} {
		b.Run(fmt.Sprint("channels=", c), func(b *testing.B) {
			dst := make([]byte, 64*64*c)
			for b.Loop() {
				images.Framing{}.Draw(dst, images.Shape{H: 64, W: 64, C: c}, m)
			}
		})
	}
}

// TestSeveral tells files with further pages or frames from others, and from damaged ones.
func TestSeveral(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.Gray{9}})
	for i := range frame.Pix {
		frame.Pix[i] = uint8(i * i % 3)
	}
	animation := func(frames int) []byte {
		g := &gif.GIF{}
		for range frames {
			g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 3)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var page bytes.Buffer
	if err := tiff.Encode(&page, frame, nil); err != nil {
		t.Fatal(err)
	}
	more := slices.Clone(page.Bytes()) // the directory again, as that of another page
	at := binary.LittleEndian.Uint32(more[4:])
	next := int(at) + 2 + 12*int(binary.LittleEndian.Uint16(more[at:]))
	binary.LittleEndian.PutUint32(more[next:], at)
	two := animation(2)
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{
		"one frame": {animation(1), false}, "two frames": {two, true}, "three frames": {animation(3), true},
		"cut": {two[:len(two)/2-30], false}, "one page": {page.Bytes(), false}, "pages": {more, true},
	} {
		h, err := ReadHeader(bytes.NewReader(tt.data))
		if err != nil || h.Several != tt.want {
			t.Errorf("%s: several: %v, error %v", name, h.Several, err)
		}
	}
}
