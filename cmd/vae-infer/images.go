package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

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
	switch {
	case (f.data == "") == (len(files) == 0):
		return cli.Usagef("give either --data SOURCE or files of images")
	case f.split != "test" && f.split != "train" && f.split != "all":
		return cli.Usagef("--split %s: want test, train or all", f.split)
	case f.limit < 0:
		return cli.Usagef("--limit %d: want a number of images, or 0 for all", f.limit)
	}
	return nil
}

// input is what a command reads: images of the shape that the model takes.
type input struct {
	*dataset.Images
	classes []string // the name of each label, or nil
	split   string   // "test", "train" or "all"; empty where files were named
}

// load reads the images that the flags and the arguments name. Colours become what
// the model takes; sizes do with --resize only.
func (f *inputFlags) load(ctx context.Context, shape images.Shape, files []string) (input, error) {
	in, err := f.read(ctx, dataset.Options{Shape: shape, Resize: f.resize}, files)
	if size, ok := errors.AsType[*dataset.SizeError](err); ok {
		return input{}, fmt.Errorf("%w as the model takes it: give such images, or convert them with --resize", size)
	}
	if err == nil && f.limit > 0 && (f.data != "" || f.given.Changed("limit")) {
		in.Images = in.Head(f.limit)
	}
	return in, err
}

func (f *inputFlags) read(ctx context.Context, o dataset.Options, files []string) (input, error) {
	if f.data == "" {
		m, classes, err := dataset.ReadFiles(ctx, files, o)
		return input{Images: m, classes: classes}, err
	}
	o.Whole = f.split == "all"
	source, err := dataset.Open(f.data, o)
	if err != nil {
		return input{}, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return input{}, err
	}
	m := data.Test
	switch f.split {
	case "train":
		m = data.Train
	case "all":
		m = data.All()
	}
	return input{m, data.Classes, f.split}, nil
}

// name is what image i is called: its file's name, or its place such as "test 17".
func (in input) name(i int) string {
	if in.Names != nil {
		return in.Names[i]
	}
	if in.split == "all" {
		return fmt.Sprintf("image %d", i)
	}
	return fmt.Sprintf("%s %d", in.split, i)
}

// class is the name of image i's label, empty if there are no labels.
func (in input) class(i int) string {
	if in.Labels == nil {
		return ""
	}
	return in.classes[in.Labels[i]]
}

// unlabelled is the error of images without labels, which the flag needs.
func unlabelled(source, flag string) error {
	return fmt.Errorf("%s: has no labels, which %s needs; give a folder with a subfolder a class, or IDX files with labels", source, flag)
}

// drawBelow writes a picture of the images with what was made of each one below it.
func (in input) drawBelow(path string, made picture.Images) error {
	originals, err := infer.Collect(in.all())
	if err != nil {
		return err
	}
	return picture.WritePNG(path, picture.Pairs(picture.FromNCHW(in.C, in.H, in.W, originals.Pixels), made, 8))
}

// at returns image i as models take it: numbers [C, H, W] for bytes [H, W, C].
func (in input) at(i int) infer.Image {
	area := in.H * in.W
	x := infer.Image{C: in.C, H: in.H, W: in.W, Pixels: make([]float32, in.Shape.Len())}
	for j, v := range in.At(i) {
		x.Pixels[j%in.C*area+j/in.C] = float32(v) / 255
	}
	return x
}

// all yields all images in order.
func (in input) all() iter.Seq2[infer.Image, error] {
	return func(yield func(infer.Image, error) bool) {
		for i := range in.Len() {
			if !yield(in.at(i), nil) {
				return
			}
		}
	}
}
