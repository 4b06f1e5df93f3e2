package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/latent"
	"govae/picture"
)

func manifold(m *modelFlags) *cobra.Command {
	p := plane{modelFlags: m, output: outputFlags{app: m.app}}
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
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd) },
	}
	p.output.flags(cmd, "manifold.png")
	f := cmd.Flags()
	f.IntVar(&p.grid, "grid", 15, "number of images per side")
	f.IntSliceVar(&p.dims, "dims", []int{0, 1}, "the two latent dimensions `A,B`, the one to the right first")
	rangeFlag(cmd, &p.bounds, -4, 4, "`FIRST,LAST` value of both")
	f.StringVar(&p.at, "at", "", "image file whose code gives the other dimensions (default: 0)")
	p.framing.flags(f)
	return cmd
}

// plane is a lattice of two dimensions.
type plane struct {
	*modelFlags
	output  outputFlags
	grid    int
	dims    []int
	bounds  []float64
	at      string // an image, or empty
	framing framingFlags
}

func (p *plane) run(cmd *cobra.Command) error {
	if err := cmp.Or(
		cli.Between("--grid", p.grid, 2, 1000),
		checkRange("--range", p.bounds),
		checkDims(p.dims),
		cli.Belong(cmd.Flags(), p.at != "", "--at", "fit", "resize", "scale"),
		p.framing.check(),
		p.checkOutputs([]string{p.at}, p.output.out),
	); err != nil {
		return err
	}
	decoder, err := p.openDecoder()
	if err != nil {
		return err
	}
	defer decoder.Close()
	code, err := p.codeOf(cmd.Context(), decoder, p.at, p.framing)
	if err != nil {
		return err
	}
	options := latent.LatticeOptions{Dims: [2]int(p.dims), Range: [2]float64(p.bounds), Grid: p.grid, At: code}
	draw := func(path string, images picture.Images) error {
		return picture.Manifold(path, images, options.Dims, p.grid, p.bounds[0], p.bounds[1])
	}
	return p.output.write(decoder, p.grid*p.grid, draw, decoder.Manifold(cmd.Context(), options))
}

// checkDims finds mistakes in --dims, but for dimensions that the model lacks.
func checkDims(dims []int) error {
	return cli.Want(len(dims) == 2 && dims[0] != dims[1], "--dims: want two different dimensions, such as 0,1")
}
