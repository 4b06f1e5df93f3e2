package main

import (
	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
)

// scaleFlag multiplies the pixels of images, otherwise than in training where it is not 0.
type scaleFlag struct {
	scale float64
	of    *pflag.FlagSet
}

func (f *scaleFlag) flags(p *pflag.FlagSet) {
	f.of = p
	p.Float64Var(&f.scale, "scale", 0, "multiply pixels by this `FACTOR`, such as 255 for masks of 0 and 1, or 1 (default: as in training)")
}

// check finds mistakes in the argument.
func (f scaleFlag) check() error {
	return cli.Want((f.scale > 0 || !f.of.Changed("scale")) && f.scale <= 255, "--scale %v: want a factor up to 255", f.scale)
}

// warn prints what a user should know of images that were read.
func warn(app *cli.App, warnings []error) {
	for _, w := range warnings {
		app.Notef("vae-infer: %v", advise(w))
	}
}
