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

// ReadFiles reads all images that paths name, in their order: image files, and folders
// and array files as [Open] takes them, with all splits where there are several. Images
// are called by their paths. Labels, and the names of their classes, are kept if one path
// has given all images. An empty o.Fit means [images.Crop], as several folders are to be read
// alike. o.Limit is not looked at.
func ReadFiles(ctx context.Context, paths []string, o Options) (s Selection, err error) {
	if len(paths) == 0 {
		return s, errors.New("dataset: no files to read: give at least one")
	}
	if err := cmp.Or(o.checkShape(), o.checkScale()); err != nil {
		return s, err
	}
	o.Whole, o.Limit, o.Fit, o.Scale = true, 0, cmp.Or(o.Fit, images.Crop), scaleOrNone(o.Scale)
	for rest := paths; len(rest) > 0; {
		files := slices.IndexFunc(rest, isSource) // so many are images
		if files < 0 {
			files = len(rest)
		}
		var d *Data
		if files > 0 {
			d, err = (finished{filesSource{rest[:files], o}, o}).Load(ctx)
			rest = rest[files:]
		} else {
			d, err = o.readSource(ctx, rest[0])
			rest = rest[1:]
		}
		if err != nil {
			return Selection{}, err
		}
		if d.Report != nil {
			s.Reports = append(s.Reports, d.Report)
		}
		s.Warnings = append(s.Warnings, d.Warnings...)
		if s.Images == nil {
			s.Images, s.Classes = d.Train, d.Classes
			o.Shape = d.Train.Shape // which the others must have too
			continue
		}
		s.Images = images.Join(s.Images, d.Train)
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
	files := inClass("", s.paths)
	d := &Data{Name: s.paths[0], Report: &Report{Images: len(files)}}
	s.NoCache = true // of files that were chosen this once
	found, err := s.readImages(ctx, "", files, d.Report)
	if err != nil {
		return nil, err
	}
	if d.Train = found.Images; len(found.kept) < len(files) {
		d.Train = d.Train.Select(found.kept)
	}
	for _, i := range found.kept {
		d.Train.Names = append(d.Train.Names, s.paths[i])
	}
	return d, nil
}

// readSource reads a folder or an array; all its images are in Train.
func (o Options) readSource(ctx context.Context, path string) (*Data, error) {
	source, err := Open(path, o)
	if err != nil {
		return nil, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return nil, err
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
	data.Train, data.Test, data.Validation = m, nil, nil
	return data, nil
}
