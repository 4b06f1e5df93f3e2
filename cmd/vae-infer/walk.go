package main

import (
	"cmp"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/infer"
)

// walkFlags say where a walk through latent space goes without images as its ends.
type walkFlags struct {
	random  int    // points of the prior
	seed    uint64 // of these
	toLabel string // a class
	groups  groupsFlag
}

func (f *walkFlags) flags(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.random, "random", 0, "number of random latent points in place of images, drawn as new images are")
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "number that determines the points of --random")
	cmd.Flags().StringVar(&f.toLabel, "to-label", "", "`CLASS` of a conditional model to which the walk goes from --label; one point will do then")
	f.groups.flag(cmd, "keep this many of the finest groups of latent variables as they are in the first point")
}

func (f *walkFlags) check(given *pflag.FlagSet, pace string) error {
	const most = 100_000
	return cmp.Or(
		cli.Between("--random", f.random, 0, most),
		cli.Belong(given, f.random > 0, "--random", "seed"),
		cli.Want(f.toLabel == "" || pace != "image" || !given.Changed("pace"), "--pace image measures the images of one class: leave it out with --to-label"),
	)
}

// fix gives all points the first one's variables of the finest groups.
func (f *walkFlags) fix(decoder *infer.Decoder, way [][]float32) error {
	first, err := f.groups.first(decoder)
	if err != nil {
		return err
	}
	for _, z := range way[1:] {
		copy(z[first:], way[0][first:])
	}
	return nil
}

// alongClasses labels so many frames that go evenly from class to class.
func alongClasses(ends []int, frames int) infer.Label {
	return func(row int, weights []float32) error {
		at := float64(row) * float64(len(ends)-1) / float64(max(frames-1, 1))
		leg := min(int(at), len(ends)-2)
		return infer.Between(ends[leg], ends[leg+1], at-float64(leg))(row, weights)
	}
}
