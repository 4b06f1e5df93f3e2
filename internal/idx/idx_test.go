package idx

import (
	"bytes"
	"compress/gzip"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"govae/images"
	"govae/internal/arrayfile"
)

// idxBytes returns a file with the bytes 0, 1, 2 and so on.
func idxBytes(dims ...int) []byte {
	n, _ := arrayfile.Volume(dims)
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i)
	}
	var b bytes.Buffer
	if err := WriteHeader(&b, dims...); err != nil {
		panic(err)
	}
	return append(b.Bytes(), data...)
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for _, want := range [][]int{{3}, {2, 2}, {3, 2, 4}, {2, 2, 2, 3}, {3, 1000, 1000}} {
		plain := idxBytes(want...)
		for name, file := range map[string][]byte{"plain": plain, "gzip": gzipped(plain)} {
			dims, data, err := Read(bytes.NewReader(file))
			if err != nil {
				t.Fatalf("%s %v: %v", name, want, err)
			}
			if !slices.Equal(dims, want) || !bytes.Equal(data, plain[4+4*len(dims):]) {
				t.Errorf("%s %v: read dimensions %v and %d bytes", name, want, dims, len(data))
			}
		}
	}
}

func TestWriteHeader(t *testing.T) {
	want := []byte{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1}
	if got := idxBytes(1, 2, 1); !bytes.Equal(got, want) {
		t.Errorf("wrote % x, want % x", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	good := idxBytes(3, 2, 4)
	zip := gzipped(good)
	flipped := slices.Clone(zip)
	flipped[len(flipped)-5] ^= 1 // the checksum
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":               {nil, "cut off in its header"},
		"one byte":            {good[:1], "cut off in its header"},
		"no dimensions":       {good[:4], "cut off in its header"},
		"half a dimension":    {good[:14], "cut off in its header"},
		"no data":             {good[:16], "cut off after 0"},
		"truncated":           {good[:39], "promises 3x2x4 bytes: the file is cut off after 23"},
		"trailing data":       {append(slices.Clone(good), 0), "more data follows"},
		"wrong magic":         {append([]byte{0x89, 'P', 'N', 'G'}, good...), "wrong magic number 0x89504e47"},
		"floats":              {append([]byte{0, 0, 0x0d, 3}, good[4:]...), "wrong magic number 0x00000d03"},
		"no dimension":        {[]byte{0, 0, 8, 0}, "wrong magic number 0x00000800"},
		"five dimensions":     {[]byte{0, 0, 8, 5}, "wrong magic number 0x00000805"},
		"zero images":         {[]byte{0, 0, 8, 1, 0, 0, 0, 0}, "promises 0 bytes"},
		"2^40 bytes":          {[]byte{0, 0, 8, 3, 0x40, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32}, "promises 1073741824x32x32 bytes: the file is cut off after 0"},
		"2^64 bytes":          {[]byte{0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "more than a file can hold"},
		"gzip cut":            {zip[:len(zip)-9], "cut off"},
		"gzip without end":    {zip[:len(zip)-3], "cut off"},
		"gzip header alone":   {zip[:5], "cut off in its gzip header"},
		"gzip checksum":       {flipped, "checksum"},
		"gzip trailing data":  {append(slices.Clone(zip), "junk"...), "at its end"},
		"gzip of a half file": {gzipped(good[:30]), "cut off after 14"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Read(bytes.NewReader(tt.file))
			if err == nil || !strings.HasPrefix(err.Error(), "idx: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWriteHeaderBounds(t *testing.T) {
	for _, dims := range [][]int{{}, {1, 2, 3, 4, 5}, {0}, {3, -1}, {1 << 32, 28, 28}} {
		var b bytes.Buffer
		if err := WriteHeader(&b, dims...); err == nil || !strings.HasPrefix(err.Error(), "idx: the file cannot have") || b.Len() > 0 {
			t.Errorf("dimensions %v: %d bytes and the error %v", dims, b.Len(), err)
		}
	}
}

func TestImages(t *testing.T) {
	for _, shape := range []images.Shape{{H: 2, W: 3, C: 1}, {H: 2, W: 3, C: 3}} {
		var b bytes.Buffer
		if err := WriteImagesHeader(&b, 4, shape); err != nil {
			t.Fatal(err)
		}
		b.Write(make([]byte, 4*shape.Len()))
		if m, err := ReadImages(&b); err != nil || m.Shape != shape || m.Len() != 4 {
			t.Errorf("%+v, error %v; want 4 of %v", m, err, shape)
		}
	}
}

func TestLabels(t *testing.T) {
	int32s := func(n, columns byte, values ...byte) []byte {
		return append([]byte{0, 0, 0x0c, 2, 0, 0, 0, n, 0, 0, 0, columns}, values...)
	}
	for name, tt := range map[string]struct {
		file []byte
		want []int
		err  string
	}{
		"bytes":      {idxBytes(3), []int{0, 1, 2}, ""},
		"compressed": {gzipped(idxBytes(3)), []int{0, 1, 2}, ""},
		"int32":      {[]byte{0, 0, 0x0c, 1, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 1, 0}, []int{7, 256}, ""},
		"columns":    {int32s(2, 2, 0, 0, 0, 7, 255, 255, 255, 255, 0, 0, 0, 9, 0, 0, 0, 1), []int{7, 9}, ""},
		"negative":   {int32s(1, 1, 255, 255, 255, 255), nil, "idx: label 0 is -1: want numbers from 0 to 65535"},
		"large":      {int32s(2, 1, 0, 0, 0, 0, 0, 1, 0, 0), nil, "label 1 is 65536"},
		"cut":        {int32s(2, 2, 0, 0, 0, 7), nil, "promises 2x2x4 bytes: the file is cut off after 4"},
		"images":     {idxBytes(3, 2, 2), nil, "dimensions 3x2x2 are not those of labels"},
		"rows":       {idxBytes(3, 2), nil, "dimensions 3x2 are not those of labels"},
		"3 int32":    {append([]byte{0, 0, 0x0c, 3}, make([]byte, 12)...), nil, "promises 0x0x0x4"},
	} {
		got, err := ReadLabels(bytes.NewReader(tt.file))
		if !slices.Equal(got, tt.want) || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, error %v; want %v, %q", name, got, err, tt.want, tt.err)
		}
	}
	// Images are bytes.
	if _, err := ReadImages(bytes.NewReader(int32s(1, 1, 0, 0, 0, 0))); err == nil || !strings.Contains(err.Error(), "wrong magic number 0x00000c02") {
		t.Errorf("int32 as images: error %v", err)
	}
}

// A header costs no more memory than one piece, untouched: this one promises 2 GiB.
func TestReadTrustsNoHeader(t *testing.T) {
	file := []byte{0, 0, 8, 2, 0, 0, 0x80, 0, 0, 1, 0, 0}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := Read(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("error %v", err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 68<<20 {
		t.Errorf("allocated %d bytes", n)
	}
}

func FuzzRead(f *testing.F) {
	for _, dims := range [][]int{{1}, {5}, {3, 2, 4}, {2, 2, 2, 3}} {
		f.Add(idxBytes(dims...))
		f.Add(gzipped(idxBytes(dims...)))
	}
	f.Add([]byte{0, 0, 0x0c, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 7, 255, 255, 255, 255})
	f.Add([]byte{0, 0, 8, 3, 0x40, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32})
	f.Fuzz(func(t *testing.T, file []byte) {
		if labels, err := ReadLabels(bytes.NewReader(file)); err == nil && (len(labels) < 1 || slices.Min(labels) < 0 || slices.Max(labels) > MaxLabel) {
			t.Fatalf("labels %v", labels)
		}
		dims, data, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		if n, ok := arrayfile.Volume(dims); !ok || n != len(data) {
			t.Fatalf("dimensions %v with %d bytes", dims, len(data))
		}
		var again bytes.Buffer
		if err := WriteHeader(&again, dims...); err != nil {
			t.Fatal(err)
		}
		again.Write(data)
		plain, err := Decompress(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := io.ReadAll(plain); !bytes.Equal(again.Bytes(), want) {
			t.Fatal("what was read is not what is written")
		}
	})
}
