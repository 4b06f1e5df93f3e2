//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// Lock keeps others from locking the file or folder at path until unlock is called or
// this process ends. It reports false where another one has the lock. Where the file
// system has no locks everybody gets it.
func Lock(path string) (unlock func(), ok bool) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // network file systems lock for writing
	if err != nil {
		f, err = os.Open(path) // a folder
	}
	if err != nil {
		return func() {}, true
	}
	if errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		f.Close()
		return nil, false
	}
	return func() { f.Close() }, true
}
