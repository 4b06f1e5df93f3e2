package dataset

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"govae/images"
	"govae/internal/infile"
)

// Images is a set of images of one shape, with or without labels.
type Images = images.Set

// Data is a loaded source.
type Data struct {
	Name    string   // what the source is called in messages
	Train   *Images  // at least one image
	Test    *Images  // held out: at least one image, of the shape of Train; may be nil with [Options].Whole
	Classes []string // the name of each label, or nil if there are no labels
	// HeldOut says that the source has no test images of its own: Test are its validation images,
	// or a part of all.
	HeldOut bool

	// Validation are the images for choosing among models where the source has some of
	// its own, beside those for testing; nil otherwise.
	Validation *Images
	// Unlabelled are more training images, without labels, beside labelled ones in Train; nil
	// unless [Options].Unlabelled asks for them and the source has some.
	Unlabelled *Images
	// Framing says how the source's pictures became images of this shape. Its Fit is empty if
	// all had that size.
	Framing images.Framing
	// Report says what was found in a folder of image files, or that images of another source
	// were scaled; otherwise it is nil.
	Report *Report

	// Warnings are for the user, such as a [*DarkWarning]. The images can be trained on all the
	// same.
	Warnings []error
}

// Untrained returns the names of the classes without a training image.
func (d *Data) Untrained() []string {
	var names []string
	for label, name := range d.Classes {
		if !slices.Contains(d.Train.Labels, label) {
			names = append(names, name)
		}
	}
	return names
}

// All returns the images of all splits but Unlabelled: those for training first, those for
// testing last. With [Options].Whole they are all images of the source, in its order.
func (d *Data) All() *Images {
	all := d.Train
	for _, m := range []*Images{d.Validation, d.Test} {
		if m != nil {
			all = images.Join(all, m)
		}
	}
	return all
}

// Training returns the number of images to train on: those of Train and of Unlabelled.
func (d *Data) Training() int {
	if d.Unlabelled == nil {
		return d.Train.Len()
	}
	return d.Train.Len() + d.Unlabelled.Len()
}

// Fingerprint returns a SHA-256, in hexadecimal, of the shape, the pixels and the
// labels of all splits. A resumed run tells by it that the data has changed.
func (d *Data) Fingerprint() string {
	return fingerprint(d.Train, d.Test, d.Validation, d.Unlabelled)
}

