package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"govae/infer"
	"govae/internal/cli"
	"govae/latent"
)

// samplesFrom returns the latent points of --from that n samples are decoded from,
// beginning with any number: the first rows of a .npy file, or all of them where n was
// not given, or points of a mixture, a .json file.
func samplesFrom(path string, decoder *infer.Decoder, n int, given bool, o latent.SampleOptions) (count int, points func(first int) latent.Points, err error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		mixture, err := latent.ReadMixture(path)
		if err != nil {
			return 0, nil, fmt.Errorf("%w; write it with vae-infer encode --fit-mixture", err)
		}
		if err := mixture.Check(decoder.Space()); err != nil {
			return 0, nil, fmt.Errorf("%s: %w", path, err)
		}
		return n, func(first int) latent.Points {
			o.First = first
			return mixture.Points(n-first, o)
		}, nil
	case ".npy":
		if o.Temperature != 1 {
			return 0, nil, cli.Usagef("--temperature %g: the points of %s are decoded as they are", o.Temperature, path)
		}
		file, err := latent.OpenPoints(path, decoder.Latent())
		switch {
		case err != nil:
			return 0, nil, err
		case !given:
			n = file.N
		case n > file.N:
			return 0, nil, cli.Usagef("--samples %d: %s holds %d latent points", n, path, file.N)
		}
		return n, func(first int) latent.Points { return latent.Head(n-first, file.From(first)) }, nil
	}
	return 0, nil, cli.Usagef("--from %s: want a .npy file of latent points, or a .json file of encode --fit-mixture", path)
}
