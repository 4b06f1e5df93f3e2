package dataset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"govae/images"
	"govae/internal/infile"
	"govae/internal/parallel"
	"govae/internal/photo"
	"govae/internal/pixelcache"
	"govae/internal/printable"
)

// MaxPixels is the largest area of an image, in pixels: far larger ones could not be trained on.
const MaxPixels = 1 << 22

// reading says how image files become images.
type reading struct {
	Shape
	images.Framing
}

// imageSet holds images that were read from files.
type imageSet struct {
	*Images       // of all files; those of files that cannot be read are black
	kept    []int // the numbers of the files that could be read, in order
}

// readImages reads image files, all to one shape. Files that cannot be read are all found,
// and are a [*BadFilesError] unless o leaves them out. The report, if there is one, is
// completed. Names are left to the caller.
func (o Options) readImages(ctx context.Context, name string, files []imageFile, report *Report) (set imageSet, err error) {
	id, err := identity(ctx, files)
	if err != nil {
		return set, err
	}
	s, err := o.surveyed(ctx, files, id)
	if err != nil {
		return set, err
	}
	pixels, note, err := o.kept(ctx, id, s.How, o.drawn(ctx, name, files, s.How))
	if err != nil {
		return set, err
	}
	var bad []int
	if err := json.Unmarshal(note, &bad); err != nil {
		return set, err
	}
	if len(bad) > 0 && !o.SkipBad {
		err := o.badFiles(ctx, name, files, bad, s.How)
		if err == nil && !o.NoCache { // they can be read now, though they have not changed: what is kept is no good
			o.NoCache = true
			return o.readImages(ctx, name, files, report)
		}
		return set, cmp.Or(err, changing(name))
	}
	set.Images = &Images{Shape: s.How.Shape, Pixels: pixels}
	var unreadable []imageFile
	for i, f := range files {
		if _, isBad := slices.BinarySearch(bad, i); isBad {
			unreadable = append(unreadable, f)
		} else {
			set.kept = append(set.kept, i)
		}
	}
	if report != nil {
		report.read(s.Survey, len(set.kept), unreadable)
	}
	return set, nil
}

// survey is a [Survey], and what else the headers of files tell.
type survey struct {
	Survey
	How    reading // of the files
	Pixels int     // of all files together
}

func (o Options) survey(ctx context.Context, files []imageFile) (s survey, err error) {
	headers, err := readHeaders(ctx, files)
	if err != nil {
		return s, err
	}
	for _, h := range headers {
		s.Pixels += h.H * h.W
	}
	s.How, s.Survey, err = o.choose(ctx, photo.NewReader(), files, headers)
	return s, err
}

// badFiles is a [*BadFilesError] of those of the files with these numbers that cannot be read, or nil.
func (o Options) badFiles(ctx context.Context, name string, files []imageFile, numbers []int, how reading) error {
	e := &BadFilesError{Name: name, Of: len(files)}
	reader, dst := photo.NewReader(), make([]byte, how.Shape.Len())
	for _, i := range numbers {
		err := how.file(ctx, reader, files[i].path, dst)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			e.Files = append(e.Files, BadFile{files[i].path, err})
		}
	}
	if len(e.Files) == 0 {
		return nil
	}
	slices.SortStableFunc(e.Files, func(a, b BadFile) int { return strings.Compare(a.Path, b.Path) })
	return e
}

func changing(name string) error {
	return fmt.Errorf("%s: its files change while they are read", printable.Name(name))
}

// drawn are the images of files. The note beside them lists the numbers of those files
// that cannot be read, whose images nobody uses: they are kept with those of the others, which need
// not be decoded again when the bad ones are left out.
func (o Options) drawn(ctx context.Context, name string, files []imageFile, how reading) pixelcache.Images {
	reader, bad := photo.NewReader(), make([]error, len(files))
	return pixelcache.Images{
		N: len(files), Size: how.Shape.Len(),
		Draw: func(i int, dst []byte) error {
			bad[i] = how.file(ctx, reader, files[i].path, dst)
			if _, tooBright := errors.AsType[*images.TooBrightError](bad[i]); tooBright {
				return fmt.Errorf("%s: %w", printable.Name(files[i].path), bad[i])
			}
			return ctx.Err()
		},
		Note: func() ([]byte, error) {
			numbers := []int{}
			for i, err := range bad {
				if err != nil {
					numbers = append(numbers, i)
				}
			}
			if len(numbers) > 0 && len(numbers) == len(files) {
				return nil, cmp.Or(o.badFiles(ctx, name, files, numbers, how), changing(name))
			}
			return json.Marshal(numbers)
		},
	}
}

// readHeaders reads what the files are without decoding them. Those that cannot be read
// have empty headers: whoever decodes them tells why.
func readHeaders(ctx context.Context, files []imageFile) ([]photo.Header, error) {
	headers := make([]photo.Header, len(files))
	err := parallel.For(ctx, len(files), 0, func(i int) error {
		f, err := infile.Open(files[i].path)
		if err != nil {
			return nil
		}
		defer f.Close()
		if h, err := photo.ReadHeader(f); err == nil {
			headers[i] = h
		}
		return nil
	})
	return headers, err
}

// file reads one file into the bytes of its image.
func (how reading) file(ctx context.Context, r *photo.Reader, path string, dst []byte) error {
	f, err := infile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if target, err := os.Readlink(path); err == nil {
			return fmt.Errorf("is a link to %s, which is not there", printable.Name(target))
		}
	}
	if err != nil {
		return infile.Cause(err)
	}
	defer f.Close()
	return r.Draw(ctx, f, dst, how.Shape, how.Framing)
}

// choose says how the files are read whose headers are given; one without a size could not
// be read.
func (o Options) choose(ctx context.Context, r *photo.Reader, files []imageFile, headers []photo.Header) (how reading, s Survey, err error) {
	seen := slices.DeleteFunc(slices.Clone(headers), func(h photo.Header) bool { return h.H == 0 })
	shape, why := Shape{H: 1, W: 1, C: 1}, "" // of no files that can be read
	if len(seen) > 0 {
		shape, why = chooseSize(seen)
	}
	if o.Shape.H > 0 && o.Shape.W > 0 {
		why = asked
	}
	var l looks
	if o.Shape.C == 0 || o.Background == nil || o.Fit == "" {
		if l, err = o.lookAt(ctx, r, files, headers); err != nil {
			return how, s, err
		}
	}
	if shape.C = 3; l.gray {
		shape.C = 1
	}
	how.Shape = o.shapeOf(shape)
	if how.H > MaxPixels/how.W {
		return how, s, fmt.Errorf("dataset: images of %dx%d (height x width): at most %d pixels can be trained on", how.H, how.W, MaxPixels)
	}
	how.Framing = o.framing(l.background())
	how.Framing.Fit = cmp.Or(how.Framing.Fit, l.fit())
	return how, newSurvey(seen, how, why, l), nil
}
