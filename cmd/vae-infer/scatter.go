package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/internal/cli"
	"govae/internal/picture"
	"govae/latent"
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
			var problem error // of dimensions that are given
			if len(dims) > 0 {
				problem = checkDims(dims)
			}
			if err := cmp.Or(
				in.check(files),
				cli.Want(!byClass || len(dims) == 0, "--by-class and --dims exclude each other"),
				problem,
				cli.Want(strings.ToLower(filepath.Ext(out)) == ".png", "--out %s: want a .png file", out),
				m.checkOutputs(append(files, in.data), out),
			); err != nil {
				return err
			}
			encoder, err := m.openEncoder()
			if err != nil {
				return err
			}
			defer encoder.Close()
			x, err := in.load(cmd.Context(), encoder.Shape(), files)
			if err != nil {
				return err
			}
			if err := encoder.Space().CheckDims(dims...); err != nil {
				return err
			}
			if byClass && x.Labels == nil {
				return unlabelled(cmp.Or(in.data, "image files"), "--by-class")
			}
			p := m.app.Progress(x.Len(), "images")
			defer p.Stop()
			points, err := latent.Collect(latent.Means(cli.Counted(p, encoder.EncodeAll(cmd.Context(), x.All()))))
			if err != nil {
				return err
			}
			p.Stop()
			var s picture.ScatterPlot
			switch {
			case byClass:
				means, err := latent.ClassMeans(latent.Of(points...), x.Labels)
				if err != nil {
					return err
				}
				means = slices.DeleteFunc(means, func(z []float32) bool { return z == nil })
				s, err = principal(points, means, "the class means' variance")
				if err != nil {
					return err
				}
			case len(dims) == 0 && encoder.Latent() > 2:
				if s, err = principal(points, points, "the variance"); err != nil {
					return err
				}
			default:
				if len(dims) == 0 {
					dims = []int{0, 1}
				}
				for _, z := range points {
					s.X, s.Y = append(s.X, float64(z[dims[0]])), append(s.Y, float64(z[dims[1]]))
				}
				s.XLabel, s.YLabel = fmt.Sprintf("z[%d]", dims[0]), fmt.Sprintf("z[%d]", dims[1])
			}
			s.Labels, s.Classes = x.Labels, x.Classes
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

// principal places points in the principal plane of others, or of themselves.
func principal(points, of [][]float32, variance string) (s picture.ScatterPlot, err error) {
	plane, err := latent.FitPrincipal(of)
	if err != nil {
		return s, err
	}
	s.X, s.Y = plane.ProjectAll(points)
	s.XLabel = fmt.Sprintf("first principal component (%.0f %% of %s)", 100*plane.Share[0], variance)
	s.YLabel = fmt.Sprintf("second principal component (%.0f %%)", 100*plane.Share[1])
	return s, nil
}
