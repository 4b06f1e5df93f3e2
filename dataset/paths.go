package dataset

import (
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
// has given all images. o.Limit is not looked at.
func ReadFiles(ctx context.Context, paths []string, o Options) (s Selection, err error) {
	if len(paths) == 0 {
		return s, errors.New("dataset: no files to read: give at least one")
	}
	if err := o.checkShape(); err != nil {
		return s, err
	}
	o.Whole, o.Limit = true, 0
	for rest := paths; len(rest) > 0; {
		files := slices.IndexFunc(rest, isSource) // so many are images
		if files < 0 {
			files = len(rest)
		}
		var part *Images
		var report *Report
		if files > 0 {
			part, report, err = o.readPaths(ctx, rest[:files])
			rest = rest[files:]
		} else {
			part, report, s.Classes, err = o.readSource(ctx, rest[0])
			rest = rest[1:]
		}
		if err != nil {
			return Selection{}, err
		}
		if report != nil {
			s.Reports = append(s.Reports, report)
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
	return err == nil && info.IsDir() || isIDX(path) || isNPY(path)
}

// readPaths reads image files.
func (o Options) readPaths(ctx context.Context, paths []string) (*Images, *Report, error) {
	files := inClass("", paths)
	report := &Report{Images: len(files)}
	o.NoCache = true // of files that were chosen this once
	found, err := o.readImages(ctx, "", files, report)
	if err != nil {
		return nil, nil, err
	}
	m := found.Images
	for _, i := range found.kept {
		m.Names = append(m.Names, paths[i])
	}
	return m, report, nil
}

// readSource reads all images of a folder or an array.
func (o Options) readSource(ctx context.Context, path string) (*Images, *Report, []string, error) {
	source, err := Open(path, o)
	if err != nil {
		return nil, nil, nil, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return nil, nil, nil, err
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
	return m, data.Report, data.Classes, nil
}
