package dataset

import (
	"cmp"
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
	"govae/internal/pixelcache"
)

// cacheFormat is part of every key. It changes with everything that changes what is read from a
// file or recorded about it.
const cacheFormat = 7

// worthKeeping is the least number of pixels of all files for which the cache is worth it: they
// take a few tenths of a second to decode.
const worthKeeping = 8 << 20

// imageStore is where decoded images are kept, and what the headers of their files tell.
func imageStore() (pixelcache.Store, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return pixelcache.Store{}, &pixelcache.UnwritableError{Dir: "the user's cache folder", Err: err}
	}
	return pixelcache.Store{Dir: filepath.Join(dir, "govae", "images")}, nil
}

// identity tells files, in this order, by their paths, sizes and times.
func identity(ctx context.Context, files []imageFile) (string, error) {
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
	return hash(found)
}

// hash names a key of the cache.
func hash(of any) (string, error) {
	h := sha256.New()
	err := json.NewEncoder(h).Encode(of)
	return fmt.Sprintf("%x", h.Sum(nil)[:16]), err
}

// The decoders of Go's library are those of its version.
type (
	surveyKey struct {
		Format     int
		Go, Files  string
		Shape      Shape
		Fit        images.Fit
		Background *images.RGB
		Scale      float64
	}
	pixelsKey struct {
		Format    int
		Go, Files string
		How       reading
	}
)

// surveyed is [Options.survey] with its result kept in the cache. It turns the cache off for
// images that are not worth it.
func (o *Options) surveyed(ctx context.Context, files []imageFile, id string) (s survey, err error) {
	key, err := hash(surveyKey{cacheFormat, runtime.Version(), id, o.Shape, o.Fit, o.Background, o.Scale})
	if err != nil {
		return s, err
	}
	store, err := imageStore()
	if err != nil || o.NoCache { // no store: whoever keeps the pixels tells
		return o.survey(ctx, files)
	}
	_, note, ok, err := store.Get(ctx, key)
	if err != nil {
		return s, err
	}
	if ok && json.Unmarshal(note, &s) == nil {
		return s, nil
	}
	if s, err = o.survey(ctx, files); err != nil {
		return s, err
	}
	if o.NoCache = s.Pixels+len(files)*s.How.Shape.Len() < worthKeeping; o.NoCache {
		return s, nil
	}
	_, _, err = store.Make(ctx, key, pixelcache.Images{Size: 1, Note: func() ([]byte, error) { return json.Marshal(s) }})
	if _, unwritable := errors.AsType[*pixelcache.UnwritableError](err); unwritable {
		err = nil // as above
	}
	return s, err
}

// kept draws images, or gets them from the cache.
func (o Options) kept(ctx context.Context, id string, how reading, from pixelcache.Images) (pixels, note []byte, err error) {
	from.Progress = o.Decoding
	if o.NoCache {
		return pixelcache.InMemory(ctx, from)
	}
	how.Fit = cmp.Or(how.Fit, images.Crop)
	key, err := hash(pixelsKey{cacheFormat, runtime.Version(), id, how})
	if err != nil {
		return nil, nil, err
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
