package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"

	"golang.org/x/image/tiff"
	"golang.org/x/image/tiff/lzw"
)

// decodeTIFF decodes a TIFF file. Some programs end LZW data with a mark of the wrong width where the table of
// codes has just grown; package tiff, which reads up to the mark, finds none although all pixels are there. Of files that
// it cannot read the data are therefore unpacked as far as they go.
func decodeTIFF(r io.Reader) (image.Image, error) {
	m, err := tiff.Decode(r)
	if err == nil {
		return m, nil
	}
	f, ok := r.(File)
	if !ok {
		return nil, err
	}
	unpacked, other := rewound(f, func(io.Reader) ([]byte, error) { return withoutLZW(f) })
	if other != nil {
		return nil, err
	}
	if m, other = tiff.Decode(bytes.NewReader(unpacked)); other != nil {
		return nil, err
	}
	return m, nil
}

// The tags of TIFF 6.0 that say where pixels are, and the types of their values.
const (
	tagWidth, tagHeight            = 256, 257
	tagCompression                 = 259
	tagStripOffsets, tagStripBytes = 273, 279
	tagTileOffsets, tagTileBytes   = 324, 325

	typeShort, typeLong = 3, 4
	compressionLZW      = 5
)

// Of a file that is unpacked mostTIFF is the size, and of what becomes of it, and mostBlocks the number of strips or
// tiles.
const (
	mostTIFF   = 1 << 28
	mostBlocks = 1 << 16
)

// withoutLZW returns a TIFF file in which the LZW data of the first directory follow unpacked; it is an error if there are
// none. It panics where the file says what cannot be.
func withoutLZW(f File) ([]byte, error) {
	order, at, entries, ok := directory(f)
	size, err := f.Seek(0, io.SeekEnd)
	if !ok || err != nil || size > mostTIFF {
		return nil, errors.New("is not read into memory")
	}
	file := make([]byte, size)
	if _, err := f.ReadAt(file, 0); err != nil && err != io.EOF {
		return nil, err
	}
	t := tiffFile{order.(byteOrder), file, make(map[uint16]int)}
	for i := range int(entries) {
		entry := int(at) + 2 + 12*i
		t.entries[order.Uint16(file[entry:])] = entry
	}
	if c := t.numbers(tagCompression); len(c) != 1 || c[0] != compressionLZW {
		return nil, errors.New("holds no LZW data")
	}
	offsets, lengths := tagStripOffsets, tagStripBytes
	if t.entries[tagTileOffsets] > 0 {
		offsets, lengths = tagTileOffsets, tagTileBytes
	}
	left := min(int64(t.numbers(tagWidth)[0])*int64(t.numbers(tagHeight)[0])*8, mostTIFF) // a pixel has 8 bytes at most
	packed, sizes := t.numbers(offsets), t.numbers(lengths)
	if len(sizes) > mostBlocks {
		return nil, errors.New("has very many blocks of pixels")
	}
	var starts, counts []uint32
	for i, n := range sizes {
		data := lzw.NewReader(bytes.NewReader(file[packed[i]:][:n]), lzw.MSB, 8)
		unpacked, _ := io.ReadAll(io.LimitReader(data, left)) // an error tells of the mark, or is found as pixels that lack
		left -= int64(len(unpacked))
		starts, counts = append(starts, uint32(len(t.file))), append(counts, uint32(len(unpacked)))
		t.file = append(t.file, unpacked...)
	}
	order.PutUint16(t.file[t.entries[tagCompression]+8:], 1)
	t.set(offsets, starts)
	t.set(lengths, counts)
	return t.file, nil
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiffFile is a TIFF file in memory.
type tiffFile struct {
	order   byteOrder
	file    []byte
	entries map[uint16]int // of the directory, by tag: where they are
}

// numbers are the values of a tag, nil if there is none.
func (t *tiffFile) numbers(tag int) []uint32 {
	at := t.entries[uint16(tag)]
	if at == 0 {
		return nil
	}
	entry := t.file[at : at+12]
	kind, n := t.order.Uint16(entry[2:]), int(t.order.Uint32(entry[4:]))
	size := map[uint16]int{typeShort: 2, typeLong: 4}[kind]
	data := entry[8:]
	if n*size > 4 {
		data = t.file[t.order.Uint32(data):]
	}
	var numbers []uint32
	for i := range len(data[:n*size]) / max(size, 1) {
		if kind == typeShort {
			numbers = append(numbers, uint32(t.order.Uint16(data[2*i:])))
		} else {
			numbers = append(numbers, t.order.Uint32(data[4*i:]))
		}
	}
	return numbers
}

// set gives a tag other values, at the end of the file.
func (t *tiffFile) set(tag int, values []uint32) {
	at := t.entries[uint16(tag)]
	entry := t.file[at : at+12]
	t.order.PutUint16(entry[2:], typeLong)
	t.order.PutUint32(entry[4:], uint32(len(values)))
	if len(values) == 1 {
		t.order.PutUint32(entry[8:], values[0])
		return
	}
	t.order.PutUint32(entry[8:], uint32(len(t.file)))
	for _, v := range values {
		t.file = t.order.AppendUint32(t.file, v)
	}
}
