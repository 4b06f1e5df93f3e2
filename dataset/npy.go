package dataset

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"govae/images"
	"govae/internal/arrayfile"
	"govae/internal/npy"
)

// npyFile is a NumPy array in a file.
type npyFile struct {
	path string
	Options
}

func (s npyFile) Load(ctx context.Context) (*Data, error) {
	m, ok, err := s.loadLarge(ctx, largeArray)
	if !ok && err == nil {
		m, err = readFile(ctx, s.path, readNPY)
	}
	if err != nil {
		return nil, err
	}
	return newData(ctx, s.path, m, nil, nil, s.Options)
}

// isNPY reports whether a file's name is that of an array.
func isNPY(path string) bool { return strings.EqualFold(filepath.Ext(path), ".npy") }

// readNPY reads images from a .npy file (NumPy's documentation,
// numpy.lib.format): bytes, or floats in [0, 1], which are rounded to multiples
// of 1/255. The shape is [N, H, W], or [N, H, W, C] or [N, C, H, W] with 1 or 3
// channels; if both could be meant, the channels are last.
func readNPY(r io.Reader) (*Images, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	h, err := npy.ReadHeader(b)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	shape, channelsFirst, err := imageShape(h)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	pixels, err := readPixels(h, b)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if channelsFirst {
		pixels = images.ChannelsLast(pixels, shape)
	}
	return &Images{Shape: shape, Pixels: pixels}, nil
}

// imageShape returns the shape of the images in an array, and whether its channels
// come before its rows.
func imageShape(h npy.Header) (s Shape, channelsFirst bool, err error) {
	if _, err := h.Len(); err != nil {
		return s, false, err
	}
	isChannels := func(n int) bool { return n == 1 || n == 3 }
	switch d := h.Shape; {
	case len(d) == 3:
		return Shape{H: d[1], W: d[2], C: 1}, false, nil
	case len(d) == 4 && isChannels(d[3]):
		return Shape{H: d[1], W: d[2], C: d[3]}, false, nil
	case len(d) == 4 && isChannels(d[1]):
		return Shape{H: d[2], W: d[3], C: d[1]}, true, nil
	}
	return s, false, fmt.Errorf("the shape %v is not that of images: reshape to [N H W], [N H W C] or [N C H W] with 1 or 3 channels", h.Shape)
}

// isBytes tells whether the elements are bytes.
func isBytes(h npy.Header) bool { return strings.TrimLeft(h.Type, "<>|=") == "u1" }

// readPixels reads the elements as bytes: floats are rounded. Its memory grows as they
// arrive.
func readPixels(h npy.Header, r io.Reader) ([]byte, error) {
	if isBytes(h) {
		return arrayfile.ReadBytes(r, h.Shape)
	}
	next, err := h.Floats(r)
	if err != nil {
		return nil, fmt.Errorf("%w in [0, 1], or as uint8", err)
	}
	var pixels []byte
	for {
		v, err := next()
		switch {
		case err == io.EOF:
			return pixels, nil
		case err != nil:
			return nil, err
		case !(v >= 0 && v <= 1): // so that NaN fails too
			return nil, fmt.Errorf("the value at index %v is %g: scale the array to [0, 1] and mend NaN and Inf, or save it as uint8", h.Index(len(pixels)), v)
		}
		pixels = append(pixels, byte(math.Round(v*255)))
	}
}
