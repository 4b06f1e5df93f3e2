// Package idx reads and writes the files of MNIST and its relatives (Y. LeCun, C. Cortes,
// C. Burges, "The MNIST database of handwritten digits"): two zero bytes, a byte for the
// type of the elements, a byte for the number of dimensions, each dimension as a
// big-endian uint32, and the elements, last dimension fastest. Elements here are unsigned
// bytes; labels may be big-endian int32, as QMNIST's are.
package idx

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"govae/images"
	"govae/internal/arrayfile"
)

const (
	unsignedByte = 0x08
	signedInt    = 0x0c
	maxDims      = 4
)

// MaxLabel is the largest label that is read: far more than any data set has classes, and
// few enough to count up to.
const MaxLabel = 1<<16 - 1

// Read reads a file of bytes with one to four dimensions, plain or compressed with gzip.
// It fails unless r holds the elements that its header promises and nothing more; memory
// grows with what r holds, not with the promise.
func Read(r io.Reader) (dims []int, data []byte, err error) {
	dims, _, data, err = read(r, unsignedByte)
	if err != nil {
		return nil, nil, fmt.Errorf("idx: %w", err)
	}
	return dims, data, nil
}

// read reads a file whose elements are of one of the types.
func read(r io.Reader, types ...byte) (dims []int, element byte, data []byte, err error) {
	if r, err = Decompress(r); err != nil {
		return nil, 0, nil, err
	}
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, 0, nil, arrayfile.CutOff("in its header", err)
	}
	n, element := int(magic[3]), magic[2]
	if magic[0] != 0 || magic[1] != 0 || !slices.Contains(types, element) || n < 1 || n > maxDims {
		return nil, 0, nil, fmt.Errorf("wrong magic number 0x%x: want 0x00000803 (gray images), 0x00000804 (images with channels) or 0x00000801 (labels)", magic)
	}
	var sizes [maxDims]uint32
	if err := binary.Read(r, binary.BigEndian, sizes[:n]); err != nil {
		return nil, 0, nil, arrayfile.CutOff("in its header", err)
	}
	for _, d := range sizes[:n] {
		dims = append(dims, int(d))
	}
	bytes := dims
	if element == signedInt {
		bytes = append(slices.Clone(dims), 4)
	}
	data, err = arrayfile.ReadBytes(r, bytes)
	return dims, element, data, err
}

// Decompress undoes gzip if r begins like a gzip file.
func Decompress(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	magic, err := b.Peek(2)
	if err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, arrayfile.CutOff("in its gzip header", err)
		}
		return z, nil
	}
	return b, nil // what is wrong with a shorter file shows when it is read
}

// ReadImages reads images: [N, H, W], or [N, H, W, C] with 1 or 3 channels.
func ReadImages(r io.Reader) (*images.Set, error) {
	dims, data, err := Read(r)
	switch {
	case err != nil:
		return nil, err
	case len(dims) == 3:
		return &images.Set{Shape: images.Shape{H: dims[1], W: dims[2], C: 1}, Pixels: data}, nil
	case len(dims) == 4 && (dims[3] == 1 || dims[3] == 3):
		return &images.Set{Shape: images.Shape{H: dims[1], W: dims[2], C: dims[3]}, Pixels: data}, nil
	}
	return nil, fmt.Errorf("idx: dimensions %s are not those of images: want [N H W], or [N H W C] with 1 or 3 channels", arrayfile.Sizes(dims))
}

// ReadLabels reads labels, from 0 to [MaxLabel]: bytes [N], or int32 [N] or [N, M], of which
// the first of each M is the label. QMNIST so tells of the writer too (C. Yadav, L. Bottou,
// "Cold case: the lost MNIST digits", 2019).
func ReadLabels(r io.Reader) ([]int, error) {
	dims, element, data, err := read(r, unsignedByte, signedInt)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	if len(dims) != 1 && (len(dims) != 2 || element != signedInt) {
		return nil, fmt.Errorf("idx: dimensions %s are not those of labels: want [N]", arrayfile.Sizes(dims))
	}
	labels := make([]int, dims[0])
	size := len(data) / len(labels) // bytes that belong to one
	for i := range labels {
		row := data[i*size:]
		if element == unsignedByte {
			labels[i] = int(row[0])
			continue
		}
		label := int32(binary.BigEndian.Uint32(row))
		if label < 0 || label > MaxLabel {
			return nil, fmt.Errorf("idx: label %d is %d: want numbers from 0 to %d", i, label, MaxLabel)
		}
		labels[i] = int(label)
	}
	return labels, nil
}

// WriteHeader writes the header of a file with one to four dimensions. The elements
// follow.
func WriteHeader(w io.Writer, dims ...int) error {
	header := []byte{0, 0, unsignedByte, byte(len(dims))}
	for _, d := range dims {
		if d < 1 || int64(d) > math.MaxUint32 {
			return fmt.Errorf("idx: the file cannot have dimensions %s: each is from 1 to %d", arrayfile.Sizes(dims), uint32(math.MaxUint32))
		}
		header = binary.BigEndian.AppendUint32(header, uint32(d))
	}
	if len(dims) < 1 || len(dims) > maxDims {
		return fmt.Errorf("idx: the file cannot have %d dimensions: want 1 to %d", len(dims), maxDims)
	}
	_, err := w.Write(header)
	return err
}

// WriteImagesHeader writes the header of n images of the shape s, as [ReadImages] reads
// it: gray ones have no dimension of channels.
func WriteImagesHeader(w io.Writer, n int, s images.Shape) error {
	dims := []int{n, s.H, s.W, s.C}
	if s.C == 1 {
		dims = dims[:3]
	}
	return WriteHeader(w, dims...)
}
