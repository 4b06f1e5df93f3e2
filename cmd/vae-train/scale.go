package main

import (
	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
)

// addScale adds the flag for images that are stored darker than they are meant.
func (f *flags) addScale(p *pflag.FlagSet) {
	p.Float64Var(&f.scale, "scale", 1, "multiply pixels by this `FACTOR`: 255 makes masks of 0 and 1 black and white, 16 uses the range of 12 bits in files of 16")
}

// warn prints what a user should know of images that were read.
func warn(app *cli.App, warnings []error) {
	for _, w := range warnings {
		app.Notef("vae-train: %v", advice.Add(w, advices()...))
	}
}
