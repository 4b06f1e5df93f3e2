package photo

import (
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is a kind of file.
type format struct {
	name   string
	magic  string // its first bytes; ? stands for any
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	meta   func(File) meta // may be nil
}

// meta is what a file's header tells beside its size and colours.
type meta struct {
	orientation orientation
	gray        bool
	transparent bool
	bytes       float64 // of memory for a pixel, where the colours do not tell; else 0
}

var formats = []format{
	{"JPEG", "\xff\xd8", jpeg.DecodeConfig, jpeg.Decode, jpegMeta},
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, pngMeta},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode, gifMeta},
	{"WebP", "RIFF????WEBP", webp.DecodeConfig, webp.Decode, webpMeta},
	{"BMP", "BM????\x00\x00\x00\x00", bmp.DecodeConfig, bmp.Decode, nil},
	{"TIFF", "II*\x00", tiff.DecodeConfig, decodeTIFF, tiffMeta},
	{"TIFF", "MM\x00*", tiff.DecodeConfig, decodeTIFF, tiffMeta},
	{"portable map", "P1", decodeMapConfig, decodeMap, nil},
	{"portable map", "P2", decodeMapConfig, decodeMap, nil},
	{"portable map", "P3", decodeMapConfig, decodeMap, nil},
	{"portable map", "P4", decodeMapConfig, decodeMap, nil},
	{"portable map", "P5", decodeMapConfig, decodeMap, nil},
	{"portable map", "P6", decodeMapConfig, decodeMap, nil},
	{"HEIC", "????ftyphei", nil, nil, nil},
	{"HEIC", "????ftypmif1", nil, nil, nil},
	{"AVIF", "????ftypavi", nil, nil, nil},
	{"JPEG XL", "\xff\x0a", nil, nil, nil},
	{"JPEG XL", "\x00\x00\x00\x0cJXL ", nil, nil, nil},
}

// sniff returns the format of a file by its first bytes.
func sniff(f File) (*format, error) {
	head := make([]byte, 16)
	n, err := f.ReadAt(head, 0)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case n == 0:
		return nil, errors.New("is empty")
	}
	for i := range formats {
		p := &formats[i]
		if !p.matches(head[:n]) {
			continue
		}
		if p.decode == nil {
			return nil, fmt.Errorf("is %s, which is not read: save it as JPEG", p.name)
		}
		if p.name == "WebP" && isAnimatedWebP(f) {
			return nil, errors.New("is an animated WebP, which is not read: save one of its frames")
		}
		return p, nil
	}
	return nil, errors.New("is no picture of a kind that is read (PNG, JPEG, GIF, BMP, TIFF, WebP, PBM, PGM, PPM)")
}

func (p *format) matches(head []byte) bool {
	if len(head) < len(p.magic) {
		return false
	}
	for i := range len(p.magic) {
		if p.magic[i] != '?' && p.magic[i] != head[i] {
			return false
		}
	}
	return true
}
