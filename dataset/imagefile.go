package dataset

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"govae/images"
	"govae/internal/parallel"
	"govae/internal/photo"
	"govae/internal/pixelcache"
)

// maxImagePixels is the largest area of an image, for far larger ones could not be trained
// on.
const maxImagePixels = 1 << 22

// reading says how image files become images.
type reading struct {
	Shape
	images.Framing
}

// imageSet is what was read of image files.
type imageSet struct {
	*Images
	how  reading
	kept []int // the numbers of the files that could be read, in order
}

// readImages reads image files, all to one shape. Files that cannot be read are all found,
// and are a [*BadFilesError] unless o leaves them out. The report, if there is one, is
// completed. Names are left to the caller.
func (o Options) readImages(ctx context.Context, name string, files []imageFile, report *Report) (set imageSet, err error) {
	key, err := o.cacheKey(ctx, files)
	if err != nil {
		return set, err
	}
	pixels, note, ok, err := o.fromCache(ctx, key)
	if err == nil && !ok {
		pixels, note, err = o.decodeFiles(ctx, key, name, files)
	}
	if err != nil {
		return set, err
	}
	var found cacheNote
	if err := json.Unmarshal(note, &found); err != nil {
		return set, err
	}
	set.how = found.How
	set.Images = &Images{Shape: set.how.Shape, Pixels: pixels}
	for i := range files {
		if _, bad := slices.BinarySearch(found.Bad, i); !bad {
			set.kept = append(set.kept, i)
		}
	}
	if len(found.Bad) > 0 {
		set.Images = set.Images.Select(set.kept)
	}
	if report != nil {
		report.read(found.Report, len(set.kept), len(found.Bad))
	}
	return set, nil
}

// decodeFiles reads image files, and what is to be noted of them ([cacheNote]).
func (o Options) decodeFiles(ctx context.Context, key, name string, files []imageFile) (pixels, note []byte, err error) {
	reader := photo.NewReader()
	headers, bad, err := readHeaders(ctx, files)
	if err != nil {
		return nil, nil, err
	}
	var found cacheNote
	if found.How, err = o.choose(ctx, reader, files, headers, &found.Report); err != nil {
		return nil, nil, err
	}
	return o.decode(ctx, key, headers, pixelcache.Images{
		N: len(files), Size: found.How.Shape.Len(),
		Draw: func(i int, dst []byte) error {
			if bad[i] == nil {
				bad[i] = found.How.file(ctx, reader, files[i].path, dst)
			}
			return ctx.Err()
		},
		Note: func() ([]byte, error) {
			e := &BadFilesError{Name: name, Of: len(files)}
			for i, err := range bad {
				if err != nil {
					e.Files = append(e.Files, BadFile{files[i].path, err})
					found.Bad = append(found.Bad, i)
				}
			}
			if len(e.Files) > 0 && (!o.SkipBad || len(e.Files) == len(files)) {
				return nil, e
			}
			return json.Marshal(found)
		},
	})
}

// readHeaders reads what the files are without decoding them, and why those cannot be
// read that cannot.
func readHeaders(ctx context.Context, files []imageFile) (headers []photo.Header, bad []error, err error) {
	headers, bad = make([]photo.Header, len(files)), make([]error, len(files))
	err = parallel.For(ctx, len(files), 0, func(i int) error {
		f, err := openRegular(files[i].path)
		if err != nil {
			bad[i] = cause(err)
			return nil
		}
		defer f.Close()
		headers[i], bad[i] = photo.ReadHeader(f)
		return nil
	})
	return headers, bad, err
}

// file reads one file into the bytes of its image.
func (how reading) file(ctx context.Context, r *photo.Reader, path string, dst []byte) error {
	f, err := openRegular(path)
	if err != nil {
		return cause(err)
	}
	defer f.Close()
	return r.Draw(ctx, f, dst, how.Shape, how.Framing)
}

// choose says how the files are read whose headers are given; one without a size could not
// be read. It begins a report on them.
func (o Options) choose(ctx context.Context, r *photo.Reader, files []imageFile, headers []photo.Header, report *Report) (how reading, err error) {
	seen := slices.DeleteFunc(slices.Clone(headers), func(h photo.Header) bool { return h.H == 0 })
	shape, why := Shape{H: 1, W: 1, C: 1}, "" // of no files that can be read
	if len(seen) > 0 {
		shape, why = chooseShape(seen)
	}
	how.Shape = o.shapeOf(shape)
	if o.Shape.H > 0 && o.Shape.W > 0 {
		why = "as asked for"
	}
	if how.H > maxImagePixels/how.W {
		return how, fmt.Errorf("dataset: images of %dx%d (height x width): at most %d pixels can be trained on", how.H, how.W, maxImagePixels)
	}
	var see transparency
	if o.Background == nil {
		if see, err = seeThrough(ctx, r, files, headers); err != nil {
			return how, err
		}
	}
	how.Framing = o.framing(see.background())
	report.reading(seen, how, why, see)
	return how, nil
}
