package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"govae/images"
	"govae/internal/parallel"
	"govae/internal/photo"
	"govae/internal/pixelcache"
)

// cacheFormat is part of every key: a new number for whatever changes the pixels that are
// read of a file, or what is noted beside them.
const cacheFormat = 1

// worthKeeping is how many pixels files have together that take long enough to decode: a
// few tenths of a second.
const worthKeeping = 8 << 20

// cacheNote is what is kept beside the pixels of image files.
type cacheNote struct {
	How    reading
	Report Report // what the files' headers tell
	Bad    []int  // the numbers of files that cannot be read, whose images are empty
}

// imageStore is where decoded images are kept.
func imageStore() (pixelcache.Store, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return pixelcache.Store{}, &pixelcache.UnwritableError{Dir: "the user's cache folder", Err: err}
	}
	return pixelcache.Store{Dir: filepath.Join(dir, "govae", "images")}, nil
}

// cacheKey names what files become with o: it depends on their paths, sizes and times, in
// this order, and on all that says how they are read.
func (o Options) cacheKey(ctx context.Context, files []imageFile) (string, error) {
	type file struct {
		Path          string
		Size, Changed int64
		Mode          os.FileMode // which says whether it can be read
	}
	found := make([]file, len(files))
	err := parallel.For(ctx, len(files), 0, func(i int) error {
		path, err := filepath.Abs(files[i].path)
		if err != nil {
			return err
		}
		found[i].Path = path
		if info, err := os.Stat(path); err == nil { // else it is one that cannot be read
			found[i].Size, found[i].Changed, found[i].Mode = info.Size(), info.ModTime().UnixNano(), info.Mode()
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	h := sha256.New()
	err = json.NewEncoder(h).Encode(struct { // the decoders of Go's library are those of its version
		Format     int
		Go         string
		Shape      Shape
		Fit        images.Fit
		Background *images.RGB
		SkipBad    bool
		Files      []file
	}{cacheFormat, runtime.Version(), o.Shape, o.Fit, o.Background, o.SkipBad, found})
	return fmt.Sprintf("%x", h.Sum(nil)[:16]), err
}

// fromCache returns the images of files from the cache; ok is false if they are not there.
func (o Options) fromCache(ctx context.Context, key string) (pixels, note []byte, ok bool, err error) {
	store, err := imageStore()
	if err != nil || o.NoCache {
		return nil, nil, false, nil
	}
	return store.Get(ctx, key)
}

// decode draws images into the cache, or, where they are few or nothing can be kept, into
// memory.
func (o Options) decode(ctx context.Context, key string, headers []photo.Header, from pixelcache.Images) (pixels, note []byte, err error) {
	from.Progress = o.Decoding
	work := from.N * from.Size
	for _, h := range headers {
		work += h.H * h.W
	}
	if o.NoCache || work < worthKeeping {
		return pixelcache.InMemory(ctx, from)
	}
	store, err := imageStore()
	if err == nil {
		pixels, note, err = store.Make(ctx, key, from)
	}
	if unwritable, ok := errors.AsType[*pixelcache.UnwritableError](err); ok {
		if o.Warn != nil {
			o.Warn(fmt.Sprintf("%v; they stay in memory, and are decoded again the next time", unwritable))
		}
		return pixelcache.InMemory(ctx, from)
	}
	return pixels, note, err
}
