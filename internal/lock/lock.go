// Package lock keeps two programs from writing one file or folder at the same time.
package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// HeldError says that somebody else has the lock.
type HeldError struct {
	Path string // what is locked
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s: another job is writing it; wait for that one, or give another name", e.Path)
}

// Take locks the folder at path, or the file, which need not be there, until release is
// called or this process ends, however it does. If somebody has the lock already it
// returns a [*HeldError] and does not wait.
//
// The lock is one of the system on a file of its own, path/.lock or path.lock, which
// stays only after a crash and means nothing then. Where the file system has no locks
// everybody gets them.
func Take(path string) (release func(), err error) {
	name := filepath.Clean(path) + ".lock"
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		name = filepath.Join(path, ".lock")
	}
	for {
		// Network file systems lock for writing only.
		l := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o644))
		held, err := l.TryLock()
		_, unopened := errors.AsType[*fs.PathError](err)
		switch {
		case unopened:
			return nil, err
		case err == nil && !held:
			return nil, &HeldError{path}
		}
		// Who had the lock may have removed its file after we opened it.
		locked, err := l.Stat()
		if there, err2 := os.Stat(name); err == nil && err2 == nil && os.SameFile(locked, there) {
			return func() { drop(l) }, nil
		}
		l.Close()
	}
}

// waiting is how long Wait sleeps between two tries.
const waiting = 100 * time.Millisecond

// Wait is [Take], but waits while somebody else has the lock, until the context is done. It calls held,
// which may be nil, again and again meanwhile.
func Wait(ctx context.Context, path string, held func()) (release func(), err error) {
	for {
		release, err := Take(path)
		if _, isHeld := errors.AsType[*HeldError](err); !isHeld {
			return release, err
		}
		if held != nil {
			held()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(waiting):
		}
	}
}

// drop releases a lock and removes its file, so that nobody gets one on a file that
// another one will not find. Unix removes files that are open: it goes before the lock
// does. Windows does not, and so keeps it if somebody has opened it meanwhile.
func drop(l *flock.Flock) {
	if runtime.GOOS != "windows" {
		os.Remove(l.Path())
	}
	l.Close()
	if runtime.GOOS == "windows" {
		os.Remove(l.Path())
	}
}
