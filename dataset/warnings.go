package dataset

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/bits"

	"govae/images"
)

// finished is a source whose images are looked at, for what is odd about them.
type finished struct {
	Source
	Options
}

func (s finished) Load(ctx context.Context) (*Data, error) {
	d, err := s.Source.Load(ctx)
	if err != nil {
		return nil, err
	}
	d.Warnings = append(d.Warnings, lookForAlike(d.Name, d.Train)...)
	if d.Report != nil && s.Fit == "" {
		d.Warnings = append(d.Warnings, d.Report.lookForCut()...)
	}
	if d.Report != nil && d.Report.FewColours && s.Shape.C == 0 {
		d.Warnings = append(d.Warnings, &FewColoursWarning{d.Name})
	}
	if r := d.Report; r != nil && r.Classes == nil && r.left.kinds[notImages][".csv"] > 0 {
		d.Warnings = append(d.Warnings, &TableNote{d.Name})
	}
	if s.Scale == 0 { // else the user knows
		d.Warnings = append(d.Warnings, lookForDark(d)...)
	}
	return d, nil
}

// DarkWarning says that no pixel of a source is in the upper part of the range, as in masks that
// are stored as the numbers of their classes, or in files of 16 bits by cameras with 12.
// [Options].Scale uses all of it.
type DarkWarning struct {
	Name string // the source
	Max  int    // the largest byte, from 1 to 63, or to 127 of files of 16 bits
	Deep bool   // all files are such
}

// Scale is the largest whole factor that leaves all pixels in range, of files of 16 bits a power
// of two, as they hold a number of bits. Where images have been made smaller, single pixels of the
// files may be too bright for it.
func (w *DarkWarning) Scale() int {
	if w.Deep {
		return 1 << (bits.Len(uint(256/(w.Max+1))) - 1)
	}
	return 255 / w.Max
}

func (w *DarkWarning) Error() string {
	as := "dark photographs"
	switch {
	case w.Deep:
		as = "values of fewer than 16 bits in files of 16"
	case w.Max < 16:
		as = "masks that are stored as numbers"
	}
	return fmt.Sprintf("%s: no pixel is above %d of 255: %s need a scale of %d", w.Name, w.Max, as, w.Scale())
}

// CutWarning says that cropping leaves little of the images of a source, as their proportions
// are not those of [Options].Shape, or differ.
type CutWarning struct {
	Name  string  // the source
	Shape Shape   // that they get
	Kept  float64 // the mean share of an image that is left
}

func (w *CutWarning) Error() string {
	return fmt.Sprintf("%s: cropped to %s, %.0f %% of an image is left on average: another shape keeps more, or padding", w.Name, sizeText(w.Shape.H, w.Shape.W), 100*w.Kept)
}

// lookForCut returns a [*CutWarning] if it holds.
func (r *Report) lookForCut() []error {
	const little = 0.5
	if cmp.Or(r.Framing.Fit, images.Crop) != images.Crop {
		return nil
	}
	n, kept := 0, 0.
	for _, size := range r.Sizes {
		ratio := float64(size.W) / float64(size.H) * float64(r.Shape.H) / float64(r.Shape.W)
		n, kept = n+size.N, kept+float64(size.N)*min(ratio, 1/ratio)
	}
	if kept >= little*float64(n) {
		return nil
	}
	return []error{&CutWarning{r.Name, r.Shape, kept / float64(n)}}
}

// FewColoursWarning says that a source is in colour for the sake of a few of its images.
type FewColoursWarning struct{ Name string }

func (w *FewColoursWarning) Error() string {
	return w.Name + ": fewer than one in ten images have colours, and all are read in colour: gray would be a third of the work"
}

// TableNote says that a table lies beside images without classes, and that none is read.
type TableNote struct{ Name string }

func (n *TableNote) Error() string {
	return n.Name + ": classes are not read from tables such as the .csv there: put the images of each class into a folder of its own, if you need them"
}

// AlikeWarning says that there is nothing to learn from the images of a source.
type AlikeWarning struct {
	Name string // the source
	N    int    // images
	Flat bool   // each image is of one colour; otherwise all images are the same
}

func (w *AlikeWarning) Error() string {
	if w.Flat {
		return fmt.Sprintf("%s: each of the %d images is of one colour only: is that what they should show?", w.Name, w.N)
	}
	return fmt.Sprintf("%s: all %d images are the same: is that what they should show?", w.Name, w.N)
}

// lookForAlike returns an [*AlikeWarning] if it holds for the images. Of usual ones only the
// first few are looked at, here as by [lookForDark].
func lookForAlike(name string, m *Images) []error {
	switch {
	case m.Len() < 2:
	case every(m, func(x []byte) bool { return bytes.Equal(x, m.At(0)) }):
		return []error{&AlikeWarning{Name: name, N: m.Len()}}
	case m.H*m.W > 1 && every(m, func(x []byte) bool { return bytes.Equal(x[m.C:], x[:len(x)-m.C]) }):
		return []error{&AlikeWarning{Name: name, N: m.Len(), Flat: true}}
	}
	return nil
}

// lookForDark returns a [*DarkWarning] if it holds for the images. Where they have been made
// smaller, some pixels of photographs may have been bright.
func lookForDark(d *Data) []error {
	deep := d.Report != nil && d.Report.Deep
	dark := byte(63)
	switch {
	case deep:
		dark = 127
	case d.Report != nil && d.Report.Scaled:
		dark = 15
	}
	if v := brightest(d.Train, dark); v > 0 && v <= dark {
		return []error{&DarkWarning{d.Name, int(v), deep}}
	}
	return nil
}

// every reports whether all images are so.
func every(m *Images, so func(x []byte) bool) bool {
	for i := range m.Len() {
		if !so(m.At(i)) {
			return false
		}
	}
	return true
}

// brightest returns the largest byte of the images, or the first that is above enough.
func brightest(m *Images, enough byte) (v byte) {
	every(m, func(x []byte) bool {
		for _, b := range x {
			if v = max(v, b); v > enough {
				return false
			}
		}
		return true
	})
	return v
}
