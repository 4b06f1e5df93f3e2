package dataset

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"govae/images"
	"govae/internal/printable"
)

// imageFolder is a folder of image files. Which folders in it are splits and which are
// classes, [splitFolder] tells.
type imageFolder struct {
	path string
	Options
}

func (s imageFolder) Load(ctx context.Context) (*Data, error) {
	found, report, err := s.find()
	if err != nil {
		return nil, err
	}
	used, err := s.use(found)
	if err != nil {
		return nil, err
	}
	files := slices.Concat(used.train, used.unlabelled, used.validation, used.test)
	set, err := s.readImages(ctx, s.path, files, report)
	if err != nil {
		return nil, err
	}
	d := &Data{Name: s.path, Classes: report.classes(), HeldOut: used.heldOut, Framing: report.framing(), Report: report}
	from := 0 // the first file of the split
	for _, split := range []struct {
		name   string
		n      int
		images **Images
	}{{"training", len(used.train), &d.Train}, {"unlabelled", len(used.unlabelled), &d.Unlabelled}, {"validation", len(used.validation), &d.Validation}, {"test", len(used.test), &d.Test}} {
		if split.n == 0 {
			continue
		}
		first := from
		i, _ := slices.BinarySearch(set.kept, first)
		from += split.n
		j, _ := slices.BinarySearch(set.kept, from)
		if i == j {
			return nil, fmt.Errorf("%s: none of the %d %s images can be read", printable.Name(s.path), split.n, split.name)
		}
		m, kept := set.Slice(first, from), set.kept[i:j]
		if len(kept) < split.n {
			var inSplit []int
			for _, k := range kept {
				inSplit = append(inSplit, k-first)
			}
			m = m.Select(inSplit)
		}
		*split.images = s.describe(m, files, kept, d.Classes)
	}
	return d, nil
}

// find lists the images of the folder by split. There is at least one.
func (s imageFolder) find() (found folderSplits, report *Report, err error) {
	var left leftOut
	w, root, err := walk(s.path, &left)
	if err != nil {
		return found, nil, err
	}
	found = splitFolder(root, &left)
	w.once(&found.train, &found.unlabelled, &found.validation, &found.test)
	if len(found.train) == 0 {
		found.train, found.unlabelled = found.unlabelled, nil
	}
	if !s.Unlabelled {
		left.add(noLabel, "", len(found.unlabelled))
		found.unlabelled = nil
	}
	report = newReport(s.path, found, left)
	if report.Images == 0 {
		holds := ""
		if len(report.LeftOut) > 0 {
			holds = "; it holds " + strings.Join(report.LeftOut, ", ")
		}
		return found, nil, fmt.Errorf("%s: no images: put .png, .jpg or other image files in it or in class folders, or IDX files such as train-images-idx3-ubyte%s", printable.Name(s.path), holds)
	}
	return found, report, nil
}

// use chooses the images that are read: it holds some out where the folder has none for
// testing, and applies the limit. Only with [Options].Whole there may be no test images.
func (s imageFolder) use(found folderSplits) (folderSplits, error) {
	used := found
	if used.heldOut = len(used.test) == 0 && !s.Whole; len(used.test) == 0 {
		used.test, used.validation = used.validation, nil
	}
	switch n := len(used.train); {
	case n == 0 && s.Whole:
		used.train, used.validation, used.test = slices.Concat(used.validation, used.test), nil, nil
	case n == 0:
		return used, &SplitError{printable.Name(s.path), "holds test images only: add a folder train to train on"}
	case len(used.test) > 0 || s.Whole:
	case n < 2:
		return used, &SplitError{printable.Name(s.path), "holds 1 image(s): at least 2 are needed, as one is held out for testing: add images"}
	default:
		train, test := heldOut(n, func(i int) string { return found.train[i].class })
		used.train, used.test = pick(found.train, train), pick(found.train, test)
	}
	if s.Limit > 0 {
		used.train, used.unlabelled = few(used.train, s.Limit), few(used.unlabelled, s.Limit)
	}
	return used, nil
}

// few returns n of the files, or all if there are fewer, in their order: of each class as many, for
// they come class by class.
func few(files []imageFile, n int) []imageFile {
	index := images.FromAllClasses(len(files), n, func(i int) string { return files[i].class })
	slices.Sort(index)
	return pick(files, index)
}

// describe gives the images of the files with these numbers their names and, where all of
// them have a class, their labels. The classes are sorted.
func (s imageFolder) describe(m *Images, files []imageFile, index []int, classes []string) *Images {
	m.Names, m.Labels = make([]string, len(index)), make([]int, len(index))
	for i, f := range pick(files, index) {
		name, err := filepath.Rel(s.path, f.path)
		if err != nil {
			name = f.path
		}
		m.Names[i] = filepath.ToSlash(name)
		if m.Labels != nil {
			m.Labels[i], _ = slices.BinarySearch(classes, f.class)
		}
		if f.class == "" {
			m.Labels = nil
		}
	}
	return m
}

// pick returns the files with these numbers.
func pick(files []imageFile, index []int) []imageFile {
	picked := make([]imageFile, len(index))
	for i, k := range index {
		picked[i] = files[k]
	}
	return picked
}
