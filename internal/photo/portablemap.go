package photo

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
)

// mapHeader is the header of a portable map (netpbm's pages pbm, pgm and ppm).
type mapHeader struct {
	kind byte // '1' to '6'
	w, h int
	most int // the value of white
}

func (h mapHeader) colours() bool { return h.kind == '3' || h.kind == '6' }
func (h mapHeader) bits() bool    { return h.kind == '1' || h.kind == '4' }
func (h mapHeader) text() bool    { return h.kind <= '3' }
func (h mapHeader) deep() bool    { return h.most > 255 }

func decodeMapConfig(r io.Reader) (image.Config, error) {
	h, err := readMapHeader(bufio.NewReader(r))
	model := color.GrayModel
	switch {
	case h.colours() && h.deep():
		model = color.RGBA64Model
	case h.colours():
		model = color.RGBAModel
	case h.deep():
		model = color.Gray16Model
	}
	return image.Config{ColorModel: model, Width: h.w, Height: h.h}, err
}

func readMapHeader(r *bufio.Reader) (h mapHeader, err error) {
	magic := make([]byte, 2)
	if _, err := io.ReadFull(r, magic); err != nil {
		return h, err
	}
	h.kind, h.most = magic[1], 1
	if magic[0] != 'P' || h.kind < '1' || h.kind > '6' {
		return h, errors.New("not a portable map")
	}
	fields := []*int{&h.w, &h.h, &h.most}
	if h.bits() {
		fields = fields[:2]
	}
	for _, field := range fields {
		if *field, err = mapNumber(r); err != nil {
			return h, err
		}
	}
	if h.w < 1 || h.h < 1 || h.most < 1 || h.most > 0xffff {
		return h, fmt.Errorf("%dx%d pixels with values up to %d", h.h, h.w, h.most)
	}
	return h, nil
}

// mapNumber reads a number, the space and the comments before it, and the one character
// behind it.
func mapNumber(r *bufio.Reader) (int, error) {
	n, digits := 0, 0
	for {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF && digits > 0:
			return n, nil
		case err != nil:
			return 0, unexpected(err)
		case c >= '0' && c <= '9':
			if n, digits = 10*n+int(c-'0'), digits+1; n > 1<<31-1 {
				return 0, errors.New("a number is too large")
			}
		case c == '#':
			if err := skipLine(r); err != nil {
				return 0, unexpected(err)
			}
			if digits > 0 {
				return n, nil
			}
		case c != ' ' && (c < '\t' || c > '\r'):
			return 0, fmt.Errorf("%q where a number is wanted", c)
		case digits > 0:
			return n, nil
		}
	}
}

// skipLine reads to the end of a line, of any length, and keeps nothing of it.
func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); err != bufio.ErrBufferFull {
			return err
		}
	}
}

// decodeMap reads a map as [image.Gray] or [image.RGBA], or their relatives of 16 bits, of a file with
// several the first.
func decodeMap(reader io.Reader) (image.Image, error) {
	r := bufio.NewReaderSize(reader, 1<<16)
	h, err := readMapHeader(r)
	if err != nil {
		return nil, err
	}
	if h.h > MaxPixels/h.w {
		return nil, errors.New("too many pixels")
	}
	next := h.values(r)
	area := image.Rect(0, 0, h.w, h.h)
	switch {
	case h.colours() && h.deep():
		m := image.NewRGBA64(area)
		return m, h.fill(m.Pix, 4, 2, next)
	case h.colours():
		m := image.NewRGBA(area)
		return m, h.fill(m.Pix, 4, 1, next)
	case h.deep():
		m := image.NewGray16(area)
		return m, h.fill(m.Pix, 1, 2, next)
	}
	m := image.NewGray(area)
	return m, h.fill(m.Pix, 1, 1, next)
}

// fill reads the values of all pixels, of so many channels, the fourth of which is opaque, and so many
// bytes, the higher one first.
func (h mapHeader) fill(pixels []byte, channels, bytes int, next func(row int) (int, error)) error {
	white, size := 1<<(8*bytes)-1, channels*bytes
	for i := 0; i < len(pixels); i += size {
		for c := range min(3, channels) {
			v, err := next(i / size % h.w)
			if err != nil {
				return unexpected(err)
			}
			if v > h.most {
				return fmt.Errorf("the value %d, where %d is white", v, h.most)
			}
			put(pixels[i+c*bytes:][:bytes], (v*white+h.most/2)/h.most)
		}
		if channels == 4 {
			put(pixels[i+3*bytes:][:bytes], white)
		}
	}
	return nil
}

// put writes a value of one or two bytes.
func put(pixel []byte, v int) {
	pixel[0] = byte(v >> (8 * (len(pixel) - 1)))
	pixel[len(pixel)-1] = byte(v)
}

// values returns a function that reads one value after the other, each in column x. Of
// bits 1 is black.
func (h mapHeader) values(r *bufio.Reader) func(x int) (int, error) {
	switch {
	case h.kind == '1':
		return func(int) (int, error) {
			for { // the digits need no space between them
				switch c, err := r.ReadByte(); {
				case err != nil:
					return 0, err
				case c == '0' || c == '1':
					return int('1' - c), nil
				case c != ' ' && (c < '\t' || c > '\r'):
					return 0, fmt.Errorf("%q where 0 or 1 is wanted", c)
				}
			}
		}
	case h.text():
		return func(int) (int, error) { return mapNumber(r) }
	case h.bits():
		var bits byte
		return func(x int) (int, error) {
			if x%8 == 0 { // each row begins a byte
				var err error
				if bits, err = r.ReadByte(); err != nil {
					return 0, err
				}
			}
			return int(^bits >> (7 - x%8) & 1), nil
		}
	case h.most < 256:
		return func(int) (int, error) {
			c, err := r.ReadByte()
			return int(c), err
		}
	}
	return func(int) (int, error) {
		high, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		low, err := r.ReadByte()
		return int(high)<<8 | int(low), err
	}
}

// unexpected is the error of a file that ends within a picture.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
