package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/latent"
	"govae/picture"
)

func scatter(m *modelFlags) *cobra.Command {
	s := scattering{modelFlags: m}
	cmd := &cobra.Command{
		Use:   "scatter [IMAGE…]",
		Short: "Show where images lie in latent space",
		Long: `Encode images and draw the means of their codes as points, coloured by label.

A latent space of two dimensions is drawn as it is. Of one with more the picture
shows the two directions in which the points are most spread out (principal
components), with the share of the variance that each explains, or --dims. With
--by-class it shows the directions in which the means of the labels are most spread
out: a VAE spreads its points about evenly in all directions, but not its classes.`,
		Example: `  vae-infer scatter --data mnist
  vae-infer scatter --data mnist --by-class
  vae-infer scatter --data photos/ --dims 3,7 --out where.png`,
		RunE: func(cmd *cobra.Command, files []string) error { return s.run(cmd.Context(), files) },
	}
	s.in.flags(cmd, 0)
	cmd.Flags().StringVar(&s.out, "out", "scatter.png", "a .png file")
	cmd.Flags().IntSliceVar(&s.dims, "dims", nil, "two latent dimensions `A,B` to draw, such as 0,1, in place of principal components")
	cmd.Flags().BoolVar(&s.byClass, "by-class", false, "draw the plane in which the means of the labels are most spread out")
	return cmd
}

type scattering struct {
	*modelFlags
	in      inputFlags
	out     string
	dims    []int
	byClass bool
}

func (s *scattering) run(ctx context.Context, files []string) error {
	if err := cmp.Or(
		s.in.check(files),
		cli.Want(!s.byClass || len(s.dims) == 0, "--by-class and --dims exclude each other"),
		cli.When(len(s.dims) > 0, checkDims(s.dims)),
		cli.Ending("--out", s.out, ".png"),
		s.checkOutputs(append(files, s.in.data), s.out),
	); err != nil {
		return err
	}
	encoder, x, err := openFor(ctx, s.modelFlags, s.openEncoder, &s.in, files)
	if err != nil {
		return err
	}
	defer encoder.Close()
	if err := encoder.Space().CheckDims(s.dims...); err != nil {
		return err
	}
	if s.byClass && x.Labels == nil {
		return unlabelled(cmp.Or(s.in.data, "image files"), "--by-class")
	}
	p := s.app.Progress(x.Len(), "images")
	points, err := latent.Collect(latent.Means(cli.Counted(p, encoder.EncodeAll(ctx, x.All()))))
	p.Stop()
	if err != nil {
		return err
	}
	plane, err := s.plane(points, x.Labels, encoder.Noise())
	if err != nil {
		return err
	}
	plot := picture.ScatterPlot{XLabel: plane.X, YLabel: plane.Y, Labels: x.Labels, Classes: x.Classes}
	plot.X, plot.Y = plane.Project(points)
	if err := picture.Scatter(s.out, plot); err != nil {
		return err
	}
	s.app.Printf("%s: %d images, %s and %s", s.out, len(points), plane.X, plane.Y)
	return nil
}

// plane returns the plane that the flags ask for.
func (s *scattering) plane(points [][]float32, labels []int, noise []float64) (latent.Plane, error) {
	switch {
	case s.byClass:
		plane, err := latent.ClassPlane(points, labels, noise)
		if err != nil {
			err = fmt.Errorf("%s: %w; leave --by-class out, or give --dims", cmp.Or(s.in.data, "the images"), err)
		}
		return plane, err
	case len(s.dims) > 0:
		return latent.DimensionPlane(s.dims[0], s.dims[1]), nil
	default:
		return latent.WidestPlane(points, noise)
	}
}
