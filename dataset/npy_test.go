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
		case "|b1", "|i1":
			b = append(b, byte(int8(v)))
		case "<f2":
			b = binary.LittleEndian.AppendUint16(b, map[float64]uint16{0: 0, 0.2: 0x3266, 0.5: 0x3800, 1: 0x3c00, -1: 0xbc00}[v])
		case "<u2":
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		case ">i2":
			b = binary.BigEndian.AppendUint16(b, uint16(int16(v)))
		case "<i4":
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
		case "<i8":
			b = binary.LittleEndian.AppendUint64(b, uint64(int64(v)))
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

// fortran says that a file has its first dimension fastest.
func fortran(file []byte) []byte {
	return bytes.Replace(file, []byte("False"), []byte("True "), 1)
}

func TestReadNPY(t *testing.T) {
	v2 := bytes.Replace(npyBytes("|u1", "(1, 1, 2)", 1, 2), []byte("\x01\x00"), []byte("\x02\x00"), 1)
	v2 = append(v2[:10], append([]byte{0, 0}, v2[10:]...)...) // the length has two more bytes
	v3 := bytes.Replace(v2, []byte("\x02\x00"), []byte("\x03\x00"), 1)
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
		"version 3":      {v3, Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 2}}},
		"rounding":       {npyBytes("<f8", "(1, 1, 4)", -1e-7, 1.0000002, -0.00195, 1.00195), Images{Shape: Shape{H: 1, W: 4, C: 1}, Pixels: []byte{0, 255, 0, 255}}},
		"float16":        {npyBytes("<f2", "(1, 1, 4)", 0, 0.2, 0.5, 1), Images{Shape: Shape{H: 1, W: 4, C: 1}, Pixels: []byte{0, 51, 128, 255}}},
		"booleans":       {npyBytes("|b1", "(1, 1, 3)", 0, 1, 1), Images{Shape: Shape{H: 1, W: 3, C: 1}, Pixels: []byte{0, 255, 255}}},
		"int8":           {npyBytes("|i1", "(1, 1, 2)", 0, 127), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{0, 127}}},
		"uint16":         {npyBytes("<u2", "(1, 1, 2)", 1, 255), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 255}}},
		"int16":          {npyBytes(">i2", "(1, 1, 2)", 1, 255), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 255}}},
		"int64":          {npyBytes("<i8", "(1, 1, 2)", 1, 255), Images{Shape: Shape{H: 1, W: 2, C: 1}, Pixels: []byte{1, 255}}},
		"fortran":        {fortran(npyBytes("|u1", "(1, 2, 2, 3)", 1, 7, 4, 10, 2, 8, 5, 11, 3, 9, 6, 12)), Images{Shape: Shape{H: 2, W: 2, C: 3}, Pixels: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}},
		"fortran, first": {fortran(npyBytes("|u1", "(2, 3, 1, 2)", 1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12)), Images{Shape: Shape{H: 1, W: 2, C: 3}, Pixels: []byte{1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12}}},
		"cube":           {npyBytes("|u1", "(5, 5, 5)", make([]float64, 125)...), Images{Shape: Shape{H: 5, W: 5, C: 1}, Pixels: make([]byte, 125)}},
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
		"truncated":        {good[:len(good)-1], "promises 2x1x2 values: the file is cut off after value 3"},
		"trailing":         {append(bytes.Clone(good), 0), "more data follows"},
		"bytes truncated":  {npyBytes("|u1", "(2, 1, 2)", 1, 2), "promises 2x1x2 bytes: the file is cut off after 2"},
		"complex":          {npyBytes("<c8", "(2, 1, 2)"), `type "<c8"`},
		"12 bits":          {npyBytes("<u2", "(1, 1, 3)", 7, 4095, 300), "the value at index [0 0 1] is 4095, and all reach from 7 to 4095, but those of images are in 0 to 255 for integers: save (a / a.max() * 255).astype('uint8')"},
		"signed integers":  {npyBytes("<i4", "(1, 1, 3)", 7, -1000, 300), "save ((a - a.min()) / (a.max() - a.min()) * 255).astype('uint8')"},
		"fortran index":    {fortran(npyBytes("<f4", "(1, 2, 2)", 0, 0, 3, 0)), "the value at index [0 0 1] is 3"},
		"-1 to 1":          {npyBytes("<f4", "(1, 1, 3)", 0, -1, 1), "all reach from -1 to 1, but those of images are in [0, 1]: save (a + 1) / 2 with NumPy"},
		"just outside":     {npyBytes("<f8", "(1, 1, 2)", 0, 1.00197), "save a / 255"},
		"any float":        {npyBytes("<f4", "(1, 1, 3)", 0, -7, 1000), "save (a - a.min()) / (a.max() - a.min())"},
		"large floats":     {npyBytes("<f4", "(1, 1, 3)", 0, 1, 1000), "save a / a.max()"},
		"one picture":      {npyBytes("|u1", "(28, 30, 3)"), "the shape [28 30 3] is that of one picture [H W C], where many are needed: save numpy.stack of pictures, or a[None] for one; if these are 28 images of 30x3, reshape to [28 30 3 1]"},
		"one gray picture": {npyBytes("|u1", "(28, 28, 1)"), "one picture"},
		"one with alpha":   {npyBytes("|u1", "(28, 28, 4)"), "one picture"},
		"frames last":      {npyBytes("|u1", "(28, 28, 20)"), "the shape [28 28 20] has the images last [H W N]: save numpy.moveaxis(a, -1, 0); if these are 28 images of 28x20, reshape to [28 28 20 1]"},
		"many frames last": {npyBytes("|u1", "(28, 28, 60000)"), "moveaxis"},
		"wide frames last": {npyBytes("|u1", "(480, 640, 20)"), "moveaxis"},
		"colour last":      {npyBytes("|u1", "(32, 32, 3, 73257)"), "the shape [32 32 3 73257] has the images last [H W C N]: save numpy.moveaxis(a, -1, 0)"},
		"in rows":          {npyBytes("<f4", "(70000, 784)"), "the shape [70000 784] has its images in rows: save a.reshape(-1, 28, 28), if that is their size"},
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
		"0 to 255":         {npyBytes("<f4", "(1, 2, 2)", 0, 255, 128, 0), "the value at index [0 0 1] is 255, and all reach from 0 to 255, but those of images are in [0, 1]: save a / 255 with NumPy"},
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
	f.Add(fortran(npyBytes("<u2", "(2, 3, 1, 1)", 1, 2, 3, 4, 5, 6)))
	f.Add(npyBytes("<f2", "(1, 1, 2)", 0.5, 1))
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
