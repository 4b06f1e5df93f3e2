package main

import (
	"cmp"
	"context"
	"iter"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/picture"
)

func reconstruct(m *modelFlags) *cobra.Command {
	r := reconstruction{modelFlags: m, output: outputFlags{app: m.app}}
	cmd := &cobra.Command{
		Use:   "reconstruct [FILE…]",
		Short: "Encode images and decode them again",
		Long: `Encode images and decode the means of their codes, or with --draws K points of
each posterior.

Images come from --data (its test split where there is one) or from files. A
.png shows each image above its reconstructions; a folder or a .npy file holds the
reconstructions alone, those of an image one after the other. --errors writes a table of each
mean's error: that of a pixel squared, and where the model tells its likelihood
-log p(x|z) in nats. --decoder may name an autoencoder, which needs no encoder.`,
		Example: `  vae-infer reconstruct --data mnist --limit 40
  vae-infer reconstruct --data mnist --limit 0 --out all.npy --errors errors.csv
  vae-infer reconstruct --data mnist --limit 16 --draws 5
  vae-infer reconstruct one.png two.jpg --out pairs.png
  vae-infer reconstruct --decoder autoencoder.onnx --data mnist`,
		RunE: func(cmd *cobra.Command, files []string) error { return r.run(cmd, files) },
	}
	r.output.flags(cmd, "reconstructions.png")
	cmd.Flags().IntVar(&r.draws, "draws", 0, "points to draw from each posterior, instead of its mean")
	cmd.Flags().Uint64Var(&r.seed, "seed", 0, "number that determines the draws")
	r.groups.flag(cmd, "draw all but this many of the finest groups of latent variables, which keep their means")
	cmd.Flags().StringVar(&r.errors, "errors", "", "CSV file for the error of each image")
	r.in.flags(cmd, 32)
	r.in.indexFlag(cmd)
	return cmd
}

// reconstruction says how images are reconstructed and what is written.
type reconstruction struct {
	*modelFlags
	in     inputFlags
	output outputFlags
	model  infer.Reconstructor
	pair   *infer.Pair // the model, unless that is an autoencoder
	draws  int
	seed   uint64
	errors string

	groups  groupsFlag
	settled int // first dimension that is not drawn
}

func (r *reconstruction) check() error {
	return cmp.Or(
		checkDraws(r.draws),
		cli.Want(r.draws > 0 || r.groups.fixed == 0, "--fixed-groups keeps groups as they are of points that are drawn: give --draws"),
		cli.Want(r.draws <= 0 || r.errors == "", "--errors are those of the means: leave --draws out, or see 'vae-infer score'"),
	)
}

func (r *reconstruction) run(cmd *cobra.Command, files []string) error {
	if err := cmp.Or(
		r.in.check(files),
		r.check(),
		cli.Belong(cmd.Flags(), r.draws > 0, "--draws", "seed"),
		r.checkOutputs(append(files, r.in.data), r.output.out, r.errors),
	); err != nil {
		return err
	}
	r.output.table = r.errors
	if err := r.open(); err != nil {
		return err
	}
	defer r.model.Close()
	x, err := r.in.load(cmd.Context(), r.app, r.model, files)
	if err != nil {
		return err
	}
	switch s := r.model.(type) {
	case *infer.Pair:
		r.pair, err = forImages(r.modelFlags, s, x)
		r.model = r.pair
	case *infer.Autoencoder:
		r.model, err = forImages(r.modelFlags, s, x)
	}
	if err != nil {
		return err
	}
	return r.write(cmd.Context(), x)
}

// open opens the model, and finds what is drawn of its points.
func (r *reconstruction) open() (err error) {
	r.model, err = openAs(r.modelFlags, r.decoder, func(decoder string, o infer.Options) (infer.Reconstructor, error) {
		return infer.OpenReconstructor(decoder, r.encoderPath(), o)
	})
	if err != nil {
		return err
	}
	pair, ok := r.model.(*infer.Pair)
	r.pair = pair
	switch {
	case r.draws == 0:
	case !ok:
		err = cli.Usagef("--draws %d: %s is an autoencoder, which decodes means alone", r.draws, r.decoder)
	default:
		r.settled, err = r.groups.first(pair.Decoder)
	}
	if err != nil {
		r.model.Close()
	}
	return err
}

// write writes the reconstructions of x, and their errors if these are wanted.
func (r *reconstruction) write(ctx context.Context, x dataset.Selection) error {
	images := r.model.Reconstruct(ctx, x.All())
	if r.draws > 0 {
		images = r.pair.ReconstructDraws(ctx, x.All(), r.settled, r.draws, r.seed)
	}
	var squares []float64 // of each image, the mean over its pixels
	if r.errors != "" {
		images = infer.SquaredErrors(&squares, images, x.All())
	}
	if err := r.output.write(r.model, x.Len()*max(1, r.draws), picture.Below(x.Images), images); err != nil || r.errors == "" {
		return err
	}
	var nats iter.Seq2[float64, error]
	if r.pair != nil && r.pair.Decoder.Contract().Metadata.Likelihood != "" {
		nats = r.pair.ReconstructionNats(ctx, x.All())
	}
	return infer.WriteErrors(r.errors, x, squares, nats)
}
