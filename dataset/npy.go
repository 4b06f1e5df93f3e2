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
	return newData(ctx, s.path, splits{train: m}, nil, s.Options)
}

// isNPY reports whether a file's name is that of an array.
func isNPY(path string) bool { return strings.EqualFold(filepath.Ext(path), ".npy") }

// readNPY reads images from a .npy file (NumPy's documentation, numpy.lib.format) of the
// shapes that [imageShape] takes, in C or in Fortran order. Floats are intensities in
// [0, 1], integers of any size are bytes from 0 to 255, and booleans black and white.
// What rounds to a byte is one: a float may miss [0, 1] by less than 1/510.
func readNPY(r io.Reader) (*Images, error) {
	m, err := readImageArray(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	return m, nil
}

func readImageArray(r io.Reader) (*Images, error) {
	h, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if _, err := h.Len(); err != nil {
		return nil, err
	}
	shape, channelsFirst, err := imageShape(h.Shape)
	if err != nil {
		return nil, err
	}
	pixels, err := readPixels(h, r)
	if err != nil {
		return nil, err
	}
	if h.Fortran {
		pixels = lastFastest(pixels, h.Shape)
	}
	if channelsFirst {
		pixels = images.ChannelsLast(pixels, shape)
	}
	return &Images{Shape: shape, Pixels: pixels}, nil
}

// isBytes tells whether the elements are bytes.
func isBytes(h npy.Header) bool { return h.Kind() == "u1" }

// readPixels reads the elements as bytes, in the order of the file. Its memory grows as
// they arrive.
func readPixels(h npy.Header, r io.Reader) ([]byte, error) {
	if isBytes(h) {
		return arrayfile.ReadBytes(r, h.Shape)
	}
	next, err := h.Values(r)
	if err != nil {
		return nil, fmt.Errorf("%w in [0, 1], or as uint8", err)
	}
	white := 255. // the byte of the value 1
	if strings.HasPrefix(h.Kind(), "i") || strings.HasPrefix(h.Kind(), "u") {
		white = 1
	}
	var pixels []byte
	wrong := outside{low: math.Inf(1), high: math.Inf(-1)}
	for i := 0; ; i++ {
		v, err := next()
		switch {
		case err == io.EOF:
			return pixels, wrong.error(white == 1)
		case err != nil:
			return nil, err
		case math.IsNaN(v) || math.IsInf(v, 0):
			return nil, fmt.Errorf("the value at index %v is %g: mend NaN and Inf in the array", h.Index(i), v)
		}
		wrong.low, wrong.high = min(wrong.low, v), max(wrong.high, v)
		switch b := math.Round(v * white); {
		case wrong.index != nil: // only the range is of interest now
		case b >= 0 && b <= 255:
			pixels = append(pixels, byte(b))
		default:
			wrong.index, wrong.value = h.Index(i), v
		}
	}
}

// outside tells of an array with values that are none of images.
type outside struct {
	index     []int // of the first; nil if there is none
	value     float64
	low, high float64 // of all values
}

func (o outside) error(integers bool) error {
	if o.index == nil {
		return nil
	}
	want, fix := "[0, 1]", "a / a.max()" // in the words of NumPy
	switch {
	case integers:
		want, fix = "0 to 255 for integers", "(a / a.max() * 255).astype('uint8')"
		if o.low < 0 {
			fix = "((a - a.min()) / (a.max() - a.min()) * 255).astype('uint8')"
		}
	case o.low >= 0 && o.high <= 256:
		fix = "a / 255"
	case o.low >= -1.01 && o.high <= 1.01:
		fix = "(a + 1) / 2"
	case o.low < 0:
		fix = "(a - a.min()) / (a.max() - a.min())"
	}
	return fmt.Errorf("the value at index %v is %.6g, and all reach from %.6g to %.6g, but those of images are in %s: save %s with NumPy", o.index, o.value, o.low, o.high, want, fix)
}

// lastFastest puts an array that has its first dimension fastest into C order.
func lastFastest(x []byte, shape []int) []byte {
	ordered := make([]byte, 0, len(x))
	var walk func(from, stride int, shape []int)
	walk = func(from, stride int, shape []int) {
		if len(shape) == 0 {
			ordered = append(ordered, x[from])
			return
		}
		for i := range shape[0] {
			walk(from+i*stride, stride*shape[0], shape[1:])
		}
	}
	walk(0, 1, shape)
	return ordered
}
