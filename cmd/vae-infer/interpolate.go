package main

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/latent"
	"govae/picture"
)

func interpolate(m *modelFlags) *cobra.Command {
	w := walk{modelFlags: m, output: outputFlags{app: m.app}}
	cmd := &cobra.Command{
		Use:   "interpolate [IMAGE…]",
		Short: "Walk from image to image through latent space",
		Long: `Walk through latent space from one image to the next.

The points of the walk are the means of the images' codes, or latent points given
with --z, as a .npy file or by chance with --random. Each leg, from one point to the
next, has --steps frames, both its ends among them; where two legs meet there is one
frame, so that three points and 16 steps give 31 frames. Frames are equally far apart
as images, or with --pace latent as latent points. A conditional model takes images as
what they are, or as --label. Where their classes differ, and with --to-label, the class
changes evenly on the way, and equal steps are those of latent points. With --to-label one point
will do, which moves as in edit. Points of --random are drawn as sampler.onnx beside the decoder
draws them, or from N(0, I) where there is none. (A walk through sampler.onnx itself jumps from
image to image.) A .png shows each leg in a row, a .gif moves through all.`,
		Example: `  vae-infer interpolate one.png two.png three.png
  vae-infer interpolate --data mnist --index 3,17 --loop --out morph.gif
  vae-infer interpolate --random 5 --seed 7 --loop --out morph.gif
  vae-infer interpolate --random 1 --label 3 --to-label 7
  vae-infer interpolate --z 0,0 --z 1,2 --spherical --steps 8 --out path.npy`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := w.check(files); err != nil {
				return err
			}
			return w.run(cmd.Context(), files)
		},
	}
	w.output.flags(cmd, "interpolation.png")
	w.in.flags(cmd, 4)
	w.in.indexFlag(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&w.texts, "z", nil, "a latent `POINT`, such as 0.5,-1, in place of images (repeatable)")
	f.StringVar(&w.from, "from", "", "a .npy file of latent points, as encode writes it, in place of images")
	w.walker.flags(cmd)
	f.IntVar(&w.steps, "steps", 16, "frames of each leg, both ends among them")
	f.StringVar(&w.path, "path", "linear", "way from point to point: linear, or spherical, which keeps the distance from the origin")
	f.BoolVar(&w.spherical, "spherical", false, "short for --path spherical")
	f.StringVar(&w.pace, "pace", "image", "equal steps of what: image, for an even motion, or latent, for points equally far apart")
	f.BoolVar(&w.loop, "loop", false, "come back to the first point in the end")
	return cmd
}

// walk is a way through latent space, from image to image or from point to point.
type walk struct {
	*modelFlags
	in              inputFlags
	texts           []string // of points
	from            string   // a file of points
	walker          walkFlags
	steps           int
	path, pace      string
	spherical, loop bool
	output          outputFlags
	classes         []int // of the images between which it goes, of a conditional model without --label
}

func (w *walk) check(files []string) error {
	images, points, given := len(files) > 0 || w.in.data != "", len(w.texts) > 0 || w.from != "" || w.walker.random > 0, w.in.given
	return cmp.Or(
		cli.When(!points, w.in.check(files)),
		cli.Want(!points || !images && one(len(w.texts) > 0, w.from != "", w.walker.random > 0), "give either images, or latent points by --z, or a file of them by --from, or --random"),
		cli.Want(!points || len(w.in.index) == 0 && !given.Changed("limit"), "--index and --limit choose images of --data; --z, --from and --random give the points themselves"),
		w.in.belong(!points),
		w.walker.check(given, w.pace),
		cli.Between("--steps", w.steps, 2, 100_000),
		cli.OneOf("--path", w.path, "linear", "spherical"),
		cli.OneOf("--pace", w.pace, "image", "latent"),
		cli.Want(!(w.spherical && given.Changed("path") && w.path == "linear"), "--spherical and --path linear exclude each other"),
		w.checkOutputs(append(files, w.in.data, w.from), w.output.out),
	)
}

