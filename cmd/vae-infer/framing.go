package main

import (
	"cmp"

	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/images"
)

// framingFlags say how pictures become images of the model's size.
type framingFlags struct {
	fit    string
	resize bool
	scale  float64
	of     *pflag.FlagSet
}

func (f *framingFlags) flags(p *pflag.FlagSet) {
	f.of = p
	p.StringVar(&f.fit, "fit", "", "how images of another size become the model's: crop, pad or stretch (default: as in training, else crop)")
	p.BoolVar(&f.resize, "resize", false, "the same as --fit stretch")
	p.Float64Var(&f.scale, "scale", 0, "multiply pixels by this `FACTOR`, such as 255 for masks of 0 and 1, or 1 (default: as in training)")
}

// check finds mistakes in the arguments.
func (f framingFlags) check() error {
	return cmp.Or(
		cli.Want(images.Fit(f.fit).Check() == nil, "--fit %s: want crop, pad or stretch", f.fit),
		cli.Want(!f.resize || f.fit == "" || f.fit == string(images.Stretch), "--fit %s and --resize, which is --fit stretch, exclude each other", f.fit),
		cli.Want((f.scale > 0 || !f.of.Changed("scale")) && f.scale <= 255, "--scale %v: want a factor up to 255", f.scale),
	)
}

// asked is the fit that the flags ask for, if any.
func (f framingFlags) asked() images.Fit {
	if f.resize {
		return images.Stretch
	}
	return images.Fit(f.fit)
}
