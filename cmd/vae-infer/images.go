package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/dataset"
	"govae/images"
	"govae/infer"
	"govae/internal/cli"
	"govae/internal/picture"
)

// inputFlags say which images a command takes: a split of --data, or all images of
// the files and folders that are its arguments.
type inputFlags struct {
	data, split string // a split that is set before flags is the default
	limit       int
	given       *pflag.FlagSet // files that were named are cut short only by a limit that was given
	resize      bool
}

func (f *inputFlags) flags(cmd *cobra.Command, limit int) {
	cmd.Flags().StringVar(&f.data, "data", "", "digits, mnist, a folder of IDX files or images, an IDX file or a .npy file")
	cmd.Flags().StringVar(&f.split, "split", cmp.Or(f.split, "test"), "which images of --data: test, train or all")
	cmd.Flags().IntVar(&f.limit, "limit", limit, "number of images of --data, 0 for all")
	f.given = cmd.Flags()
	cmd.Flags().BoolVar(&f.resize, "resize", false, "scale images to the size that the model takes")
}

// check finds mistakes in the arguments.
func (f *inputFlags) check(files []string) error {
	return cmp.Or(
		cli.Want((f.data == "") != (len(files) == 0), "give either --data SOURCE or files of images"),
		cli.OneOf("--split", f.split, "test", "train", "all"),
		cli.Want(f.limit >= 0, "--limit %d: want a number of images, or 0 for all", f.limit),
	)
}

// input is what a command reads: images of the shape that the model takes.
type input struct{ dataset.Selection }

// load reads the images that the flags and the arguments name. Colours become what
// the model takes; sizes do with --resize only.
func (f *inputFlags) load(ctx context.Context, shape images.Shape, files []string) (input, error) {
	in, err := f.read(ctx, dataset.Options{Shape: shape, Resize: f.resize}, files)
	if err != nil {
		return input{}, err
	}
	if f.limit > 0 && (f.data != "" || f.given.Changed("limit")) {
		in.Images = in.Head(f.limit)
	}
	return in, nil
}

func (f *inputFlags) read(ctx context.Context, o dataset.Options, files []string) (in input, err error) {
	if f.data == "" {
		in.Images, in.Classes, err = dataset.ReadFiles(ctx, files, o)
	} else {
		in.Selection, err = dataset.ReadSplit(ctx, f.data, dataset.Split(f.split), o)
	}
	return in, err
}

// unlabelled is the error of images without labels, which the flag needs.
func unlabelled(source, flag string) error {
	return fmt.Errorf("%s: has no labels, which %s needs; give a folder with one subfolder per class, or IDX files with labels", source, flag)
}

// drawBelow writes a picture of the images with what was made of each one below it.
func (in input) drawBelow(path string, made picture.Images) error {
	originals, err := infer.Collect(in.All())
	if err != nil {
		return err
	}
	return picture.WritePNG(path, picture.Pairs(originals, made, 8))
}
