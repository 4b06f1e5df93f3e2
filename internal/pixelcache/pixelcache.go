// Package pixelcache keeps images that took long to decode in files, from which they are
// mapped into memory: they are there at once the next time, and there may be more of them
// than memory holds, as the system reads what is looked at and forgets it again.
//
// A file is named after a key that says all that its images depend on. It is written
// beside its place and renamed, so that none is ever seen half written, and never changed
// after that. Its checksums tell whether it is as it was written: one that is not counts
// as missing. The folder may be deleted at any time.
package pixelcache

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"govae/internal/infile"
	"govae/internal/lock"
	"govae/internal/parallel"
)

// Store is a folder of such files.
type Store struct {
	Dir string
	// Limit is the number of bytes that all files may have together; 0 means [Limit].
	// Where they have more, those go that were not used for the longest time, but never
	// the one that has just been written.
	Limit int64
}

// Limit is how large a folder grows where a [Store] does not say otherwise.
const Limit = 20 << 30

// Images are images that are yet to be decoded, each of Size bytes.
type Images struct {
	N, Size int
	// Draw fills dst, which is zero, with image i. It is called from several goroutines.
	Draw func(i int, dst []byte) error
	// Note, if not nil, is called after all images are drawn and returns what is kept
	// beside them.
	Note func() ([]byte, error)
	// Progress, if not nil, is called after each image, by one goroutine at a time.
	Progress func(done, total int)
}

// UnwritableError says that nothing can be kept in the folder of a [Store].
type UnwritableError struct {
	Dir string
	Err error
}

func (e *UnwritableError) Error() string {
	return fmt.Sprintf("decoded images cannot be kept in %s: %v", e.Dir, e.Err)
}

func (e *UnwritableError) Unwrap() error { return e.Err }

// Get returns the images of a key, one after the other, and what was noted with them; ok
// is false if they are not there. They stay mapped as long as the program runs, and must
// not be changed: that ends it.
func (s Store) Get(ctx context.Context, key string) (pixels, note []byte, ok bool, err error) {
	path := s.path(key)
	pixels, note, err = open(ctx, path)
	switch {
	case ctx.Err() != nil:
		return nil, nil, false, ctx.Err()
	case err != nil: // missing, damaged, or not to be read: all is mended by making it anew
		return nil, nil, false, nil
	}
	now := time.Now()
	os.Chtimes(path, now, now) // of use to trim alone
	return pixels, note, true, nil
}

// Make draws images and keeps them under a key. Where another process does so already it
// waits for that one, and returns what it has made. It returns an [*UnwritableError]
// where the folder is to blame, and otherwise the error of Draw, Note or the context.
func (s Store) Make(ctx context.Context, key string, from Images) (pixels, note []byte, err error) {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, nil, &UnwritableError{s.Dir, infile.Cause(err)}
	}
	release, err := lock.Wait(ctx, s.path(key), nil)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case err != nil:
		return nil, nil, &UnwritableError{s.Dir, infile.Cause(err)}
	}
	defer release()
	if pixels, note, ok, err := s.Get(ctx, key); ok || err != nil {
		return pixels, note, err
	}
	s.removeParts(key)
	if err := s.write(ctx, key, from); err != nil {
		return nil, nil, err
	}
	s.trim(s.path(key))
	pixels, note, err = open(ctx, s.path(key))
	if err != nil && ctx.Err() == nil {
		err = &UnwritableError{s.Dir, infile.Cause(err)}
	}
	return pixels, note, err
}

func (s Store) path(key string) string { return filepath.Join(s.Dir, key+ending) }

// draw has put called for each image, and returns what there is to be noted.
func (from Images) draw(ctx context.Context, put func(i int, draw func(dst []byte) error) error) (note []byte, err error) {
	var mu sync.Mutex
	done := 0
	err = parallel.For(ctx, from.N, 0, func(i int) error {
		if err := put(i, func(dst []byte) error { return from.Draw(i, dst) }); err != nil {
			return err
		}
		if from.Progress != nil {
			mu.Lock()
			defer mu.Unlock()
			done++
			from.Progress(done, from.N)
		}
		return nil
	})
	if err == nil && from.Note != nil {
		note, err = from.Note()
	}
	return note, err
}

// InMemory is [Store.Make] for images that are kept nowhere.
func InMemory(ctx context.Context, from Images) (pixels, note []byte, err error) {
	pixels = make([]byte, from.N*from.Size)
	note, err = from.draw(ctx, func(i int, draw func([]byte) error) error {
		return draw(pixels[i*from.Size : (i+1)*from.Size])
	})
	return pixels, note, err
}
