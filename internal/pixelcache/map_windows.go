package pixelcache

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapFile maps a file into memory, to be read.
func mapFile(f *os.File, size int64) (data []byte, unmap func(), err error) {
	h, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	defer windows.CloseHandle(h) // the view keeps the mapping
	address, err := windows.MapViewOfFile(h, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err != nil {
		return nil, nil, err
	}
	// The conversion by way of a pointer says that this is no memory of Go's, which moves.
	start := *(*unsafe.Pointer)(unsafe.Pointer(&address))
	return unsafe.Slice((*byte)(start), size), func() { windows.UnmapViewOfFile(address) }, nil
}
