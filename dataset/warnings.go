package dataset

import (
	"bytes"
	"context"
	"fmt"
)

// finished is a source whose images are looked at, for what is odd about them.
type finished struct {
	Source
	scaled bool
}

func (s finished) Load(ctx context.Context) (*Data, error) {
	d, err := s.Source.Load(ctx)
	if err != nil {
		return nil, err
	}
	d.Warnings = append(d.Warnings, lookForAlike(d.Name, d.Train)...)
	if !s.scaled { // else the user knows
		d.Warnings = append(d.Warnings, lookForDark(d.Name, d.Train, d.Report != nil && d.Report.Deep)...)
	}
	return d, nil
}

// DarkWarning says that no pixel of a source is brighter than a few steps above black, as in masks
// that are stored as the numbers of their classes, or that files of 16 bits leave half of the
// range or more unused, as those of cameras with 12 bits. [Options].Scale makes them visible.
type DarkWarning struct {
	Name string // the source
	Max  int    // the largest byte, from 1 to 15, or to 127 of files of 16 bits
	Deep bool   // there are such files
}

// Scale is the largest whole factor that leaves all pixels in range. Where images have been made
// smaller, single pixels of the files may be too bright for it.
func (w *DarkWarning) Scale() int {
	if w.Deep {
		return 256 / (w.Max + 1)
	}
	return 255 / w.Max
}

func (w *DarkWarning) Error() string {
	if w.Deep {
		return fmt.Sprintf("%s: no pixel is above %d of 255, so that the images are dark: values of fewer than 16 bits in files of 16 need a scale of %d", w.Name, w.Max, w.Scale())
	}
	return fmt.Sprintf("%s: no pixel is above %d of 255, so that the images are nearly black: masks that are stored as numbers need a scale of %d", w.Name, w.Max, w.Scale())
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

// lookForDark returns a [*DarkWarning] if it holds for the images.
func lookForDark(name string, m *Images, deep bool) []error {
	dark := byte(15)
	if deep {
		dark = 127
	}
	if v := brightest(m, dark); v > 0 && v <= dark {
		return []error{&DarkWarning{name, int(v), deep}}
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
