package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/images"
	"govae/models"
)

// sourceFlags say how images are read.
type sourceFlags struct {
	size, fit, background string
	gray, skipBad         bool
}

func (f *sourceFlags) flags(p *pflag.FlagSet) {
	p.StringVar(&f.size, "size", "", "height and width `HxW` of the images, or one number for both (default: chosen from the files, at most 64)")
	p.StringVar(&f.fit, "fit", auto, "how images of other proportions fit in: crop, pad, stretch or auto (pad where most are cut out, with transparent parts, else crop)")
	p.BoolVar(&f.gray, "gray", false, "make the images gray")
	p.StringVar(&f.background, "background", auto, "colour under transparent images and beside padded ones: a name, #rrggbb or auto")
	p.BoolVar(&f.skipBad, "skip-bad", false, "leave out image files that cannot be read")
}

// options checks the flags and completes o from them.
func (f *sourceFlags) options(o dataset.Options) (dataset.Options, error) {
	var err error
	if f.size != "" {
		if o.Shape, err = parseSize(f.size); err != nil {
			return o, cli.Usagef("--size %s: %w", f.size, err)
		}
	}
	if f.gray {
		o.Shape.C = 1
	}
	o.SkipBad = f.skipBad
	if f.fit != auto {
		o.Fit = images.Fit(f.fit)
	}
	if err := o.Fit.Check(); err != nil {
		return o, cli.Usagef("--fit %s: %w", f.fit, err)
	}
	if f.background != auto {
		background, err := images.ParseRGB(f.background)
		if err != nil {
			return o, cli.Usagef("--background: %w", err)
		}
		o.Background = &background
	}
	return o, nil
}

// checkPictures refuses flags that do nothing but for a folder of pictures.
func (f *flags) checkPictures(data *dataset.Data) error {
	if data.Report != nil || f.resume {
		return nil
	}
	s := f.source
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"skip-bad", s.skipBad}, {"no-cache", f.noCache},
		{"fit", s.fit != auto && s.size == ""}, {"background", s.background != auto && !(s.fit == string(images.Pad) && s.size != "")},
	} {
		if flag.given && !slices.Contains(f.filed, flag.name) { // a file may be of another run
			return cli.Usagef("--%s: belongs to folders of pictures, and %s is none", flag.name, f.data)
		}
	}
	return nil
}

// asStarted completes o with what a run chose when it was started, so that one that goes on gets
// the same images.
func (f *sourceFlags) asStarted(o dataset.Options, started *models.Config) dataset.Options {
	o.Shape = started.Image
	o.Fit = cmp.Or(o.Fit, started.Fit)
	if o.Background == nil {
		o.Background = &started.Background
	}
	return o
}

// parseSize reads 48x64, height and width, or one number for both.
func parseSize(text string) (s dataset.Shape, err error) {
	const most = 4096 // a side; a product of two would not overflow
	h, w, two := strings.Cut(text, "x")
	if !two {
		w = h
	}
	var errH, errW error
	s.H, errH = strconv.Atoi(h)
	s.W, errW = strconv.Atoi(w)
	if errH != nil || errW != nil || s.H < 1 || s.W < 1 || s.H > most || s.W > most || s.H*s.W > dataset.MaxPixels {
		return s, fmt.Errorf("want a height and a width, such as 48x64, or one number for both, of at most %d pixels in all and %d a side", dataset.MaxPixels, most)
	}
	return s, nil
}
