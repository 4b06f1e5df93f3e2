package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"govae/images"
)

// lzwTIFF is a gray TIFF file of one strip with w pixels, 0, 1, 2 ..., as LZW data of literals in nine bits, and the
// mark of the end in nine bits, too.
func lzwTIFF(order byteOrder, w int) []byte {
	var bits, n, codes = 0, 0, []byte(nil)
	put := func(code int) {
		for bits, n = bits<<9|code, n+9; n >= 8; n -= 8 {
			codes = append(codes, byte(bits>>(n-8)))
		}
		bits &= 1<<n - 1
	}
	put(256) // clears the table
	for i := range w {
		put(i)
	}
	put(257)
	codes = append(codes, byte(bits<<(8-n)))

	head := "II*\x00"
	if order == byteOrder(binary.BigEndian) {
		head = "MM\x00*"
	}
	file := order.AppendUint32([]byte(head), 8)
	tags := [][3]uint32{ // tag, type and value
		{tagWidth, typeShort, uint32(w)}, {tagHeight, typeShort, 1}, {258, typeShort, 8}, {tagCompression, typeShort, compressionLZW},
		{262, typeShort, 1}, {tagStripOffsets, typeLong, 0}, {277, typeShort, 1}, {278, typeShort, 1}, {tagStripBytes, typeShort, uint32(len(codes))},
	}
	end := len(file) + 2 + 12*len(tags) + 4
	file = order.AppendUint16(file, uint16(len(tags)))
	for _, tag := range tags {
		if tag[0] == tagStripOffsets {
			tag[2] = uint32(end)
		}
		file = order.AppendUint32(order.AppendUint16(order.AppendUint16(file, uint16(tag[0])), uint16(tag[1])), 1)
		if tag[1] == typeShort {
			file = order.AppendUint16(order.AppendUint16(file, uint16(tag[2])), 0)
		} else {
			file = order.AppendUint32(file, tag[2])
		}
	}
	return append(order.AppendUint32(file, 0), codes...)
}

// TestWrongMark reads LZW data whose mark of the end is too narrow for the table, which has 511 codes after 254
// literals, and refuses a file that really ends too early.
func TestWrongMark(t *testing.T) {
	for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, w := range []int{100, 254} {
			file := lzwTIFF(order, w)
			dst := make([]byte, w)
			if err := NewReader().Draw(context.Background(), bytes.NewReader(file), dst, images.Shape{H: 1, W: w, C: 1}, images.Framing{}); err != nil {
				t.Errorf("%v, %d pixels: %v", order, w, err)
				continue
			}
			for i, v := range dst {
				if int(v) != i {
					t.Fatalf("%v, %d pixels: number %d is %d", order, w, i, v)
				}
			}
			for _, n := range []int{len(file) - 40, 200, 60} {
				err := NewReader().Draw(context.Background(), bytes.NewReader(file[:min(n, len(file)-40)]), dst, images.Shape{H: 1, W: w, C: 1}, images.Framing{})
				if err == nil || strings.Contains(err.Error(), "failed") {
					t.Errorf("%v, %d pixels, the first %d bytes: error %v", order, w, n, err)
				}
			}
		}
	}
}
