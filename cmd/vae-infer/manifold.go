package main

import (
	"github.com/spf13/cobra"

	"govae/internal/cli"
	"govae/internal/picture"
)

func manifold(m *modelFlags) *cobra.Command {
	o := outputFlags{app: m.app}
	var grid int
	var bounds []float64
	cmd := &cobra.Command{
		Use:   "manifold",
		Short: "Decode a lattice of a two-dimensional latent space",
		Long: `Decode a square lattice of a two-dimensional latent space.

z[0] grows to the right and z[1] upwards. The first image is the top left one.`,
		Example: `  vae-infer manifold
  vae-infer manifold --range -3,3 --grid 21 --out plane.png`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if grid < 2 || grid > 1000 {
				return cli.Usagef("--grid %d: want a number from 2 to 1000", grid)
			}
			if len(bounds) != 2 || !(bounds[0] < bounds[1]) || bounds[1]-bounds[0] > 1e6 {
				return cli.Usagef("--range: want two numbers, the smaller first, such as -4,4")
			}
			lo, hi := bounds[0], bounds[1]
			decoder, err := m.open(m.decoder)
			if err != nil {
				return err
			}
			defer decoder.Close()
			images, err := decoder.Manifold(cmd.Context(), grid, lo, hi)
			if err != nil {
				return err
			}
			draw := func(path string, images picture.Images) error {
				return picture.Manifold(path, images, grid, lo, hi)
			}
			return o.write(decoder, images.Len(), draw, images.All())
		},
	}
	o.flags(cmd, "manifold.png")
	cmd.Flags().IntVar(&grid, "grid", 15, "number of images a side")
	cmd.Flags().Float64SliceVar(&bounds, "range", []float64{-4, 4}, "first and last value of both coordinates")
	return cmd
}
