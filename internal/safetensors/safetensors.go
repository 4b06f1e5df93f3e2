// Package safetensors reads and writes the safetensors format of Hugging Face:
// eight bytes with the header's length (little endian), a JSON header that maps
// each tensor's name to its type, shape and place, and the raw data
// (https://huggingface.co/docs/safetensors, "Format"). Only float32 is used here.
package safetensors

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/infile"
)

const (
	maxHeader = 100_000_000 // bytes, which is the limit of the reference implementation
	maxFile   = 16 << 30    // bytes
)

// Tensor is one named array in row-major order.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
	// Fill gives some values, from number first on, where Data is nil: they are asked for
	// when they are written, a few at a time, so that nobody needs a copy of them all.
	Fill func(data []float32, first int)
}

// size is the number of values.
func (t *Tensor) size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	if t.Fill == nil && n != len(t.Data) {
		panic(fmt.Sprintf("safetensors: tensor %q of shape %v has %d values, want %d", t.Name, t.Shape, len(t.Data), n))
	}
	return n
}

// File is the content of a safetensors file.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
}

// Hold takes the values of all tensors as they are now, as Data.
func (f *File) Hold() {
	for i := range f.Tensors {
		if t := &f.Tensors[i]; t.Fill != nil {
			t.Data = make([]float32, t.size())
			t.Fill(t.Data, 0)
			t.Fill = nil
		}
	}
}

