//go:build !unix && !windows

package pixelcache

import (
	"io"
	"os"
)

// mapFile reads a file into memory, as these systems cannot map one.
func mapFile(f *os.File, size int64) (data []byte, unmap func(), err error) {
	data = make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, size), data)
	return data, func() {}, err
}
