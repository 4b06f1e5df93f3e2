// Package npy reads and writes array files of NumPy (its documentation,
// numpy.lib.format), value by value, so that arrays of any length take constant
// memory.
//
// Headers are read here, not with package npyio, which trusts them: a damaged one
// makes that panic or allocate what the header asks for.
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"govae/internal/arrayfile"
)

// Header describes the array of a file.
type Header struct {
	Type    string // of the elements, such as "<f4"
	Fortran bool   // first dimension fastest
	Shape   []int
}

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16 // many times what an array of numbers needs
)

// The header is a Python dictionary in text; its keys may come in any order.
var (
	typeEntry    = regexp.MustCompile(`'descr': *'([^']*)'`)
	fortranEntry = regexp.MustCompile(`'fortran_order': *(True|False)`)
	shapeEntry   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// ReadHeader reads the header, after which r holds the elements.
func ReadHeader(r io.Reader) (h Header, err error) {
	var start [len(magic) + 2]byte // magic, major and minor version
	_, err = io.ReadFull(r, start[:])
	if !bytes.HasPrefix(start[:], []byte(magic)) {
		return h, errors.New("this is no .npy file: give one written by numpy.save")
	}
	// Version 1 has a length of two bytes, versions 2 and 3 of four.
	version, length := start[len(magic)], make([]byte, 4)
	if version == 1 {
		length = length[:2]
	}
	if err == nil {
		_, err = io.ReadFull(r, length)
	}
	if err != nil {
		return h, arrayfile.CutOff("in its header", err)
	}
	n := binary.LittleEndian.Uint32(length[:4]) // the bytes that were not read are 0
	if version < 1 || version > 3 || n > maxHeader {
		return h, fmt.Errorf("a header of version %d with %d bytes cannot be read: write the file with numpy.save", version, n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, arrayfile.CutOff("in its header", err)
	}
	dtype, fortran, shape := typeEntry.FindSubmatch(text), fortranEntry.FindSubmatch(text), shapeEntry.FindSubmatch(text)
	if dtype == nil || fortran == nil || shape == nil {
		return h, errors.New("the header does not describe an array of numbers: write the file with numpy.save")
	}
	h.Type, h.Fortran = string(dtype[1]), string(fortran[1]) == "True"
	for d := range strings.SplitSeq(string(shape[1]), ",") {
		if d = strings.TrimSpace(d); d == "" {
			continue // (5,) is a shape of one dimension
		}
		size, err := strconv.Atoi(d)
		if err != nil {
			return h, fmt.Errorf("the header promises a dimension of %s: write the file with numpy.save", d)
		}
		h.Shape = append(h.Shape, size)
	}
	return h, nil
}

// Len returns the number of elements, at least 1. It fails for arrays that are empty or
// larger than any file.
func (h Header) Len() (int, error) {
	n, ok := arrayfile.Volume(h.Shape)
	if !ok {
		return 0, fmt.Errorf("the header promises %s values: that is nothing, or more than a file can hold", arrayfile.Sizes(h.Shape))
	}
	return n, nil
}

// Index returns the indices of the i-th element of the file.
func (h Header) Index(i int) []int {
	index := make([]int, len(h.Shape))
	for k := range h.Shape {
		if !h.Fortran {
			k = len(h.Shape) - 1 - k
		}
		index[k] = i % h.Shape[k]
		i /= h.Shape[k]
	}
	return index
}

// Floats is [Header.Values] for arrays of float32 or float64 in C order. Others are an
// error.
func (h Header) Floats(r io.Reader) (next func() (float64, error), err error) {
	switch {
	case h.Fortran:
		return nil, errors.New("the array is in Fortran order: save numpy.ascontiguousarray(a) instead")
	case h.Kind() != "f4" && h.Kind() != "f8":
		return nil, &TypeError{h.Type}
	}
	return h.Values(r)
}

// Values returns a function that reads the next element from r, in the order of the file
// ([Header.Fortran]): an integer, a boolean, which is 0 or 1, or a float. After the last
// it returns [io.EOF], or an error if r goes on.
func (h Header) Values(r io.Reader) (next func() (float64, error), err error) {
	n, err := h.Len()
	if err != nil {
		return nil, err
	}
	size, number := h.element()
	if number == nil {
		return nil, &TypeError{h.Type}
	}
	buffer := make([]byte, size)
	i := 0
	return func() (float64, error) {
		if i == n {
			return 0, end(r)
		}
		if _, err := io.ReadFull(r, buffer); err != nil {
			return 0, fmt.Errorf("the header promises %s values: %w", arrayfile.Sizes(h.Shape), arrayfile.CutOff(fmt.Sprintf("after value %d", i), err))
		}
		i++
		return number(buffer), nil
	}, nil
}

// end returns [io.EOF] if r ends, which lets a compressed one verify its checksum.
func end(r io.Reader) error {
	var more [1]byte
	switch n, err := io.ReadFull(r, more[:]); {
	case n > 0:
		return errors.New("more data follows: the file is not what its header says")
	case err != io.EOF:
		return arrayfile.CutOff("at its end", err)
	}
	return io.EOF
}

// TypeError says that elements of a type cannot be read.
type TypeError struct{ Type string }

func (e *TypeError) Error() string {
	return fmt.Sprintf("elements of type %q cannot be read: save the array as float32", e.Type)
}

// WriteHeader writes the header of an array in C order, in version 1.0. The elements
// of the type, such as "<f4", follow.
func WriteHeader(w io.Writer, dtype string, shape ...int) error {
	const start = magic + "\x01\x00"
	dims := ""
	for _, d := range shape {
		dims += fmt.Sprintf("%d, ", d)
	}
	if len(shape) > 1 {
		dims = strings.TrimSuffix(dims, ", ") // (5,) keeps its comma
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, strings.TrimSuffix(dims, " "))
	for (len(start)+2+len(header)+1)%64 != 0 { // the elements begin at a multiple of 64 bytes
		header += " "
	}
	header += "\n"
	data := binary.LittleEndian.AppendUint16([]byte(start), uint16(len(header)))
	_, err := w.Write(append(data, header...))
	return err
}
