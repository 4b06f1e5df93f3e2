package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"govae/dataset"
	"govae/infer"
	"govae/internal/cli"
)

// inputFlags say which images a command takes: those of --data or the files that
// are its arguments.
type inputFlags struct {
	data, split string
	limit       int
}

func (f *inputFlags) flags(cmd *cobra.Command, limit int) {
	cmd.Flags().StringVar(&f.data, "data", "", "digits, mnist, a folder of IDX files or images, or a .npy file")
	cmd.Flags().StringVar(&f.split, "split", "test", "which images of --data: test or train")
	cmd.Flags().IntVar(&f.limit, "limit", limit, "number of images of --data, 0 for all")
}

// check finds mistakes in the arguments.
func (f *inputFlags) check(files []string) error {
	switch {
	case (f.data == "") == (len(files) == 0):
		return cli.Usagef("give either --data SOURCE or image files")
	case f.split != "test" && f.split != "train":
		return cli.Usagef("--split %s: want test or train", f.split)
	case f.limit < 0:
		return cli.Usagef("--limit %d: want a number of images, or 0 for all", f.limit)
	}
	return nil
}

// input is what a command reads: images of the size that the model takes.
type input struct {
	*dataset.Images
	classes []string // the name of each label, or nil
}

// load reads the images that the flags and the arguments name.
func (f *inputFlags) load(ctx context.Context, c infer.Contract, files []string) (input, error) {
	want := dataset.Shape{H: c.H, W: c.W, C: c.C}
	if f.data == "" {
		m, err := dataset.ReadFiles(ctx, files, want) // a model of one channel gets colours as gray
		return input{Images: m}, err
	}
	source, err := dataset.Open(f.data, dataset.Options{})
	if err != nil {
		return input{}, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return input{}, err
	}
	m := data.Test
	if f.split == "train" {
		m = data.Train
	}
	if m.Shape != want {
		return input{}, fmt.Errorf("%s: images are %v (height, width, channels), but the model takes %v; give it such images", f.data, m.Shape, want)
	}
	if f.limit > 0 {
		m = m.Head(f.limit)
	}
	return input{m, data.Classes}, nil
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
