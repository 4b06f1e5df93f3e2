package photo

import (
	"bufio"
	"io"
	"math"
)

// several reports whether a file of a format holds further pages or frames behind the first one.
func several(format string, f File) bool {
	switch format {
	case "GIF":
		return frames(f)
	case "TIFF":
		return pages(f)
	}
	return false
}

// pages looks behind the first directory of a TIFF file for another one, which is that of a
// further page (TIFF 6.0, section 2).
func pages(f File) bool {
	order, at, entries, ok := directory(f)
	if !ok {
		return false
	}
	next, ok := readAt(f, at+2+12*int64(entries), 4)
	return ok && order.Uint32(next) != 0
}

// frames looks for a second frame of a GIF file (GIF89a, appendix A).
func frames(f File) bool {
	r := bufio.NewReader(io.NewSectionReader(f, 0, math.MaxInt64))
	var head [13]byte
	skip := func(n int) error { _, err := r.Discard(n); return err }
	table := func(flags byte) int { // bytes of a table of colours
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	if _, err := io.ReadFull(r, head[:]); err != nil || skip(table(head[10])) != nil {
		return false
	}
	const extension, frame = 0x21, 0x2c
	for seen := false; ; {
		kind, err := r.ReadByte()
		switch {
		case err != nil:
			return false
		case kind == extension:
			err = skip(1)
		case kind == frame && seen:
			return true
		case kind == frame:
			seen = true
			if _, err = io.ReadFull(r, head[:9]); err == nil {
				err = skip(table(head[8]) + 1)
			}
		default: // the end
			return false
		}
		for size := byte(1); size > 0 && err == nil; { // of blocks
			if size, err = r.ReadByte(); err == nil {
				err = skip(int(size))
			}
		}
		if err != nil {
			return false
		}
	}
}
