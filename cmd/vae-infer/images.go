package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/dataset"
)

// inputFlags say which images a command takes: a split of --data, or all images of
// the files and folders that are its arguments.
type inputFlags struct {
	data, split string // a split that is set before flags is the default
	other       bool   // whether another source than --data has splits
	limit       int
	few         bool           // the limit is for images to look at, which are of all classes
	index       []int          // of the images of --data, in place of a limit
	given       *pflag.FlagSet // files that were named are cut short only by a limit that was given
	framingFlags
	skipBad bool
}

func (f *inputFlags) flags(cmd *cobra.Command, limit int) {
	cmd.Flags().StringVar(&f.data, "data", "", "digits, mnist, fashion-mnist, kmnist, a folder of IDX files or images, an IDX, a .npy or a .npz file")
	cmd.Flags().StringVar(&f.split, "split", cmp.Or(f.split, "test"), "which images of --data: test, train, unlabelled (those without a label where others have one) or all")
	help := "number of images of --data: the first ones, or of class folders as many of each class; 0 for all"
	if f.few = limit > 0; f.few {
		help = "number of images of --data, of all classes, 0 for all"
	}
	cmd.Flags().IntVar(&f.limit, "limit", limit, help)
	f.given = cmd.Flags()
	f.framingFlags.flags(cmd.Flags())
	cmd.Flags().BoolVar(&f.skipBad, "skip-bad", false, "leave out image files that cannot be read")
}

// indexFlag lets a command also choose images of --data by their numbers.
func (f *inputFlags) indexFlag(cmd *cobra.Command) {
	cmd.Flags().IntSliceVar(&f.index, "index", nil, "numbers `N,…` of the images of --data, from 0 on, such as 3,17 (default: --limit of all classes)")
}

// check finds mistakes in the arguments.
func (f *inputFlags) check(files []string) error {
	return cmp.Or(
		cli.Want(len(f.index) == 0 || f.data != "", "--index chooses images of --data"),
		cli.Want((f.data == "") != (len(files) == 0), "give either --data SOURCE or files of images"),
		cli.Belong(f.given, f.data != "" || f.other, "--data", "split"),
		cli.Want(len(f.index) == 0 || !f.given.Changed("limit"), "--index and --limit exclude each other"),
		cli.OneOf("--split", f.split, "test", "train", "unlabelled", "all"),
		cli.Want(f.limit >= 0, "--limit %d: want a number of images, or 0 for all", f.limit),
		f.framingFlags.check(),
	)
}

// belong refuses the flags, but for --limit and --index, where there are no images to read.
func (f *inputFlags) belong(images bool) error {
	return cmp.Or(
		cli.Belong(f.given, images, "--data", "split"),
		cli.Belong(f.given, images, "images", "fit", "resize", "skip-bad", "scale"),
	)
}

// load reads the images that the flags and the arguments name, in the shape that a model
// takes, and notes where that changed them and what is odd about them.
func (f *inputFlags) load(ctx context.Context, app *cli.App, to dataset.Taker, files []string) (x dataset.Selection, err error) {
	o := dataset.Options{Fit: f.asked(), SkipBad: f.skipBad, Scale: f.scale}.For(to)
	if f.data == "" {
		x, err = dataset.ReadFiles(ctx, files, o)
	} else {
		x, err = dataset.ReadSplit(ctx, f.data, dataset.Split(f.split), o)
	}
	for _, r := range x.Reports {
		for _, line := range r.Changes() {
			app.Notef("%s", line)
		}
	}
	warn(app, x.Warnings)
	if x.Of > 0 && !f.given.Changed("split") {
		app.Notef("%s: %d of %d images, those held out for tests (--split all takes all)", f.data, x.Len(), x.Of)
	}
	switch {
	case err != nil:
		return x, err
	case len(f.index) > 0:
		if x, err = x.Choose(f.index); err != nil {
			return x, fmt.Errorf("%s: %w", f.data, err)
		}
	case f.limit == 0:
	case f.data != "" && (f.few || x.Grouped()):
		if x, err = x.Choose(x.FromAllClasses(f.limit)); err != nil {
			return x, err
		}
	case f.given.Changed("limit"):
		x.Images = x.Head(f.limit)
	}
	return x, nil
}

// loadSplit reads all of another split of --data, of which load has told already what there is to tell.
func (f *inputFlags) loadSplit(ctx context.Context, to dataset.Taker, split dataset.Split) (dataset.Selection, error) {
	in := *f
	in.split, in.limit = string(split), 0
	return in.load(ctx, &cli.App{Quiet: true}, to, nil)
}

// openFor opens a model and reads the images for it that the flags and the arguments name. A
// conditional model gets their classes, or --label.
func openFor[S conditional[S]](ctx context.Context, m *modelFlags, open func() (S, error), in *inputFlags, files []string) (s S, x dataset.Selection, err error) {
	if s, err = open(); err != nil {
		return s, x, err
	}
	labelled := s
	if x, err = in.load(ctx, m.app, s, files); err == nil {
		labelled, err = forImages(m, s, x)
	}
	if err != nil {
		s.Close()
	}
	return labelled, x, err
}

// unlabelled is the error of images without labels, which the flag needs.
func unlabelled(source, flag string) error {
	return fmt.Errorf("%s: has no labels, which %s needs; give a folder with one subfolder per class, or IDX files with labels", source, flag)
}

// warn prints what a user should know of images that were read.
func warn(app *cli.App, warnings []error) {
	for _, w := range warnings {
		app.Notef("vae-infer: %v", advise(w))
	}
}
