package photo

import (
	"encoding/binary"
	"hash/crc32"
)

// withSum sets the sums of a PNG's chunks.
func withSum(file []byte) []byte {
	for at := 8; at+12 <= len(file); {
		n := int(binary.BigEndian.Uint32(file[at:]))
		if at+12+n > len(file) {
			break
		}
		binary.BigEndian.PutUint32(file[at+8+n:], crc32.ChecksumIEEE(file[at+4:at+8+n]))
		at += 12 + n
	}
	return file
}
