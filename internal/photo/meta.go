package photo

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	maxExif   = 1 << 20 // bytes that are read to find a tag
	maxChunks = 10_000  // of a file that are looked at
)

// jpegMeta walks the segments before the picture (ITU-T T.81, annex B).
func jpegMeta(f File) (m meta) {
	at := int64(2)
	for range maxChunks {
		head, ok := readAt(f, at, 4)
		if !ok || head[0] != 0xff {
			return m
		}
		marker, size := head[1], int(binary.BigEndian.Uint16(head[2:]))
		switch {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == 0xe1 && m.orientation == upright: // APP1
			if data, ok := readAt(f, at+4, size-2); ok && bytes.HasPrefix(data, []byte("Exif\x00\x00")) {
				m.orientation = exifOrientation(bytes.NewReader(data[6:]))
			}
		case marker >= 0xc0 && marker <= 0xc2: // start of a frame
			if data, ok := readAt(f, at+4, size-2); ok {
				m.bytes = jpegBytes(data, marker == 0xc2)
			}
			return m
		case marker == 0xda: // start of a scan
			return m
		}
		at += 2 + int64(size)
	}
	return m
}

// jpegBytes returns the memory for a pixel of a frame: a byte for each sample, and four
// more for its coefficient where these come in several scans; four where decoded samples
// are not kept as they are.
func jpegBytes(frame []byte, progressive bool) float64 {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 0
	}
	samples, most := 0, 1
	for i := range int(frame[5]) {
		area := int(frame[7+3*i]>>4) * int(frame[7+3*i]&15)
		samples, most = samples+area, max(most, area)
	}
	perPixel := float64(samples) / float64(most)
	decoded := perPixel
	if frame[5] == 4 {
		decoded += 4
	}
	if progressive {
		decoded += 4 * perPixel
	}
	return decoded
}

// gifMeta: a first frame that is smaller than the canvas leaves some of it transparent.
func gifMeta(File) meta { return meta{transparent: true} }

// pngMeta walks the chunks (PNG, third edition).
func pngMeta(f File) (m meta) {
	const gray, palette, grayAlpha = 0, 3, 4
	head, ok := readAt(f, 8+8+8, 2) // bits, and type of colours
	if !ok {
		return m
	}
	m.gray = head[1] == gray || head[1] == grayAlpha
	walk(f, 8, func(head []byte) (size int64, name string) {
		return int64(binary.BigEndian.Uint32(head)) + 4, string(head[4:]) // and a sum behind it
	}, func(name string, data io.ReaderAt) bool {
		switch {
		case name == "eXIf":
			m.orientation = exifOrientation(data)
		case name == "tRNS" && head[1] != palette: // one colour is transparent: decoded with alpha
			m.transparent = true
			if m.bytes = 4; head[0] == 16 {
				m.bytes = 8
			}
		}
		return name != "IEND"
	})
	return m
}

// webpMeta walks the chunks of RIFF. An old habit puts JPEG's prefix before the data.
func webpMeta(f File) (m meta) {
	walk(f, 12, func(head []byte) (size int64, name string) {
		n := int64(binary.LittleEndian.Uint32(head[4:]))
		return n + n&1, string(head[:4])
	}, func(name string, data io.ReaderAt) bool {
		if name != "EXIF" {
			return true
		}
		if prefix, ok := readAt(data, 0, 6); ok && string(prefix) == "Exif\x00\x00" {
			data = io.NewSectionReader(data, 6, maxExif)
		}
		m.orientation = exifOrientation(data)
		return false
	})
	return m
}

// isAnimatedWebP looks at the flags of an extended file (WebP Container Specification).
func isAnimatedWebP(f File) bool {
	head, ok := readAt(f, 12, 9)
	return ok && string(head[:4]) == "VP8X" && head[8]&2 != 0
}

func tiffMeta(f File) meta { return meta{orientation: exifOrientation(f)} }

// walk calls visit with the chunks of a file from an offset on, each of which has a head
// of 8 bytes, until it returns false.
func walk(f io.ReaderAt, at int64, parse func(head []byte) (size int64, name string), visit func(name string, data io.ReaderAt) bool) {
	for range maxChunks {
		head, ok := readAt(f, at, 8)
		if !ok {
			return
		}
		size, name := parse(head)
		if !visit(name, io.NewSectionReader(f, at+8, size)) {
			return
		}
		at += 8 + size
	}
}

// exifOrientation reads the orientation in the first directory of a TIFF file, which is
// what Exif data are (TIFF 6.0, section 2).
func exifOrientation(r io.ReaderAt) orientation {
	order, at, entries, ok := directory(r)
	if !ok {
		return upright
	}
	for i := range int64(entries) {
		const tag, short = 0x0112, 3
		entry, ok := readAt(r, at+2+12*i, 12)
		if !ok {
			return upright
		}
		if order.Uint16(entry) == tag && order.Uint16(entry[2:]) == short {
			return orientationOf(order.Uint16(entry[8:]))
		}
	}
	return upright
}

// directory finds the first directory of a TIFF file, and how many entries it has.
func directory(r io.ReaderAt) (order binary.ByteOrder, at int64, entries uint16, ok bool) {
	head, ok := readAt(r, 0, 8)
	if !ok {
		return nil, 0, 0, false
	}
	switch string(head[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, 0, false
	}
	at = int64(order.Uint32(head[4:]))
	count, ok := readAt(r, at, 2)
	if !ok {
		return nil, 0, 0, false
	}
	return order, at, order.Uint16(count), true
}

// readAt reads n bytes, unless the file ends before.
func readAt(r io.ReaderAt, at int64, n int) ([]byte, bool) {
	if n < 0 || n > maxExif || at < 0 {
		return nil, false
	}
	b := make([]byte, n)
	k, _ := r.ReadAt(b, at)
	return b, k == n
}
