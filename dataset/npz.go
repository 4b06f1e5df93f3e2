package dataset

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"govae/internal/infile"
)

// npzFile is a zip file of NumPy arrays, as numpy.savez and numpy.savez_compressed write
// it.
type npzFile struct {
	path string
	Options
}

// isNPZ reports whether a file's name is that of an archive of arrays.
func isNPZ(path string) bool { return strings.EqualFold(filepath.Ext(path), ".npz") }

func (s npzFile) Load(ctx context.Context) (*Data, error) {
	f, err := infile.Open(s.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, infile.Cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return s.load(ctx, f, info.Size())
}

// load reads what r holds, which has a size.
func (s npzFile) load(ctx context.Context, r io.ReaderAt, size int64) (*Data, error) {
	a, err := openArrays(ctx, s.path, r, size)
	if err != nil {
		return nil, err
	}
	layout, err := a.layout()
	if err != nil {
		return nil, err
	}
	var all splits
	for i, split := range []**Images{&all.train, &all.test, &all.validation} {
		if *split, err = a.read(layout[i]); err != nil {
			return nil, err
		}
	}
	d, err := newIDXData(ctx, s.path, all, s.Options)
	if err != nil {
		return nil, err
	}
	d.Warnings = a.warnings
	return d, nil
}

// arrays are the members of a .npz file. Names are in lower case and have lost their .npy.
type arrays struct {
	ctx      context.Context
	path     string
	size     int64
	members  map[string]*zip.File
	warnings []error
}

func openArrays(ctx context.Context, path string, r io.ReaderAt, size int64) (*arrays, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: this is no whole .npz file (%w): give one written by numpy.savez", path, err)
	}
	a := &arrays{ctx: ctx, path: path, size: size, members: map[string]*zip.File{}}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimSuffix(f.Name, ".npy"))
		if a.members[name] != nil {
			return nil, fmt.Errorf("%s: holds two arrays called %.40q: leave one out", path, name)
		}
		a.members[name] = f
	}
	return a, nil
}

// npzSplit names the arrays of a split: images, and labels, or "".
type npzSplit struct{ images, labels string }

// npzLayouts are the habits of naming images and labels of the splits for training,
// testing and validation: that of Keras' mnist.npz and that of MedMNIST.
var npzLayouts = [][3]npzSplit{
	{{"x_train", "y_train"}, {"x_test", "y_test"}, {"x_val", "y_val"}},
	{{"train_images", "train_labels"}, {"test_images", "test_labels"}, {"val_images", "val_labels"}},
}

// Names of the arrays where there is one split; numpy.savez numbers those that got none.
var (
	npzImages = []string{"x", "images", "imgs", "data", "arr_0"}
	npzLabels = []string{"y", "labels", "arr_1"}
)

// layout finds the arrays to read. Those of the first split are there.
func (a *arrays) layout() ([3]npzSplit, error) {
	for _, layout := range npzLayouts {
		if a.members[layout[0].images] != nil {
			return layout, nil
		}
	}
	isMember := func(name string) bool { return a.members[name] != nil }
	var only npzSplit
	if i := slices.IndexFunc(npzImages, isMember); i >= 0 {
		only.images = npzImages[i]
		if i := slices.IndexFunc(npzLabels, isMember); i >= 0 {
			only.labels = npzLabels[i]
		}
		return [3]npzSplit{only}, nil
	}
	names := slices.Sorted(maps.Keys(a.members))
	if len(names) == 1 {
		only.images = names[0]
		return [3]npzSplit{only}, nil
	}
	return [3]npzSplit{}, fmt.Errorf("%s: holds %s: call the images x and their labels y, or x_train, y_train, x_test and y_test", a.path, listed(names))
}

// listed writes names in a sentence.
func listed(names []string) string {
	const most = 12
	if len(names) == 0 {
		return "no arrays"
	}
	text := "the arrays"
	for i, name := range names[:min(most, len(names))] {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %.40q", name)
	}
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// read reads a split; it is nil if the file has none.
func (a *arrays) read(names npzSplit) (*Images, error) {
	if a.members[names.images] == nil {
		return nil, nil
	}
	m, err := readMember(a, names.images, readNPY)
	if err != nil || a.members[names.labels] == nil {
		return m, err
	}
	l, err := readMember(a, names.labels, readNPYLabels)
	switch {
	case err != nil:
		return nil, err
	case l.useless != "":
		a.warnings = append(a.warnings, fmt.Errorf("%s: %s %s: the images are read without labels", a.path, names.labels, l.useless))
	case len(l.labels) != m.Len():
		return nil, fmt.Errorf("%s: %d labels in %s for the %d images of %s: save both from one data set", a.path, len(l.labels), names.labels, m.Len(), names.images)
	}
	m.Labels = l.labels
	return m, nil
}

// readMember reads an array until the context is cancelled. What reads it trusts no size.
func readMember[T any](a *arrays, name string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f := a.members[name]
	r, err := f.Open()
	if err != nil {
		return none, fmt.Errorf("%s: array %.60q: %w", a.path, name, err)
	}
	defer r.Close()
	packed := int64(min(f.CompressedSize64, uint64(a.size)))
	result, err := read(cancelReader{a.ctx, &unpacked{r: r, left: max(minUnpacked, maxRatio*packed)}})
	switch {
	case a.ctx.Err() != nil:
		return none, a.ctx.Err()
	case err != nil:
		return none, fmt.Errorf("%s: array %.60q: %w", a.path, name, err)
	}
	return result, nil
}

// Limits on what a small file may unpack to. Deflate makes a thousand zeros one byte, and
// real images, masks too, a tenth of that at most.
const (
	maxRatio    = 250
	minUnpacked = 64 << 20 // bytes that are always fine
)

// unpacked reads what a zip file unpacks to, up to a limit.
type unpacked struct {
	r    io.Reader
	left int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, errors.New("it unpacks to far more than images do")
	}
	return n, err
}
