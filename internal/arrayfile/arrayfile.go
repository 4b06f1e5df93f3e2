// Package arrayfile is what the readers of array files have in common, whatever the
// format: a header promises dimensions, and no promise is trusted.
package arrayfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Volume returns the product of dimensions, and whether it is positive and small enough
// to be a length.
func Volume(dims []int) (int, bool) {
	v := 1
	for _, d := range dims {
		if d <= 0 || v > math.MaxInt/d {
			return 0, false
		}
		v *= d
	}
	return v, true
}

// Sizes writes dimensions as "3x28x28".
func Sizes(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", "x")
}

// maxPiece is the largest number of bytes that a header alone is trusted with.
const maxPiece = 64 << 20

// ReadBytes reads the bytes of an array, after which r must end. It allocates in pieces
// as bytes arrive, so a header that lies costs no more than one piece; the usual data set
// fits into the first and is never copied.
func ReadBytes(r io.Reader, dims []int) ([]byte, error) {
	n, ok := Volume(dims)
	if !ok {
		return nil, fmt.Errorf("the header promises %s bytes: that is nothing, or more than a file can hold", Sizes(dims))
	}
	data, err := readExactly(r, n)
	if err != nil {
		return nil, fmt.Errorf("the header promises %s bytes: %w", Sizes(dims), err)
	}
	return data, nil
}

func readExactly(r io.Reader, n int) ([]byte, error) {
	var pieces [][]byte
	for got := 0; got < n; {
		p := make([]byte, min(maxPiece, n-got))
		k, err := io.ReadFull(r, p)
		if got += k; err != nil {
			return nil, CutOff(fmt.Sprintf("after %d", got), err)
		}
		pieces = append(pieces, p)
	}
	if err := expectEnd(r); err != nil {
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
		return CutOff("at its end", err)
	}
	return nil
}

// CutOff says where a file ended too early, or else what hindered reading it.
func CutOff(where string, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file is cut off %s: fetch or write it again", where)
	}
	return fmt.Errorf("the file cannot be read %s: %w", where, err)
}
