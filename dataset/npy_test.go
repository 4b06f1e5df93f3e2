package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const npyMagic = "\x93NUMPY"

// npyBytes returns a .npy file of version 1 with elements of a type such as "<f4".
func npyBytes(dtype, shape string, values ...float64) []byte {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, shape)
	b := []byte(npyMagic + "\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)+1))
	b = append(b, header+"\n"...)
	for _, v := range values {
		switch dtype {
		case "|u1":
			b = append(b, byte(v))
		case "<f4":
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		case ">f4":
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(float32(v)))
		case "<f8":
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

func TestReadNPY(t *testing.T) {
	v2 := bytes.Replace(npyBytes("|u1", "(1, 1, 2)", 1, 2), []byte("\x01\x00"), []byte("\x02\x00"), 1)
	v2 = append(v2[:10], append([]byte{0, 0}, v2[10:]...)...) // the length has two more bytes
	anyOrder := []byte("{'shape': (1,1,2), 'fortran_order': False, 'descr': '|u1'}")
	anyOrder = append([]byte(npyMagic+"\x01\x00"+string(rune(len(anyOrder)))+"\x00"), append(anyOrder, 1, 2)...)

	for name, tt := range map[string]struct {
		file []byte
		want Images
	}{
		"bytes":          {npyBytes("|u1", "(2, 1, 2)", 0, 1, 254, 255), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{0, 1, 254, 255}}},
		"float32":        {npyBytes("<f4", "(1, 1, 4)", 0, 0.2, 0.5, 1), Images{Shape: Shape{H: 1, W: 4, C: 1}, Pixels: []byte{0, 51, 128, 255}}},
		"big endian":     {npyBytes(">f4", "(1, 1, 2)", 0.2, 1), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{51, 255}}},
		"float64":        {npyBytes("<f8", "(1, 2, 1)", 0.2, 1), Images{Shape: Shape{H: 2, W: 1, C: 1}, Pixels: []byte{51, 255}}},
		"channels last":  {npyBytes("|u1", "(1, 1, 2, 3)", 1, 2, 3, 4, 5, 6), Images{Shape: Shape{H: 1, W: 2, C: 3}, Pixels: []byte{1, 2, 3, 4, 5, 6}}},
		"channels first": {npyBytes("|u1", "(1, 3, 1, 2)", 1, 2, 3, 4, 5, 6), Images{Shape: Shape{H: 1, W: 2, C: 3}, Pixels: []byte{1, 3, 5, 2, 4, 6}}},
		"one of both":    {npyBytes("|u1", "(1, 3, 2, 1)", 1, 2, 3, 4, 5, 6), Images{Shape: Shape{H: 3, W: 2, C: 1}, Pixels: []byte{1, 2, 3, 4, 5, 6}}},
		"gray first":     {npyBytes("|u1", "(1, 1, 2, 2)", 1, 2, 3, 4), Images{Shape: Shape{H: 2, W: 2, C: 1}, Pixels: []byte{1, 2, 3, 4}}},
		"version 2":      {v2, Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 2}}},
		"keys swapped":   {anyOrder, Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := readNPY(bytes.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, m); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every byte survives being saved as float32 v/255.
func TestNPYFloatsRoundTrip(t *testing.T) {
	var values []float64
	for v := range 256 {
		values = append(values, float64(float32(v)/255))
	}
	m, err := readNPY(bytes.NewReader(npyBytes("<f4", "(1, 16, 16)", values...)))
	if err != nil {
		t.Fatal(err)
	}
	for v, got := range m.Pixels {
		if int(got) != v {
			t.Errorf("%d/255 became %d", v, got)
		}
	}
}

func TestNPYErrors(t *testing.T) {
	good := npyBytes("<f4", "(2, 1, 2)", 0, 0.5, 1, 0)
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":            {nil, "no .npy file"},
		"zip":              {[]byte("PK\x03\x04 and so on"), "no .npy file"},
		"magic alone":      {good[:6], "cut off in its header"},
		"half a header":    {good[:30], "cut off in its header"},
		"version 9":        {[]byte(npyMagic + "\x09\x00\x01\x00\x00\x00"), "version 9"},
		"huge header":      {[]byte(npyMagic + "\x02\x00\xff\xff\xff\xff"), "4294967295 bytes"},
		"no dictionary":    {[]byte(npyMagic + "\x01\x00\x03\x00abc"), "does not describe"},
		"fortran":          {bytes.Replace(good, []byte("False"), []byte("True "), 1), "ascontiguousarray"},
		"truncated":        {good[:len(good)-1], "promises 2x1x2 values: the file is cut off after value 3"},
		"trailing":         {append(bytes.Clone(good), 0), "more data follows"},
		"bytes truncated":  {npyBytes("|u1", "(2, 1, 2)", 1, 2), "promises 2x1x2 bytes: the file is cut off after 2"},
		"integers":         {npyBytes("<i8", "(2, 1, 2)"), `type "<i8"`},
		"objects":          {npyBytes("|O", "(2, 1, 2)"), `type "|O"`},
		"matrix":           {npyBytes("<f4", "(2, 2)", 0, 0, 0, 0), "shape [2 2]"},
		"four channels":    {npyBytes("|u1", "(1, 2, 2, 4)"), "shape [1 2 2 4]"},
		"nothing":          {npyBytes("|u1", "(0, 28, 28)"), "promises 0x28x28"},
		"scalar":           {npyBytes("|u1", "()"), "shape []"},
		"2^80 values":      {npyBytes("|u1", "(1099511627776, 1048576, 1048576)"), "more than a file can hold"},
		"2^40 values":      {npyBytes("<f8", "(1048576, 1024, 1024)", 0), "cut off after value 1"},
		"dimension 2^70":   {npyBytes("|u1", "(1180591620717411303424, 2, 2)"), "dimension of 1180591620717411303424"},
		"spaces in number": {npyBytes("|u1", "(1 2, 2, 2)"), "dimension of 1 2"},
		"NaN":              {npyBytes("<f4", "(2, 1, 2)", 0, 1, 0.5, math.NaN()), "the value at index [1 0 1] is NaN"},
		"infinity":         {npyBytes("<f8", "(1, 2, 2)", 0, 1, math.Inf(1), 0), "the value at index [0 1 0] is +Inf"},
		"0 to 255":         {npyBytes("<f4", "(1, 2, 2)", 0, 255, 128, 0), "the value at index [0 0 1] is 255: scale"},
		"negative":         {npyBytes("<f4", "(1, 1, 1, 2)", -1, 0), "the value at index [0 0 0 0] is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readNPY(bytes.NewReader(tt.file))
			wantError(t, err, "npy: ", tt.want)
		})
	}
}

func TestNPYFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(path, npyBytes("|u1", "(3, 1, 1)", 1, 2, 3), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := load(t, path, Options{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != path || d.Train.Len() != 1 || d.Test.Len() != 1 || d.Classes != nil {
		t.Errorf("loaded %+v", d)
	}
	if err := os.WriteFile(path, npyBytes("|u1", "(3, 1, 1)"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = load(t, path, Options{})
	wantError(t, err, path, "cut off")
}

func FuzzNPY(f *testing.F) {
	f.Add(npyBytes("|u1", "(1, 3, 1, 2)", 1, 2, 3, 4, 5, 6))
	f.Add(npyBytes("<f4", "(2, 1, 2)", 0, 0.5, 1, 0))
	f.Add(npyBytes(">f4", "(1, 1, 1, 1)", 1))
	f.Add(npyBytes("<f8", "(1, 1, 1)", math.NaN()))
	f.Add([]byte(npyMagic + "\x02\x00\xff\xff\xff\xff"))
	f.Add([]byte(strings.Repeat("'shape': (", 9)))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := readNPY(bytes.NewReader(file))
		if err != nil {
			return
		}
		if m.Len() < 1 || m.Len()*m.Shape.Len() != len(m.Pixels) || (m.C != 1 && m.C != 3) {
			t.Fatalf("%d bytes for %d images of %v", len(m.Pixels), m.Len(), m.Shape)
		}
	})
}
