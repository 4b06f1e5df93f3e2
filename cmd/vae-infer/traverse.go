package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/latent"
	"govae/picture"
)

func traverse(m *modelFlags) *cobra.Command {
	o, in := outputFlags{app: m.app}, inputFlags{}
	var steps, top int
	var bounds []float64
	var at string
	var groups groupsFlag
	cmd := &cobra.Command{
		Use:   "traverse",
		Short: "Walk along each latent dimension, the most active first",
		Long: `Walk along each latent dimension, one row per dimension, the most active first.

On the way the other dimensions are 0, or as in the code of the image --at. How
active a dimension is, is what it tells of an image, in nats: of the images of --data,
else as the file gives it for the training images. Of a file that does not know the noise
of its codes it is the variance of the means, and where there are neither images nor that,
how much the decoder's image changes between -1 and 1.`,
		Example: `  vae-infer traverse --data mnist
  vae-infer traverse --at one.png --top 5 --range -4,4
  vae-infer traverse --top 1 --steps 30 --out dimension.gif`,
		Args: cli.NoArgs(""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(
				checkRange("--range", bounds),
				cli.Between("--steps", steps, 2, 1000),
				cli.Want(top >= 0, "--top %d: want a number of dimensions, or 0 for all", top),
				cli.When(in.data != "", in.check(nil)),
				cli.Belong(cmd.Flags(), in.data != "", "--data", "split", "limit", "skip-bad"),
				cli.Belong(cmd.Flags(), in.data != "" || at != "", "--data and --at", "fit", "resize", "scale"),
				in.fitFlags.check(),
				in.scaleFlag.check(),
				cli.Want(in.limit >= 0, "--limit %d: want a number of images, or 0 for all", in.limit),
				m.checkOutputs([]string{in.data, at}, o.out),
			); err != nil {
				return err
			}
			decoder, err := m.openDecoder()
			if err != nil {
				return err
			}
			defer decoder.Close()
			code, err := m.codeOf(cmd.Context(), decoder, at, in.fitFlags, in.scaleFlag)
			if err != nil {
				return err
			}
			activity, meaning, err := m.activity(cmd.Context(), decoder, in, code)
			if err != nil {
				return err
			}
			first, err := groups.first(decoder)
			if err != nil {
				return err
			}
			dims := slices.DeleteFunc(activity.Order(), func(k int) bool { return k >= first })
			if top > 0 {
				dims = dims[:min(top, len(dims))]
			}
			options := latent.LineOptions{Dims: dims, Range: [2]float64(bounds), Steps: steps, At: code}
			labels := picture.RowLabels{Title: "activity: " + meaning, Columns: latent.Linspace(bounds[0], bounds[1], steps), X: "value of the dimension"}
			for _, k := range dims {
				labels.Rows = append(labels.Rows, fmt.Sprintf("z[%d]  %#.2g", k, activity[k]))
			}
			draw := func(path string, images picture.Images) error { return picture.Rows(path, images, labels) }
			m.app.Printf("order by activity: %s", meaning)
			return o.write(decoder, len(dims)*steps, draw, decoder.Traverse(cmd.Context(), options))
		},
	}
	o.flags(cmd, "traversal.png")
	in.flags(cmd, 1000)
	cmd.Flags().IntVar(&steps, "steps", 11, "images per row")
	cmd.Flags().IntVar(&top, "top", 0, "number of dimensions, 0 for all")
	groups.flag(cmd, "walk along the dimensions of all but this many of the finest groups of latent variables")
	rangeFlag(cmd, &bounds, -3, 3, "`FIRST,LAST` value of each dimension")
	cmd.Flags().StringVar(&at, "at", "", "image file whose code gives the other dimensions (default: 0)")
	return cmd
}

// activity tells how active the latent dimensions are, by the images of --data where
// there are any, and says what the numbers mean.
func (m *modelFlags) activity(ctx context.Context, decoder *infer.Decoder, in inputFlags, code []float32) (latent.Activity, string, error) {
	if in.data == "" {
		return decoder.Activity(ctx, code)
	}
	x, err := in.load(ctx, m.app, decoder, nil)
	if err != nil {
		return nil, "", err
	}
	means, err := m.means(ctx, decoder, x)
	if err != nil {
		return nil, "", err
	}
	activity, err := latent.MeasureActivity(latent.Of(means...), decoder.Noise())
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", in.data, err)
	}
	meaning := "variance of the means of %d images"
	if decoder.Noise() != nil {
		meaning = "nats that a dimension tells of %d images"
	}
	return activity, fmt.Sprintf(meaning, x.Len()), nil
}
