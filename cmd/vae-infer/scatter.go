package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/latent"
	"govae/picture"
)

func scatter(m *modelFlags) *cobra.Command {
	in := inputFlags{}
	var out string
	var dims []int
	var byClass bool
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
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := cmp.Or(
				in.check(files),
				cli.Want(!byClass || len(dims) == 0, "--by-class and --dims exclude each other"),
				cli.When(len(dims) > 0, checkDims(dims)),
				cli.Want(strings.ToLower(filepath.Ext(out)) == ".png", "--out %s: want a .png file", out),
				m.checkOutputs(append(files, in.data), out),
			); err != nil {
				return err
			}
			encoder, x, err := openFor(cmd.Context(), m, m.openEncoder, &in, files)
			if err != nil {
				return err
			}
			defer encoder.Close()
			if err := encoder.Space().CheckDims(dims...); err != nil {
				return err
			}
			if byClass && x.Labels == nil {
				return unlabelled(cmp.Or(in.data, "image files"), "--by-class")
			}
			p := m.app.Progress(x.Len(), "images")
			points, err := latent.Collect(latent.Means(cli.Counted(p, encoder.EncodeAll(cmd.Context(), x.All()))))
			p.Stop()
			if err != nil {
				return err
			}
			var plane latent.Plane
			switch {
			case byClass:
				if plane, err = latent.ClassPlane(points, x.Labels, encoder.Noise()); err != nil {
					err = fmt.Errorf("%s: %w; leave --by-class out, or give --dims", cmp.Or(in.data, "the images"), err)
				}
			case len(dims) > 0:
				plane = latent.DimensionPlane(dims[0], dims[1])
			default:
				plane, err = latent.WidestPlane(points, encoder.Noise())
			}
			if err != nil {
				return err
			}
			s := picture.ScatterPlot{XLabel: plane.X, YLabel: plane.Y, Labels: x.Labels, Classes: x.Classes}
			s.X, s.Y = plane.Project(points)
			if err := picture.Scatter(out, s); err != nil {
				return err
			}
			m.app.Printf("%s: %d images, %s and %s", out, len(points), s.XLabel, s.YLabel)
			return nil
		},
	}
	in.flags(cmd, 0)
	cmd.Flags().StringVar(&out, "out", "scatter.png", "a .png file")
	cmd.Flags().IntSliceVar(&dims, "dims", nil, "two latent dimensions `A,B` to draw, such as 0,1, in place of principal components")
	cmd.Flags().BoolVar(&byClass, "by-class", false, "draw the plane in which the means of the labels are most spread out")
	return cmd
}
