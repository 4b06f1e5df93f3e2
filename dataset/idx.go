package dataset

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// The IDX format is that of the MNIST files (Y. LeCun, C. Cortes, C. Burges, "The
// MNIST database of handwritten digits"): two zero bytes, a byte for the type of
// the elements, a byte for the number of dimensions, each dimension as a
// big-endian uint32, and the elements, last dimension fastest.
const (
	idxUnsignedByte = 0x08
	idxMaxDims      = 4
)

// ReadIDX reads an IDX file of unsigned bytes with one to four dimensions, plain
// or compressed with gzip. It fails unless r holds the elements that its header
// promises and nothing more; memory grows with what r holds, not with the promise.
func ReadIDX(r io.Reader) (dims []int, data []byte, err error) {
	dims, data, err = readIDX(r)
	if err != nil {
		return nil, nil, fmt.Errorf("idx: %w", err)
	}
	return dims, data, nil
}

func readIDX(r io.Reader) (dims []int, data []byte, err error) {
	if r, err = decompress(r); err != nil {
		return nil, nil, err
	}
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, nil, cutOff("in its header", err)
	}
	n := int(magic[3])
	if magic[0] != 0 || magic[1] != 0 || magic[2] != idxUnsignedByte || n < 1 || n > idxMaxDims {
		return nil, nil, fmt.Errorf("wrong magic number 0x%x: want 0x00000803 (gray images), 0x00000804 (images with channels) or 0x00000801 (labels)", magic)
	}
	var sizes [idxMaxDims]uint32
	if err := binary.Read(r, binary.BigEndian, sizes[:n]); err != nil {
		return nil, nil, cutOff("in its header", err)
	}
	for _, d := range sizes[:n] {
		dims = append(dims, int(d))
	}
	size, ok := volume(dims)
	if !ok {
		return nil, nil, fmt.Errorf("the header promises %s bytes: that is nothing, or more than a file can hold", times(dims))
	}
	if data, err = readExactly(r, size); err != nil {
		return nil, nil, fmt.Errorf("the header promises %s bytes: %w", times(dims), err)
	}
	return dims, data, nil
}

// WriteIDX writes data as an IDX file of unsigned bytes. The number of dimensions
// is one to four and their product len(data).
func WriteIDX(w io.Writer, dims []int, data []byte) error {
	if size, ok := volume(dims); !ok || size != len(data) || len(dims) < 1 || len(dims) > idxMaxDims {
		panic(fmt.Sprintf("dataset: WriteIDX: %d bytes for dimensions %v", len(data), dims))
	}
	if _, err := w.Write(IDXHeader(dims...)); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// IDXHeader returns the header of an IDX file of unsigned bytes, which follow it.
func IDXHeader(dims ...int) []byte {
	header := []byte{0, 0, idxUnsignedByte, byte(len(dims))}
	for _, d := range dims {
		header = binary.BigEndian.AppendUint32(header, uint32(d))
	}
	return header
}

// decompress undoes gzip if r begins like a gzip file.
func decompress(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	magic, err := b.Peek(2)
	if err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, cutOff("in its gzip header", err)
		}
		return z, nil
	}
	return b, nil // what is wrong with a shorter file shows when it is read
}

// volume returns the product of dims, and whether it is positive and small
// enough to be a length.
func volume(dims []int) (int, bool) {
	v := 1
	for _, d := range dims {
		if d <= 0 || v > math.MaxInt/d {
			return 0, false
		}
		v *= d
	}
	return v, true
}

// times writes dimensions as "3x28x28".
func times(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", "x")
}

// maxPiece is the largest number of bytes that a header alone is trusted with.
const maxPiece = 64 << 20

// readExactly reads n bytes, after which r must end. It allocates in pieces as
// bytes arrive, so a header that lies about n costs no more than one piece; the
// usual data set fits into the first and is never copied.
func readExactly(r io.Reader, n int) ([]byte, error) {
	var pieces [][]byte
	for got := 0; got < n; {
		p := make([]byte, min(maxPiece, n-got))
		k, err := io.ReadFull(r, p)
		if got += k; err != nil {
			return nil, cutOff(fmt.Sprintf("after %d", got), err)
		}
		pieces = append(pieces, p)
	}
	if err := expectEnd(r); err != nil || len(pieces) == 0 {
		return nil, err
	}
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	return slices.Concat(pieces...), nil
}

// expectEnd fails if r goes on. Reading to the end makes gzip verify its checksum.
func expectEnd(r io.Reader) error {
	switch n, err := io.CopyN(io.Discard, r, 1); {
	case n > 0:
		return errors.New("more data follows: the file is not what its header says")
	case err != io.EOF:
		return cutOff("at its end", err)
	}
	return nil
}

// cutOff says where a file ended too early, or else what hindered reading it.
func cutOff(where string, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file is cut off %s: fetch or write it again", where)
	}
	return fmt.Errorf("the file cannot be read %s: %w", where, err)
}
