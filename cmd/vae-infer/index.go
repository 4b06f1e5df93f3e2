package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"govae/images"
	"govae/internal/cli"
)

// indexFlags are input flags that also choose images of --data by their numbers.
type indexFlags struct {
	inputFlags
	index []int
}

func (f *indexFlags) flags(cmd *cobra.Command, limit int) {
	f.inputFlags.flags(cmd, limit)
	cmd.Flags().IntSliceVar(&f.index, "index", nil, "numbers `N,…` of the images of --data, from 0 on, such as 3,17 (default: the first --limit)")
}

func (f *indexFlags) check(files []string) error {
	return cmp.Or(cli.Want(len(f.index) == 0 || f.data != "", "--index chooses images of --data"), f.inputFlags.check(files))
}

func (f *indexFlags) load(ctx context.Context, shape images.Shape, files []string) (input, error) {
	if len(f.index) == 0 {
		return f.inputFlags.load(ctx, shape, files)
	}
	all := f.inputFlags
	all.limit = 0
	x, err := all.load(ctx, shape, files)
	if err != nil {
		return input{}, err
	}
	if x.Selection, err = x.Choose(f.index); err != nil {
		return input{}, fmt.Errorf("%s: %w", f.data, err)
	}
	return x, nil
}
