package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// npyFile is a NumPy array in a file.
type npyFile struct {
	path string
	Options
}

func (s npyFile) Load(ctx context.Context) (*Data, error) {
	m, err := readFile(ctx, s.path, readNPY)
	if err != nil {
		return nil, err
	}
	return newData(ctx, s.path, m, nil, nil, s.Options)
}

// readNPY reads images from a .npy file (NumPy's documentation,
// numpy.lib.format): bytes, or floats in [0, 1], which are rounded to multiples
// of 1/255. The shape is [N, H, W], or [N, H, W, C] or [N, C, H, W] with 1 or 3
// channels; if both could be meant, the channels are last.
func readNPY(r io.Reader) (*Images, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	h, err := readNPYHeader(b)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	shape, channelsFirst, err := h.images()
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	pixels, err := h.readPixels(b)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	m := &Images{Shape: shape, Pixels: pixels}
	if channelsFirst {
		m.toChannelsLast()
	}
	return m, nil
}

// npyHeader describes the array of a .npy file.
type npyHeader struct {
	dtype   string // the element type, such as "<f4"
	fortran bool   // first dimension fastest
	dims    []int
}

const (
	npyMagic     = "\x93NUMPY"
	npyMaxHeader = 1 << 16 // many times what an array of numbers needs
)

// The header is a Python dictionary in text; its keys may come in any order.
// It is read here, not with package npyio, which trusts it: a
// damaged header makes that panic or allocate what the header asks for.
var (
	npyDtype   = regexp.MustCompile(`'descr': *'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

func readNPYHeader(r io.Reader) (h npyHeader, err error) {
	var start [len(npyMagic) + 2]byte // magic, major and minor version
	_, err = io.ReadFull(r, start[:])
	if !bytes.HasPrefix(start[:], []byte(npyMagic)) {
		return h, errors.New("this is no .npy file: give a file written by numpy.save, or a folder of IDX files or of images")
	}
	// Version 1 has a length of two bytes, versions 2 and 3 of four.
	version, length := start[len(npyMagic)], make([]byte, 4)
	if version == 1 {
		length = length[:2]
	}
	if err == nil {
		_, err = io.ReadFull(r, length)
	}
	if err != nil {
		return h, cutOff("in its header", err)
	}
	n := binary.LittleEndian.Uint32(length[:4]) // the bytes that were not read are 0
	if version < 1 || version > 3 || n > npyMaxHeader {
		return h, fmt.Errorf("a header of version %d with %d bytes cannot be read: write the file with numpy.save", version, n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, cutOff("in its header", err)
	}
	dtype, fortran, shape := npyDtype.FindSubmatch(text), npyFortran.FindSubmatch(text), npyShape.FindSubmatch(text)
	if dtype == nil || fortran == nil || shape == nil {
		return h, errors.New("the header does not describe an array of numbers: write the file with numpy.save")
	}
	h.dtype, h.fortran = string(dtype[1]), string(fortran[1]) == "True"
	for d := range strings.SplitSeq(string(shape[1]), ",") {
		if d = strings.TrimSpace(d); d == "" {
			continue // (5,) is a shape of one dimension
		}
		size, err := strconv.Atoi(d)
		if err != nil {
			return h, fmt.Errorf("the header promises a dimension of %s: write the file with numpy.save", d)
		}
		h.dims = append(h.dims, size)
	}
	return h, nil
}

// images returns the shape of the images in the array, and whether its channels come
// before its rows.
func (h npyHeader) images() (s Shape, channelsFirst bool, err error) {
	if _, ok := volume(h.dims); !ok {
		return s, false, fmt.Errorf("the header promises %s values: that is nothing, or more than a file can hold", times(h.dims))
	}
	if h.fortran {
		return s, false, errors.New("the array is in Fortran order: save numpy.ascontiguousarray(a) instead")
	}
	isChannels := func(n int) bool { return n == 1 || n == 3 }
	switch d := h.dims; {
	case len(d) == 3:
		return Shape{d[1], d[2], 1}, false, nil
	case len(d) == 4 && isChannels(d[3]):
		return Shape{d[1], d[2], d[3]}, false, nil
	case len(d) == 4 && isChannels(d[1]):
		return Shape{d[2], d[3], d[1]}, true, nil
	}
	return s, false, fmt.Errorf("the shape %v is not that of images: reshape to [N H W], [N H W C] or [N C H W] with 1 or 3 channels", h.dims)
}

// readPixels reads the elements as bytes.
func (h npyHeader) readPixels(r io.Reader) ([]byte, error) {
	n, _ := volume(h.dims)
	var order binary.ByteOrder = binary.LittleEndian
	if strings.HasPrefix(h.dtype, ">") {
		order = binary.BigEndian
	}
	switch strings.TrimLeft(h.dtype, "<>|=") {
	case "u1":
		pixels, err := readExactly(r, n)
		if err != nil {
			return nil, fmt.Errorf("the header promises %s bytes: %w", times(h.dims), err)
		}
		return pixels, nil
	case "f4":
		return h.readFloats(r, 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) })
	case "f8":
		return h.readFloats(r, 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) })
	}
	return nil, fmt.Errorf("elements of type %q cannot be read: save the array as uint8, or as float32 in [0, 1]", h.dtype)
}

// readFloats reads elements of width bytes and rounds them to bytes. Its memory
// grows as they arrive.
func (h npyHeader) readFloats(r io.Reader, width int, float func([]byte) float64) ([]byte, error) {
	n, _ := volume(h.dims)
	var pixels []byte
	for b := make([]byte, width); len(pixels) < n; {
		if _, err := io.ReadFull(r, b); err != nil {
			where := fmt.Sprintf("after value %d", len(pixels))
			return nil, fmt.Errorf("the header promises %s values: %w", times(h.dims), cutOff(where, err))
		}
		v := float(b)
		if !(v >= 0 && v <= 1) { // so that NaN fails too
			return nil, fmt.Errorf("the value at index %v is %g: scale the array to [0, 1] and mend NaN and Inf, or save it as uint8", h.index(len(pixels)), v)
		}
		pixels = append(pixels, byte(math.Round(v*255)))
	}
	return pixels, expectEnd(r)
}

// index returns the indices of element i.
func (h npyHeader) index(i int) []int {
	index := make([]int, len(h.dims))
	for k := len(h.dims) - 1; k >= 0; k-- {
		index[k] = i % h.dims[k]
		i /= h.dims[k]
	}
	return index
}

// toChannelsLast turns pixels of [N, C, H, W] into [N, H, W, C].
func (m *Images) toChannelsLast() {
	old := make([]byte, m.Shape.Len())
	area := m.H * m.W
	for i := range m.Len() {
		x := m.At(i)
		copy(old, x)
		for p := range area {
			for c := range m.C {
				x[p*m.C+c] = old[c*area+p]
			}
		}
	}
}
