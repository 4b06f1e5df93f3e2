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
	t := traversal{modelFlags: m, o: outputFlags{app: m.app}}
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
				cli.Belong(cmd.Flags(), t.in.data != "", "--data", "split", "limit", "skip-bad"),
				cli.Belong(cmd.Flags(), t.in.data != "" || t.at != "", "--data and --at", "fit", "resize", "scale"),
				t.check(),
			); err != nil {
				return err
			}
			return t.run(cmd.Context())
		},
	}
	t.o.flags(cmd, "traversal.png")
	t.in.flags(cmd, 1000)
	cmd.Flags().IntVar(&t.steps, "steps", 11, "images per row")
	cmd.Flags().IntVar(&t.top, "top", 0, "number of dimensions, 0 for all")
	t.groups.flag(cmd, "walk along the dimensions of all but this many of the finest groups of latent variables")
	rangeFlag(cmd, &t.bounds, -3, 3, "`FIRST,LAST` value of each dimension")
	cmd.Flags().StringVar(&t.at, "at", "", "image file whose code gives the other dimensions (default: 0)")
	return cmd
}

type traversal struct {
	*modelFlags
	o          outputFlags
	in         inputFlags
	groups     groupsFlag
	steps, top int
	bounds     []float64
	at         string // an image file, or empty
}

func (t *traversal) check() error {
	return cmp.Or(
		checkRange("--range", t.bounds),
		cli.Between("--steps", t.steps, 2, 1000),
		cli.Want(t.top >= 0, "--top %d: want a number of dimensions, or 0 for all", t.top),
		cli.When(t.in.data != "", t.in.check(nil)),
		t.in.framingFlags.check(),
		cli.Want(t.in.limit >= 0, "--limit %d: want a number of images, or 0 for all", t.in.limit),
		t.checkOutputs([]string{t.in.data, t.at}, t.o.out),
	)
}

func (t *traversal) run(ctx context.Context) error {
	decoder, err := t.openDecoder()
	if err != nil {
		return err
	}
	defer decoder.Close()
	code, err := t.codeOf(ctx, decoder, t.at, t.in.framingFlags)
	if err != nil {
		return err
	}
	activity, meaning, err := t.activity(ctx, decoder, t.in, code)
	if err != nil {
		return err
	}
	first, err := t.groups.first(decoder)
	if err != nil {
		return err
	}
	dims := slices.DeleteFunc(activity.Order(), func(k int) bool { return k >= first })
	if t.top > 0 {
		dims = dims[:min(t.top, len(dims))]
	}
	labels := picture.RowLabels{Title: "activity: " + meaning, Columns: latent.Linspace(t.bounds[0], t.bounds[1], t.steps), X: "value of the dimension"}
	for _, k := range dims {
		labels.Rows = append(labels.Rows, fmt.Sprintf("z[%d]  %#.2g", k, activity[k]))
	}
	draw := func(path string, images picture.Images) error { return picture.Rows(path, images, labels) }
	t.app.Printf("order by activity: %s", meaning)
	options := latent.LineOptions{Dims: dims, Range: [2]float64(t.bounds), Steps: t.steps, At: code}
	return t.o.write(decoder, len(dims)*t.steps, draw, decoder.Traverse(ctx, options))
}

// activity returns how active the latent dimensions are, measured on the images of --data if they
// are given, and a line that says what the numbers mean.
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