// Tensor returns the tensor of that name, or nil.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// entry is one tensor's line of the header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Write writes f. The same content always gives the same bytes.
func (f *File) Write(w io.Writer) error {
	header, err := f.header()
	if err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	var some [1 << 10]float32 // encoding/binary would copy a whole tensor
	var bytes [4 * len(some)]byte
	for _, t := range f.Tensors {
		for first, n := 0, t.size(); first < n; first += len(some) {
			data := some[:min(len(some), n-first)]
			if t.Fill != nil {
				t.Fill(data, first)
			} else {
				copy(data, t.Data[first:])
			}
			for i, v := range data {
				binary.LittleEndian.PutUint32(bytes[4*i:], math.Float32bits(v))
			}
			if _, err := w.Write(bytes[:4*len(data)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// header returns the JSON header, padded with spaces so that the data begins at
// a multiple of eight bytes. Tensors stand in the order of their data.
func (f *File) header() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(f.Metadata) > 0 {
		meta, err := json.Marshal(f.Metadata) // sorted by key
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `"__metadata__":%s,`, meta)
	}
	var offset int64
	for i, t := range f.Tensors {
		e := entry{DType: "F32", Shape: make([]int64, len(t.Shape)), Offsets: [2]int64{offset, offset + 4*int64(t.size())}}
		for j, d := range t.Shape {
			e.Shape[j] = int64(d)
		}
		offset = e.Offsets[1]
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s:%s", name, value)
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("names, shapes and metadata take %d bytes, more than the %d that are read", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// Save writes f to path atomically.
func (f *File) Save(path string) error { return atomicfile.Write(path, f.Write) }

// Digest returns the SHA-256, in hex, of all that the file holds but for the
// metadata entries named in except.
func (f *File) Digest(except ...string) (string, error) {
	g := File{Metadata: map[string]string{}, Tensors: f.Tensors}
	for k, v := range f.Metadata {
		if !slices.Contains(except, k) {
			g.Metadata[k] = v
		}
	}
	h := sha256.New()
	if err := g.Write(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Load reads the file at path. Errors name it.
func Load(path string) (*File, error) {
	file, err := infile.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	f, err := Read(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Read reads a file of size bytes. It refuses data that is truncated or too
// long, tensors that overlap, leave gaps or do not fit their shapes, and names
// that occur twice; it allocates no more than a small multiple of size.
func Read(r io.Reader, size int64) (*File, error) {
	if size > maxFile {
		return nil, fmt.Errorf("%d bytes are more than the limit of %d", size, int64(maxFile))
	}
	var length uint64
	if size < 8 || binary.Read(r, binary.LittleEndian, &length) != nil {
		return nil, errors.New("not a safetensors file: shorter than its header length")
	}
	if length > maxHeader || int64(length) > size-8 {
		return nil, fmt.Errorf("not a safetensors file or truncated: a header of %d bytes in a file of %d", length, size)
	}
	header := make([]byte, length)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("truncated header: %w", err)
	}
	f, entries, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	if err := check(f.Tensors, entries, size-8-int64(length)); err != nil {
		return nil, err
	}
	br := bufio.NewReaderSize(r, 1<<16)
	for i := range f.Tensors {
		t := &f.Tensors[i]
		t.Data = make([]float32, (entries[i].Offsets[1]-entries[i].Offsets[0])/4)
		if err := readFloats(br, t.Data); err != nil {
			return nil, fmt.Errorf("tensor %q is truncated: %w", t.Name, err)
		}
	}
	return f, nil
}

// parseHeader reads the JSON header token by token, since [json.Unmarshal]
// would accept a name that occurs twice. Tensors come back in data order.
func parseHeader(header []byte) (*File, []entry, error) {
	fail := func(err error) (*File, []entry, error) {
		return nil, nil, fmt.Errorf("header is not that of a safetensors file: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fail(errors.New("it is no JSON object"))
	}
	type named struct {
		name string
		entry
	}
	var all []named
	f := &File{}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		name := t.(string) // the decoder has checked that keys are strings
		if seen[name] {
			return fail(fmt.Errorf("the name %q occurs twice", name))
		}
		seen[name] = true
		if name == "__metadata__" {
			if err := dec.Decode(&f.Metadata); err != nil {
				return fail(err)
			}
			continue
		}
		e := named{name: name}
		if err := dec.Decode(&e.entry); err != nil {
			return fail(fmt.Errorf("tensor %q: %w", name, err))
		}
		all = append(all, e)
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	if strings.TrimRight(string(header[dec.InputOffset():]), " ") != "" {
		return fail(errors.New("there is text after the JSON object"))
	}
	slices.SortStableFunc(all, func(a, b named) int {
		if c := cmp.Compare(a.Offsets[0], b.Offsets[0]); c != 0 {
			return c
		}
		return cmp.Compare(a.Offsets[1], b.Offsets[1])
	})
	entries := make([]entry, len(all))
	f.Tensors = make([]Tensor, len(all))
	for i, e := range all {
		entries[i] = e.entry
		f.Tensors[i].Name = e.name
	}
	return f, entries, nil
}

// check proves that the entries cover data bytes exactly, one after the other,
// and sets the tensors' shapes.
func check(tensors []Tensor, entries []entry, data int64) error {
	var offset int64
	for i, e := range entries {
		name := tensors[i].Name
		if e.DType != "F32" {
			return fmt.Errorf("tensor %q has type %s: only F32 can be read; convert it to float32", name, e.DType)
		}
		n := int64(1)
		shape := make([]int, len(e.Shape))
		for j, d := range e.Shape {
			if d < 0 || d > math.MaxInt32 || (d > 0 && n > data/d) {
				return fmt.Errorf("tensor %q: shape %v does not fit into the file", name, e.Shape)
			}
			n *= d
			shape[j] = int(d)
		}
		if e.Offsets[0] != offset || e.Offsets[1] < e.Offsets[0] || e.Offsets[1] > data || e.Offsets[1]-e.Offsets[0] != 4*n {
			return fmt.Errorf("tensor %q: bytes %d to %d do not fit its shape %v, its predecessor, or the file's %d bytes of data (truncated?)", name, e.Offsets[0], e.Offsets[1], e.Shape, data)
		}
		offset = e.Offsets[1]
		tensors[i].Shape = shape
	}
	if offset != data {
		return fmt.Errorf("%d bytes of data, but the tensors take %d", data, offset)
	}
	return nil
}

// readFloats goes through a small buffer: encoding/binary would copy a whole tensor.
func readFloats(r io.Reader, data []float32) error {
	var buf [4096]byte
	for len(data) > 0 {
		n := min(len(data), len(buf)/4)
		if _, err := io.ReadFull(r, buf[:4*n]); err != nil {
			return err
		}
		for i := range data[:n] {
			data[i] = math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:]))
		}
		data = data[n:]
	}
	return nil
}
