package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"govae/images"
)

// ReadFiles reads all images that paths name, in their order: PNG, JPEG or GIF files,
// and folders and array files as [Open] takes them, with both splits where there are
// two. Images are called by their paths. Labels, and the names of their classes, are
// kept if one path has given all images. o.Limit is not looked at.
func ReadFiles(ctx context.Context, paths []string, o Options) (s Selection, err error) {
	if len(paths) == 0 {
		return s, errors.New("dataset: no files to read: give at least one")
	}
	if err := cmp.Or(o.checkShape(), o.checkScale()); err != nil {
		return s, err
	}
	o.Whole, o.Limit = true, 0
	for rest := paths; len(rest) > 0; {
		files := slices.IndexFunc(rest, isSource) // so many are images
		if files < 0 {
			files = len(rest)
		}
		var part *Images
		if files > 0 {
			var d *Data
			if d, err = (finished{filesSource{rest[:files], o}, o.Scale}).Load(ctx); err == nil {
				part, s.Warnings = d.Train, append(s.Warnings, d.Warnings...)
			}
			rest = rest[files:]
		} else {
			var d *Data
			if part, d, err = o.readSource(ctx, rest[0]); err == nil {
				s.Classes, s.Warnings = d.Classes, append(s.Warnings, d.Warnings...)
			}
			rest = rest[1:]
		}
		if err != nil {
			return Selection{}, err
		}
		if s.Images == nil {
			s.Images = part
			o.Shape = part.Shape // which the others must have too
			continue
		}
		s.Images = images.Join(s.Images, part)
		s.Labels, s.Classes = nil, nil
	}
	return s, nil
}

// isSource reports whether a path is that of many images: a folder or an array.
func isSource(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || isIDX(path) || isNPY(path) || isNPZ(path)
}

// filesSource are image files that are named one by one.
type filesSource struct {
	paths []string
	Options
}

func (s filesSource) Load(ctx context.Context) (*Data, error) {
	m, err := s.readPaths(ctx, s.paths)
	return &Data{Name: s.paths[0], Train: m}, err
}

// readPaths reads image files.
func (o Options) readPaths(ctx context.Context, paths []string) (*Images, error) {
	files := make([]imageFile, len(paths))
	for i, path := range paths {
		files[i].path = path
	}
	return o.readImageFiles(ctx, files)
}

// readSource reads all images of a folder or an array.
func (o Options) readSource(ctx context.Context, path string) (*Images, *Data, error) {
	source, err := Open(path, o)
	if err != nil {
		return nil, nil, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	m := data.All()
	names := make([]string, m.Len())
	for i := range names {
		if m.Names != nil {
			names[i] = filepath.Join(path, m.Names[i])
		} else {
			names[i] = fmt.Sprintf("%s[%d]", path, i)
		}
	}
	m.Names = names
	return m, data, nil
}
