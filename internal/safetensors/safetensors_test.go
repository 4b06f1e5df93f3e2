package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *File {
	return &File{
		Metadata: map[string]string{"format": "pt", "note": "a \"quoted\" word"},
		Tensors: []Tensor{
			{Name: "a/weight", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}},
			{Name: "scalar", Shape: []int{}, Data: []float32{-1}},
			{Name: "empty", Shape: []int{0, 4}, Data: []float32{}},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.safetensors")
	want := sample()
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	// Tensors of no bytes share their offset with a neighbour: compare by name.
	for _, w := range want.Tensors {
		if diff := cmp.Diff(&w, got.Tensor(w.Name)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(want.Metadata, got.Metadata); diff != "" {
		t.Error(diff)
	}
	data, _ := os.ReadFile(path)
	if n := binary.LittleEndian.Uint64(data); n%8 != 0 {
		t.Errorf("header of %d bytes leaves the data unaligned", n)
	}
}

// TestFill compares a file of values that are given when they are written with that of
// the same values in memory.
func TestFill(t *testing.T) {
	filled, want := sample(), sample()
	for i := range filled.Tensors {
		data := want.Tensors[i].Data
		filled.Tensors[i].Data = nil
		filled.Tensors[i].Fill = func(to []float32, first int) { copy(to, data[first:]) }
	}
	var got, wanted bytes.Buffer
	if err := errors.Join(filled.Write(&got), want.Write(&wanted)); err != nil || !bytes.Equal(got.Bytes(), wanted.Bytes()) {
		t.Errorf("the files differ (%v)", err)
	}
}

func TestDigest(t *testing.T) {
	f := sample()
	base, err := f.Digest("note")
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata["note"] = "other"
	if d, _ := f.Digest("note"); d != base {
		t.Error("an excepted entry changes the digest")
	}
	f.Tensors[0].Data[5] = 7
	if d, _ := f.Digest("note"); d == base {
		t.Error("a changed value does not change the digest")
	}
}

// file builds a file from a header's text and a number of data bytes.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestReadRejects(t *testing.T) {
	var good bytes.Buffer
	if err := sample().Write(&good); err != nil {
		t.Fatal(err)
	}
	one := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "shorter"},
		"huge header":      {binary.LittleEndian.AppendUint64(nil, 1<<60), "header of"},
		"truncated":        {good.Bytes()[:good.Len()-1], "truncated"},
		"trailing":         {append(bytes.Clone(good.Bytes()), 0), "take"},
		"garbage":          {bytes.Repeat([]byte{0xff}, 100), "header of"},
		"not JSON":         {file("hello", 0), "JSON"},
		"text after":       {file(one+"} x", 4), "after"},
		"name twice":       {file(one+`,"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "twice"},
		"gap":              {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "do not fit"},
		"overlap":          {file(one+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "do not fit"},
		"shape and data":   {file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 8), "do not fit"},
		"negative":         {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "shape"},
		"product overflow": {file(`{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}`, 4), "shape"},
		"other type":       {file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4), "F16"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(tt.data), int64(len(tt.data)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := sample().Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(file(`{}`, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := file.Write(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(bytes.NewReader(again.Bytes()), int64(again.Len())); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
