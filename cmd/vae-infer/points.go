package main

import (
	"context"
	"fmt"
	"strings"

	"govae/infer"
	"govae/internal/cli"
	"govae/latent"
)

// parsePoint reads a latent point such as 0.5,-1 for a decoder.
func parsePoint(text string, decoder *infer.Session) ([]float32, error) {
	if n := strings.Count(text, ",") + 1; n != decoder.Latent {
		return nil, cli.Usagef("--z %.60s: has %d numbers, and the model %d latent dimensions", text, n, decoder.Latent)
	}
	z, err := latent.ParsePoint(text)
	if err != nil {
		return nil, cli.Usagef("--z %.60s: %w", text, err)
	}
	return z, nil
}

// maxScale bounds --temperature and --noise: far beyond all that a model knows.
const maxScale = 1e3

// checkRange finds mistakes in a flag of two numbers.
func checkRange(flag string, bounds []float64) error {
	right := len(bounds) == 2 && -latent.MaxCoordinate <= bounds[0] && bounds[0] < bounds[1] && bounds[1] <= latent.MaxCoordinate
	return cli.Want(right, "%s: want two numbers, the smaller first, such as -4,4", flag)
}

// spread returns n evenly spaced numbers from the first to the last of a range.
func spread(bounds []float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = bounds[0] + (bounds[1]-bounds[0])*float64(i)/float64(n-1)
	}
	return values
}

// codeOf returns the latent point of the image at path, which is scaled to the size
// of the model where resize says so, or nil for no path.
func (m *modelFlags) codeOf(ctx context.Context, decoder *infer.Session, path string, resize bool) ([]float32, error) {
	if path == "" {
		return nil, nil
	}
	x, err := (&inputFlags{resize: resize}).load(ctx, decoder.Contract, []string{path})
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

// means returns the means of the codes of images.
func (m *modelFlags) means(ctx context.Context, decoder *infer.Session, x input) ([][]float32, error) {
	encoder, err := m.openEncoder(decoder)
	if err != nil {
		return nil, err
	}
	defer encoder.Close()
	return infer.CollectPoints(infer.Means(encoder.EncodeAll(ctx, x.All())))
}
