package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/latent"
)

// maxScale bounds --temperature and --noise, far above all useful values.
const maxScale = 1e3

// rangeFlag adds the flag --range of two numbers.
func rangeFlag(cmd *cobra.Command, bounds *[]float64, first, last float64, usage string) {
	cmd.Flags().Float64SliceVar(bounds, "range", []float64{first, last}, usage)
	cmd.Flags().Lookup("range").DefValue = fmt.Sprintf("%g,%g", first, last)
}

// checkDraws finds mistakes in the number of draws from a posterior.
func checkDraws(n int) error {
	const most = 1_000_000 // more than anybody needs of one image
	return cli.Want(0 <= n && n <= most, "--draws %d: want a number of points per image up to %d, or 0 for the means", n, most)
}

func checkRange(flag string, bounds []float64) error {
	right := len(bounds) == 2 && -latent.MaxCoordinate <= bounds[0] && bounds[0] < bounds[1] && bounds[1] <= latent.MaxCoordinate
	return cli.Want(right, "%s: want two numbers, the smaller first, such as -4,4", flag)
}

// codeOf returns the latent point of the image at path, or nil for no path.
func (m *modelFlags) codeOf(ctx context.Context, decoder *infer.Decoder, path string, framing framingFlags) ([]float32, error) {
	if path == "" {
		return nil, nil
	}
	x, err := (&inputFlags{framingFlags: framing}).load(ctx, m.app, decoder, []string{path})
	if err != nil {
		return nil, err
	}
	if x.Len() > 1 {
		return nil, fmt.Errorf("%s: holds %d images, and --at takes one", path, x.Len())
	}
	points, err := m.means(ctx, decoder, x)
	if err != nil {
		return nil, err
	}
	return points[0], nil
}

// means returns the means of the codes of images, by the encoder that belongs to a decoder.
// A conditional one gets their classes, or --label if they have none.
func (m *modelFlags) means(ctx context.Context, decoder *infer.Decoder, x dataset.Selection) ([][]float32, error) {
	encoder, err := m.openEncoder()
	if err != nil {
		return nil, err
	}
	defer encoder.Close()
	if _, err := infer.PairOf(decoder, encoder); err != nil {
		return nil, err
	}
	if encoder, err = ofImages(m, encoder, x); err != nil {
		return nil, err
	}
	return latent.Collect(latent.Means(encoder.EncodeAll(ctx, x.All())))
}
