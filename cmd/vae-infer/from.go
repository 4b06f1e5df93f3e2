package main

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"govae/infer"
	"govae/internal/cli"
)

// samplesFrom returns the latent points of --from that n samples are decoded from,
// beginning with any number: the first rows of a .npy file, or all of them where n was
// not given, or points of a mixture, a .json file.
func samplesFrom(path string, decoder *infer.Session, n int, given bool, o infer.SampleOptions) (count int, points func(first int) iter.Seq2[[]float32, error], err error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		mixture, err := infer.ReadMixture(path)
		if err != nil {
			return 0, nil, err
		}
		if err := mixture.Check(decoder); err != nil {
			return 0, nil, fmt.Errorf("%s: %w", path, err)
		}
		return n, func(first int) iter.Seq2[[]float32, error] {
			o.First = first
			return mixture.Points(n-first, o)
		}, nil
	case ".npy":
		if o.Temperature != 1 {
			return 0, nil, cli.Usagef("--temperature %g: the points of %s are decoded as they are", o.Temperature, path)
		}
		file, err := infer.OpenPoints(path, decoder.Latent)
		switch {
		case err != nil:
			return 0, nil, err
		case !given:
			n = file.N
		case n > file.N:
			return 0, nil, cli.Usagef("--samples %d: %s holds %d latent points", n, path, file.N)
		}
		return n, func(first int) iter.Seq2[[]float32, error] { return head(n-first, file.From(first)) }, nil
	}
	return 0, nil, cli.Usagef("--from %s: want a .npy file of latent points, or a .json file of encode --fit-mixture", path)
}

// head yields the first n points.
func head(n int, points iter.Seq2[[]float32, error]) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		left := n
		for z, err := range points {
			if left == 0 || !yield(z, err) || err != nil {
				return
			}
			left--
		}
	}
}