func (w *walk) run(ctx context.Context, files []string) error {
	open := w.openDecoder
	if w.label == "" && (w.in.data != "" || len(files) > 0) { // each image has its class
		open = w.openUnlabelled
	}
	decoder, err := open()
	if err != nil {
		return err
	}
	defer decoder.Close()
	way, err := w.way(ctx, decoder, files)
	if err != nil {
		return err
	}
	path := latent.Linear
	if w.spherical || w.path == "spherical" {
		path = latent.Spherical
	}
	frames := (len(way)-1)*(w.steps-1) + 1
	decoder, even, err := w.labelled(decoder, frames)
	if err != nil {
		return err
	}
	points := latent.Interpolate(latent.Of(way...), w.steps, path)
	if w.pace == "image" && even {
		points = decoder.InterpolateEvenly(ctx, latent.Of(way...), w.steps, path)
	}
	if w.loop && strings.ToLower(filepath.Ext(w.output.out)) == ".gif" {
		frames-- // the last frame would be the first one again
	}
	return w.output.write(decoder, frames, picture.Legs(w.steps), decoder.DecodeAll(ctx, latent.Head(frames, points)))
}

// labelled returns the decoder for so many frames. With --to-label, or between images of different
// classes, its label goes from class to class. even reports whether all frames are of one class, so
// that they can be compared.
func (w *walk) labelled(decoder *infer.Decoder, frames int) (labelled *infer.Decoder, even bool, err error) {
	ends := w.classes
	if w.walker.toLabel != "" {
		to, err := targetClass(decoder, w.walker.toLabel)
		if err != nil {
			return nil, false, err
		}
		from, err := decoder.Class(w.label)
		if err != nil {
			return nil, false, err
		}
		ends = []int{from, to}
	}
	if ends == nil {
		return decoder, true, nil
	}
	if w.loop {
		ends = append(slices.Clip(ends), ends[0])
	}
	even = w.walker.toLabel == "" && slices.Max(ends) == slices.Min(ends)
	if !even && w.in.given.Changed("pace") && w.pace == "image" {
		return nil, false, cli.Usagef("--pace image measures the images of one class, and these are of several: leave it out, or give --label")
	}
	labelled, err = decoder.WithLabel(alongClasses(ends, frames))
	return labelled, even, err
}

// way returns the points between which the legs are.
func (w *walk) way(ctx context.Context, decoder *infer.Decoder, files []string) ([][]float32, error) {
	way, err := w.given(ctx, decoder, files)
	if err != nil {
		return nil, err
	}
	if len(way) == 1 && w.walker.toLabel != "" {
		if way, err = w.acrossClasses(decoder, way[0]); err != nil {
			return nil, err
		}
	}
	if len(way) < 2 {
		return nil, cli.Usagef("a walk needs two images or latent points, or more, and one is given")
	}
	if err := w.walker.fix(decoder, way); err != nil {
		return nil, err
	}
	if w.loop {
		way = append(way, way[0])
	}
	return way, nil
}

// acrossClasses returns the ends of a walk from --label to --to-label that begins at one point: the
// same place in both classes, if it is known where the codes of classes lie.
func (w *walk) acrossClasses(decoder *infer.Decoder, z []float32) ([][]float32, error) {
	ends := [][]float32{z, slices.Clone(z)}
	from, err := decoder.Class(w.label)
	if err != nil {
		return nil, err
	}
	prior, to, err := w.classPrior(decoder, w.walker.toLabel)
	if err != nil || prior == nil {
		return ends, err
	}
	return ends, prior.Move(from, to)(ends[1])
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

// given returns the points that are asked for: by chance, as texts, of a file, or the codes of
// images.
func (w *walk) given(ctx context.Context, decoder *infer.Decoder, files []string) ([][]float32, error) {
	switch {
	case w.walker.random > 0:
		return w.draw(ctx, decoder, w.walker.random, latent.SampleOptions{Seed: w.walker.seed})
	case w.texts != nil:
		points, err := decoder.Space().ParsePoints(w.texts...)
		if err != nil {
			return nil, cli.Usagef("--z %w", err)
		}
		return points, nil
	case w.from != "":
		if err := decoder.TakesCodes(); err != nil {
			return nil, err
		}
		return latent.ReadPoints(w.from, decoder.Latent())
	}
	x, err := w.in.load(ctx, w.app, decoder, files)
	if err != nil {
		return nil, err
	}
	if decoder.Classes() != nil && w.label == "" {
		if x.Labels == nil {
			_, err := decoder.Class("") // which tells what is missing
			return nil, err
		}
		for i := range x.Len() {
			class, err := decoder.Class(x.Class(i))
			if err != nil {
				return nil, err
			}
			w.classes = append(w.classes, class)
		}
		if w.walker.toLabel != "" {
			w.label = x.Class(0)
		}
	}
	return w.means(ctx, decoder, x)
}
