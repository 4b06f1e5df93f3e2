//go:build unix

package pixelcache

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps a file into memory, to be read.
func mapFile(f *os.File, size int64) (data []byte, unmap func(), err error) {
	data, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return data, func() { unix.Munmap(data) }, nil
}
