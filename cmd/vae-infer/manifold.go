package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/latent"
	"govae/picture"
)

func manifold(m *modelFlags) *cobra.Command {
	o := outputFlags{app: m.app}
	var grid int
	var dims []int
	var bounds []float64
	var at string
	var fit fitFlags
	var scale scaleFlag
	cmd := &cobra.Command{
		Use:   "manifold",
		Short: "Decode a lattice of two latent dimensions",
		Long: `Decode a square lattice of two latent dimensions.

The first dimension grows to the right and the second upwards. All others are 0, or
as in the code of the image --at. The first image is the top left one.`,
		Example: `  vae-infer manifold
  vae-infer manifold --dims 3,7 --at one.png
  vae-infer manifold --range -3,3 --grid 21 --out plane.png`,
		Args: cli.NoArgs(""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(
				cli.Between("--grid", grid, 2, 1000),
				checkRange("--range", bounds),
				checkDims(dims),
				cli.Belong(cmd.Flags(), at != "", "--at", "fit", "resize", "scale"),
				fit.check(),
				scale.check(),
				m.checkOutputs([]string{at}, o.out),
			); err != nil {
				return err
			}
			decoder, err := m.openDecoder()
			if err != nil {
				return err
			}
			defer decoder.Close()
			code, err := m.codeOf(cmd.Context(), decoder, at, fit, scale)
			if err != nil {
				return err
			}
			options := latent.LatticeOptions{Dims: [2]int(dims), Range: [2]float64(bounds), Grid: grid, At: code}
			draw := func(path string, images picture.Images) error {
				return picture.Manifold(path, images, options.Dims, grid, bounds[0], bounds[1])
			}
			return o.write(decoder, grid*grid, draw, decoder.Manifold(cmd.Context(), options))
		},
	}
	o.flags(cmd, "manifold.png")
	cmd.Flags().IntVar(&grid, "grid", 15, "number of images per side")
	cmd.Flags().IntSliceVar(&dims, "dims", []int{0, 1}, "the two latent dimensions `A,B`, the one to the right first")
	rangeFlag(cmd, &bounds, -4, 4, "`FIRST,LAST` value of both")
	cmd.Flags().StringVar(&at, "at", "", "image file whose code gives the other dimensions (default: 0)")
	fit.flags(cmd.Flags())
	scale.flags(cmd.Flags())
	return cmd
}

// checkDims finds mistakes in --dims, but for dimensions that the model lacks.
func checkDims(dims []int) error {
	return cli.Want(len(dims) == 2 && dims[0] != dims[1], "--dims: want two different dimensions, such as 0,1")
}
