package npy

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio"
)

// file is an array as this package writes it.
func file(dtype string, shape []int, values any) []byte {
	var b bytes.Buffer
	if err := WriteHeader(&b, dtype, shape...); err != nil {
		panic(err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if dtype[0] == '>' {
		order = binary.BigEndian
	}
	if err := binary.Write(&b, order, values); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// read reads all values of a file.
func read(data []byte) (h Header, values []float64, err error) {
	r := bytes.NewReader(data)
	if h, err = ReadHeader(r); err != nil {
		return h, nil, err
	}
	next, err := h.Floats(r)
	if err != nil {
		return h, nil, err
	}
	for {
		switch v, err := next(); {
		case err == io.EOF:
			return h, values, nil
		case err != nil:
			return h, nil, err
		default:
			values = append(values, v)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		dtype  string
		shape  []int
		values any
		want   []float64
	}{
		{"<f4", []int{2, 3}, []float32{1, -2, 0.5, 4, 5, 6}, []float64{1, -2, 0.5, 4, 5, 6}},
		{">f4", []int{2}, []float32{1, -2}, []float64{1, -2}},
		{"<f8", []int{1, 2, 1}, []float64{math.Pi, math.Inf(1)}, []float64{math.Pi, math.Inf(1)}},
		{"<f8", nil, []float64{3}, []float64{3}},
	} {
		data := file(tt.dtype, tt.shape, tt.values)
		h, values, err := read(data)
		if err != nil {
			t.Fatal(err)
		}
		if h.Type != tt.dtype || !slices.Equal(h.Shape, tt.shape) || h.Fortran || !slices.Equal(values, tt.want) {
			t.Errorf("%s %v: read %+v with %v", tt.dtype, tt.shape, h, values)
		}
		if r, err := npyio.NewReader(bytes.NewReader(data)); err != nil || !slices.Equal(r.Header.Descr.Shape, tt.shape) {
			t.Errorf("%s %v: npyio reads %+v (%v)", tt.dtype, tt.shape, r, err)
		}
	}
}

func TestErrors(t *testing.T) {
	good := file("<f4", []int{2, 2}, []float32{1, 2, 3, 4})
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":          {nil, "no .npy file"},
		"half a header":  {good[:30], "cut off in its header"},
		"version 9":      {[]byte(magic + "\x09\x00\x01\x00\x00\x00"), "version 9"},
		"huge header":    {[]byte(magic + "\x02\x00\xff\xff\xff\xff"), "4294967295 bytes"},
		"no dictionary":  {[]byte(magic + "\x01\x00\x03\x00abc"), "does not describe"},
		"cut off":        {good[:len(good)-1], "promises 2x2 values: the file is cut off after value 3"},
		"goes on":        {append(bytes.Clone(good), 0), "more data follows"},
		"bytes":          {file("|u1", []int{1}, []byte{1}), `type "|u1"`},
		"nothing":        {file("<f4", []int{0, 2}, []float32{}), "promises 0x2 values: that is nothing"},
		"2^80":           {file("<f4", []int{1 << 40, 1 << 40}, []float32{}), "more than a file can hold"},
		"dimension 2^70": {bytes.Replace(good, []byte("(2, 2), }"), []byte("(1180591620717411303424,)}"), 1), "dimension of 1180591620717411303424"},
		"fortran":        {bytes.Replace(good, []byte("False"), []byte("True "), 1), "ascontiguousarray"},
	} {
		if _, _, err := read(tt.data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file("<f4", []int{2, 2}, []float32{1, 2, 3, 4}))
	f.Add(file(">f8", []int{1}, []float64{1}))
	f.Add([]byte(magic + "\x02\x00\xff\xff\xff\xff"))
	f.Add([]byte(strings.Repeat("'shape': (", 9)))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, values, err := read(data)
		if n, lenErr := h.Len(); err == nil && (lenErr != nil || n != len(values)) {
			t.Fatalf("%d values of %v (%v)", len(values), h, lenErr)
		}
	})
}
