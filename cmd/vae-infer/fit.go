package main

import (
	"cmp"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/images"
)

// fitFlags say what becomes of images of another size than the model's.
type fitFlags struct {
	fit    string
	resize bool
}

func (f *fitFlags) flags(p *pflag.FlagSet) {
	p.StringVar(&f.fit, "fit", "", "how images of another size become the model's: crop, pad or stretch (default: as in training, else crop)")
	p.BoolVar(&f.resize, "resize", false, "the same as --fit stretch")
}

// check finds mistakes in the arguments.
func (f fitFlags) check() error {
	return cmp.Or(
		cli.Want(images.Fit(f.fit).Check() == nil, "--fit %s: want crop, pad or stretch", f.fit),
		cli.Want(!f.resize || f.fit == "" || f.fit == string(images.Stretch), "--fit %s and --resize, which is --fit stretch, exclude each other", f.fit),
	)
}

// asked is the fit that was asked for, if any.
func (f fitFlags) asked() images.Fit {
	if f.resize {
		return images.Stretch
	}
	return images.Fit(f.fit)
}