func fingerprint(sets ...*Images) string {
	h := sha256.New()
	for _, m := range sets {
		if m == nil {
			continue
		}
		head := []int64{int64(m.H), int64(m.W), int64(m.C), int64(m.Len() * m.Shape.Len()), int64(len(m.Labels))}
		labels := make([]int64, len(m.Labels))
		for i, l := range m.Labels {
			labels[i] = int64(l)
		}
		// Writing to a hash never fails.
		binary.Write(h, binary.LittleEndian, head)
		for i := range m.Len() {
			h.Write(m.At(i))
		}
		binary.Write(h, binary.LittleEndian, labels)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Copy is an image for testing or validation that is also a training image. Images without names have
// empty ones.
type Copy struct{ Name, Of string }

// Copies returns the test and validation images that are also training images, byte for byte, so
// that a model would be tested on images that it was trained on.
func (d *Data) Copies() (copies []Copy) {
	seed := maphash.MakeSeed()
	known := map[uint64]int{}
	for i := range d.Train.Len() {
		known[maphash.Bytes(seed, d.Train.At(i))] = i
	}
	for _, m := range []*Images{d.Test, d.Validation} {
		if m == nil || d.Test == d.Train {
			continue
		}
		for i := range m.Len() {
			if j, ok := known[maphash.Bytes(seed, m.At(i))]; ok && bytes.Equal(d.Train.At(j), m.At(i)) {
				var c Copy
				if m.Names != nil && d.Train.Names != nil {
					c = Copy{m.Names[i], d.Train.Names[j]}
				}
				copies = append(copies, c)
			}
		}
	}
	return copies
}

// Source is a place images come from.
type Source interface {
	// Load reads, draws or downloads the images. It returns the context's error
	// when that is cancelled; every other error is one line that names the file,
	// what is wrong with it and what to do.
	Load(ctx context.Context) (*Data, error)
}

// Options say how a source is loaded. The zero value loads everything.
type Options struct {
	// Limit, if positive, is the number of training images to keep, and the number of unlabelled
	// ones: the first ones of an array, or equally many of each class of a folder. The test split
	// stays whole.
	Limit int

	// Unlabelled loads the images of folders called unlabelled as [Data].Unlabelled. Otherwise
	// they are left out.
	Unlabelled bool

	// Shape is the shape that all images get. With C = 1 colours become gray, with C = 3 gray
	// images get three equal channels, and images of another height or width are scaled as Fit
	// says. Fields that are zero are as in the source; for image files of different or large sizes
	// they are chosen ([Report]).
	Shape Shape

	// Fit says how images of other proportions than the Shape's are made to fit. Empty means
	// [images.Pad] for image files most of which have transparent parts, else [images.Crop].
	Fit images.Fit

	// Background is the colour behind transparent images and of what [images.Pad] adds. Nil means
	// white if transparent images are dark, or if the images to pad have white borders, else black.
	Background *images.RGB

	// SkipBad leaves out image files that cannot be read. Otherwise they are a [*BadFilesError].
	SkipBad bool

	// Scale, if not 0, multiplies all values, those of image files before they are rounded to
	// bytes: 255 makes masks of 0 and 1 black and white, 16 uses the range where files of 16 bits
	// hold 12. It is an [*images.TooBrightError] if a product is more than white, of files of 16
	// bits if more than one pixel in a thousand is.
	Scale float64

	// Progress, if not nil, is called while a file is downloaded: done bytes of
	// total have arrived; total is -1 if the server does not say.
	Progress func(done, total int64)

	// Decoding, if not nil, is called after each image file that is decoded, by one goroutine at
	// a time. Files are decoded once and again when they change: their images are kept in
	// govae/images of the user's cache folder and mapped into memory. NoCache keeps them in memory
	// only.
	Decoding func(done, total int)
	NoCache  bool

	// Warn, if not nil, is called with a line for the user when something is wrong.
	Warn func(message string)

	// Whole holds nothing out, for programs that do not train: if the source has one split only,
	// it becomes [Data].Train, and [Data].Test is nil.
	Whole bool
}

// Open returns the source that spec means: a name of [Named], a folder of IDX files, a
// folder of images, an IDX, a .npy or a .npz file. It looks at the path but loads nothing.
func Open(spec string, o Options) (Source, error) {
	if o.Limit < 0 {
		return nil, fmt.Errorf("dataset: a limit of %d images: want a positive number, or 0 for all", o.Limit)
	}
	if err := cmp.Or(o.checkShape(), o.checkScale()); err != nil {
		return nil, err
	}
	o.Scale = scaleOrNone(o.Scale)
	s, err := openNamed(spec, o)
	if s == nil && err == nil {
		s, err = openPath(spec, o)
	}
	if err != nil {
		return nil, err
	}
	return finished{s, o}, nil
}

// openPath is [Open] for paths.
func openPath(spec string, o Options) (Source, error) {
	info, err := os.Stat(spec)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &missingError{spec}
	case err != nil:
		return nil, fmt.Errorf("dataset: %w", err)
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, infile.Error(spec, infile.Regular(spec, info))
	case !info.IsDir() && images.IsFile(spec):
		return nil, fmt.Errorf("%s: is one image, where many are needed: give the folder that holds them", spec)
	case !info.IsDir() && isIDX(spec):
		return idxFile{spec, o}, nil
	case !info.IsDir() && isNPY(spec):
		return npyFile{spec, o}, nil
	case !info.IsDir() && isNPZ(spec):
		return npzFile{spec, o}, nil
	case !info.IsDir() && slices.Contains([]string{".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"}, ending(spec)):
		return nil, fmt.Errorf("%s: is an archive: unpack it, and give the folder", spec)
	case !info.IsDir() && slices.Contains([]string{".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg"}, ending(spec)):
		return nil, fmt.Errorf("%s: is a video: save frames of it as images, and give their folder", spec)
	case !info.IsDir():
		return nil, fmt.Errorf("%s: is no kind of data that is known by its ending: give a .npy or .npz file, an IDX file (.idx or -ubyte, also .gz), or a folder of images", spec)
	}
	entries, err := os.ReadDir(spec)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	if len(findIDX(entries)) > 0 {
		return idxFolder{spec, o}, nil
	}
	return imageFolder{spec, o}, nil
}

// splits are the images of a source other than image files; test and validation may be nil.
type splits struct{ train, test, validation *Images }

// newData makes the [Data] of a source called name. It gives the images the shape that o wants,
// holds out some training images if there are no test images, and then applies the limit.
func newData(ctx context.Context, name string, s splits, classes []string, o Options) (*Data, error) {
	before, n := s.train.Shape, 0
	heldOut := s.test == nil && !o.Whole
	if s.test == nil && s.validation != nil {
		s.test, s.validation = s.validation, nil
	}
	for _, split := range []**Images{&s.train, &s.test, &s.validation} {
		if *split == nil {
			continue
		}
		n += (*split).Len()
		var err error
		if *split, err = o.fit(ctx, name, *split); err != nil {
			return nil, err
		}
	}
	if s.test == nil && !o.Whole {
		if s.train.Len() < 2 {
			return nil, &SplitError{name, fmt.Sprintf("holds %d image(s): at least 2 are needed, as one is held out for testing: add images", s.train.Len())}
		}
		s.train, s.test = holdOut(s.train)
	}
	if s.test != nil && s.train.Shape != s.test.Shape {
		return nil, fmt.Errorf("%s: training images are %v but test images %v: make them one size", name, s.train.Shape, s.test.Shape)
	}
	if s.validation != nil && s.train.Shape != s.validation.Shape {
		return nil, fmt.Errorf("%s: training images are %v but validation images %v: make them one size", name, s.train.Shape, s.validation.Shape)
	}
	if o.Limit > 0 {
		s.train = s.train.Head(o.Limit)
	}
	d := &Data{Name: name, Train: s.train, Test: s.test, Validation: s.validation, Classes: classes, HeldOut: heldOut, Framing: images.Framing{Scale: o.Scale}}
	if s.train.H != before.H || s.train.W != before.W {
		d.Report = scaledReport(name, n, before, s.train.Shape, o.framing(images.RGB{}))
		d.Framing = d.Report.framing()
	}
	return d, nil
}

// numberedClasses names the labels of files that hold numbers only: "0", "1" and
// so on up to the largest label.
func numberedClasses(s splits) []string {
	n := 0
	for _, m := range []*Images{s.train, s.test, s.validation} {
		if m == nil {
			continue
		}
		for _, l := range m.Labels {
			n = max(n, l+1)
		}
	}
	var classes []string
	for i := range n {
		classes = append(classes, strconv.Itoa(i))
	}
	return classes
}
