package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/latent"
	"govae/picture"
)

func interpolate(m *modelFlags) *cobra.Command {
	o, in := outputFlags{app: m.app}, inputFlags{}
	var texts []string
	var from string
	var steps int
	var pathName, pace string
	var spherical, loop bool
	var walker walkFlags
	cmd := &cobra.Command{
		Use:   "interpolate [IMAGE…]",
		Short: "Walk from image to image through latent space",
		Long: `Walk through latent space from one image to the next.

The points of the walk are the means of the images' codes, or latent points given
with --z, as a .npy file or by chance with --random. Each leg, from one point to the next, has --steps frames, both its ends
among them; where two legs meet there is one frame, so that three points and 16
steps give 31 frames. Frames are equally far apart as images, or with --pace latent
as latent points. With --to-label the class of a conditional model changes evenly on the way
from --label, and equal steps are those of latent points. A .png shows each leg in a row, a .gif moves through all.`,
		Example: `  vae-infer interpolate one.png two.png three.png
  vae-infer interpolate --data mnist --index 3,17 --loop --out morph.gif
  vae-infer interpolate --random 5 --seed 7 --loop --out morph.gif
  vae-infer interpolate --random 1 --label 3 --to-label 7
  vae-infer interpolate --z 0,0 --z 1,2 --spherical --steps 8 --out path.npy`,
		RunE: func(cmd *cobra.Command, files []string) error {
			path := latent.Linear
			if spherical || pathName == "spherical" {
				path = latent.Spherical
			}
			images, points := len(files) > 0 || in.data != "", len(texts) > 0 || from != "" || walker.random > 0
			if err := cmp.Or(
				cli.When(!points, in.check(files)),
				cli.Want(!points || !images && one(len(texts) > 0, from != "", walker.random > 0), "give either images, or latent points by --z, or a file of them by --from, or --random"),
				cli.Want(!points || len(in.index) == 0 && !in.given.Changed("limit"), "--index and --limit choose images of --data; --z, --from and --random give the points themselves"),
				walker.check(pace, cmd.Flags().Changed("pace")),
				cli.Between("--steps", steps, 2, 100_000),
				cli.OneOf("--path", pathName, "linear", "spherical"),
				cli.OneOf("--pace", pace, "image", "latent"),
				cli.Want(!(spherical && cmd.Flags().Changed("path") && pathName == "linear"), "--spherical and --path linear exclude each other"),
				m.checkOutputs(append(files, in.data, from), o.out),
			); err != nil {
				return err
			}
			decoder, err := m.openDecoder()
			if err != nil {
				return err
			}
			defer decoder.Close()
			var way [][]float32
			if walker.random > 0 {
				way, err = walker.points(decoder)
			} else {
				way, err = m.waypoints(cmd.Context(), decoder, texts, from, func() (dataset.Selection, error) {
					return in.load(cmd.Context(), m.app, decoder, files)
				})
			}
			if err != nil {
				return err
			}
			if len(way) == 1 && walker.toLabel != "" {
				way = append(way, way[0])
			}
			if len(way) < 2 {
				return cli.Usagef("one image or latent point is no way to go: give two or more")
			}
			if err := walker.fix(decoder, way); err != nil {
				return err
			}
			if loop {
				way = append(way, way[0])
			}
			walk := latent.Interpolate(latent.Of(way...), steps, path)
			if pace == "image" && walker.toLabel == "" {
				walk = decoder.InterpolateEvenly(cmd.Context(), latent.Of(way...), steps, path)
			}
			frames := (len(way)-1)*(steps-1) + 1
			if decoder, err = walker.labelled(m, decoder, frames, loop); err != nil {
				return err
			}
			if loop && strings.ToLower(filepath.Ext(o.out)) == ".gif" {
				frames-- // it begins again with the first one, which the last one is
			}
			return o.write(decoder, frames, picture.Legs(steps), decoder.DecodeAll(cmd.Context(), latent.Head(frames, walk)))
		},
	}
	o.flags(cmd, "interpolation.png")
	in.flags(cmd, 4)
	in.indexFlag(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&texts, "z", nil, "a latent `POINT`, such as 0.5,-1, in place of images (repeatable)")
	f.StringVar(&from, "from", "", "a .npy file of latent points, as encode writes it, in place of images")
	walker.flags(cmd)
	f.IntVar(&steps, "steps", 16, "frames of each leg, both ends among them")
	f.StringVar(&pathName, "path", "linear", "way from point to point: linear, or spherical, which keeps the distance from the origin")
	f.BoolVar(&spherical, "spherical", false, "short for --path spherical")
	f.StringVar(&pace, "pace", "image", "equal steps of what: image, for an even motion, or latent, for points equally far apart")
	f.BoolVar(&loop, "loop", false, "come back to the first point in the end")
	return cmd
}

// one reports whether exactly one of the conditions holds.
func one(conditions ...bool) bool {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n == 1
}

// waypoints returns the points that a walk goes through: those given as texts, those
// of a file, or else the codes of images.
func (m *modelFlags) waypoints(ctx context.Context, decoder *infer.Decoder, texts []string, from string, images func() (dataset.Selection, error)) (points [][]float32, err error) {
	switch {
	case texts != nil:
		if points, err = decoder.Space().ParsePoints(texts...); err != nil {
			return nil, cli.Usagef("--z %w", err)
		}
		return points, nil
	case from != "":
		if err := decoder.TakesCodes(); err != nil {
			return nil, err
		}
		return latent.ReadPoints(from, decoder.Latent())
	}
	x, err := images()
	if err != nil {
		return nil, err
	}
	return m.means(ctx, decoder, x)
}
