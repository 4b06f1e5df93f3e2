// Package photo reads picture files of all kinds that people have, upright, in bounded
// memory: PNG, JPEG, GIF and TIFF (the first frame or page), BMP, WebP and the portable maps PBM,
// PGM and PPM. What a file is, its content says, not its name.
package photo

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/semaphore"

	"govae/images"
)

// MaxPixels is the largest area of a picture that is read: 100 megapixels. A damaged
// header shall not cost gigabytes.
const MaxPixels = 100_000_000

// maxDecoded is how many bytes of decoded pictures a [Reader] holds at a time, unless one
// alone has more.
const maxDecoded = 256 << 20

// File is a picture's file, as an [os.File] or a [bytes.Reader] is one.
type File interface {
	io.ReadSeeker
	io.ReaderAt
}

// Header is what a picture tells before it is decoded.
type Header struct {
	H, W        int  // of the upright picture
	Gray        bool // has no colours
	Transparent bool // may have transparent parts
	Deep        bool // has 16 bits a value
	Several     bool // holds further pages or frames, which are not read
}

// ReadHeader reads what a picture is without decoding it.
func ReadHeader(f File) (Header, error) {
	p, err := open(f)
	if err == nil {
		p.Several = several(p.name, f)
	}
	return p.Header, err
}

// Reader reads pictures, from several goroutines in bounded memory.
type Reader struct{ memory *semaphore.Weighted }

// NewReader returns a Reader.
func NewReader() *Reader { return &Reader{semaphore.NewWeighted(maxDecoded)} }

// Draw reads a picture into dst, the bytes [H, W, C] of an image of the shape s. It waits
// until there is memory for it.
func (r *Reader) Draw(ctx context.Context, f File, dst []byte, s images.Shape, framing images.Framing) error {
	p, err := open(f)
	if err != nil {
		return err
	}
	weight := min(p.bytes, maxDecoded)
	if err := r.memory.Acquire(ctx, weight); err != nil {
		return err
	}
	defer r.memory.Release(weight)
	decoded, err := p.decode(f)
	if err != nil {
		return err
	}
	return p.draw(dst, s, framing, decoded)
}

// picture is a picture whose header was read.
type picture struct {
	Header
	*format
	config      image.Config
	orientation orientation
	bytes       int64 // of memory that decoding takes, about
}

// open reads the header of a picture.
func open(f File) (p picture, err error) {
	if p.format, err = sniff(f); err != nil {
		return p, err
	}
	if p.config, err = rewound(f, p.format.config); err != nil {
		return p, p.bad(err)
	}
	p.H, p.W = p.config.Height, p.config.Width
	switch {
	case p.H < 1 || p.W < 1:
		return p, fmt.Errorf("is a %s file of %dx%d pixels (height x width)", p.name, p.H, p.W)
	case p.H > MaxPixels/p.W:
		return p, fmt.Errorf("is %dx%d (height x width): scale it to at most %d megapixels", p.H, p.W, int(MaxPixels/1e6))
	}
	p.Gray, p.Transparent = channels(p.config.ColorModel)
	p.Deep = isDeep(p.config.ColorModel)
	perPixel := pixelBytes(p.config.ColorModel)
	if p.meta != nil {
		m := p.meta(f)
		p.orientation = m.orientation
		p.Gray, p.Transparent = p.Gray || m.gray, p.Transparent || m.transparent
		if m.bytes > 0 {
			perPixel = m.bytes
		}
	}
	p.bytes = int64(float64(p.H) * float64(p.W) * perPixel)
	if p.orientation.swaps() {
		p.H, p.W = p.W, p.H
	}
	return p, nil
}

// decode reads the pixels, lying as they are stored.
func (p picture) decode(f File) (image.Image, error) {
	m, err := rewound(f, p.format.decode)
	if err != nil {
		return nil, p.bad(err)
	}
	return onCanvas(m, p.config), nil
}

// draw sets dst to the decoded picture, upright.
func (p picture) draw(dst []byte, s images.Shape, framing images.Framing, decoded image.Image) error {
	if p.orientation == upright {
		return framing.Draw(dst, s, decoded)
	}
	lying := s
	if p.orientation.swaps() {
		lying.H, lying.W = s.W, s.H
	}
	x := make([]byte, len(dst))
	err := framing.Draw(x, lying, decoded)
	p.orientation.turn(dst, x, s)
	return err
}

// bad is the error of a picture that cannot be read.
func (p picture) bad(err error) error {
	// Some decoders wrap the end of a file in a text.
	if errors.Is(err, io.EOF) || strings.HasSuffix(err.Error(), "EOF") {
		return fmt.Errorf("is a %s file that ends too early", p.name)
	}
	return fmt.Errorf("cannot be read as %s (%w)", p.name, err)
}

// rewound calls a function that reads a file from its start. Decoders are others' code that
// any file of anybody's is given to: where one panics the file cannot be read.
func rewound[T any](f File, read func(io.Reader) (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the decoder failed: %v", p)
		}
	}()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return result, err
	}
	return read(f)
}

// onCanvas returns the first frame of a GIF at its place on the canvas, where it is
// smaller, and any other picture as it is.
func onCanvas(m image.Image, c image.Config) image.Image {
	area := image.Rect(0, 0, c.Width, c.Height)
	frame, ok := m.(*image.Paletted)
	if !ok || frame.Rect == area {
		return m
	}
	return &placed{frame, area}
}

// placed is a frame on a transparent canvas.
type placed struct {
	frame *image.Paletted
	area  image.Rectangle
}

func (p *placed) ColorModel() color.Model { return p.frame.ColorModel() }
func (p *placed) Bounds() image.Rectangle { return p.area }
func (p *placed) At(x, y int) color.Color { return p.RGBA64At(x, y) }

// RGBA64At lets [images.Framing] read many pixels.
func (p *placed) RGBA64At(x, y int) color.RGBA64 {
	if !(image.Point{X: x, Y: y}).In(p.frame.Rect) {
		return color.RGBA64{}
	}
	return p.frame.RGBA64At(x, y)
}

// channels tells what pictures of a colour model may hold.
func channels(m color.Model) (gray, transparent bool) {
	switch m {
	case color.GrayModel, color.Gray16Model:
		return true, false
	case color.NRGBAModel, color.NRGBA64Model, color.NYCbCrAModel, color.AlphaModel, color.Alpha16Model:
		return false, true
	}
	palette, ok := m.(color.Palette)
	switch {
	case !ok:
		return false, false
	case len(palette) == 0: // of a GIF each frame of which has its own
		return false, true
	}
	gray = !slices.ContainsFunc(palette, func(c color.Color) bool {
		r, g, b, _ := c.RGBA()
		return r != g || g != b
	})
	transparent = slices.ContainsFunc(palette, func(c color.Color) bool {
		_, _, _, a := c.RGBA()
		return a < 0xffff
	})
	return gray, transparent
}

// isDeep reports whether values have 16 bits.
func isDeep(m color.Model) bool {
	return slices.Contains([]color.Model{color.Gray16Model, color.RGBA64Model, color.NRGBA64Model}, m)
}

// pixelBytes is how much memory a decoded pixel takes.
func pixelBytes(m color.Model) float64 {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}
