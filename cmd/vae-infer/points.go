package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"govae/infer"
	"govae/internal/cli"
	"govae/latent"
)

// parsePoint reads a latent point such as 0.5,-1 for a decoder.
func parsePoint(text string, decoder *infer.Decoder) ([]float32, error) {
	fields := strings.Split(text, ",")
	if len(fields) != decoder.Latent() {
		return nil, cli.Usagef("--z %.60s: has %d numbers, and the model %d latent dimensions", text, len(fields), decoder.Latent())
	}
	z := make([]float32, len(fields))
	for k, field := range fields {
		v, err := parseNumber(field)
		if err != nil {
			return nil, cli.Usagef("--z %.60s: %q is not a number", text, field)
		}
		z[k] = float32(v)
	}
	return z, nil
}

// maxCoordinate bounds coordinates that users give: far beyond all that a model
// knows, and small enough for float32.
const maxCoordinate = 1e6

// maxScale bounds --temperature and --noise in the same way.
const maxScale = 1e3

// parseNumber reads a coordinate.
func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err == nil && !(v >= -maxCoordinate && v <= maxCoordinate) {
		err = strconv.ErrRange
	}
	return v, err
}

// checkRange finds mistakes in a flag of two numbers.
func checkRange(flag string, bounds []float64) error {
	if len(bounds) != 2 || !(bounds[0] < bounds[1]) || !(-maxCoordinate <= bounds[0] && bounds[1] <= maxCoordinate) {
		return cli.Usagef("%s: want two numbers, the smaller first, such as -4,4", flag)
	}
	return nil
}

// codeOf returns the latent point of the image at path, which is scaled to the size
// of the model where resize says so, or nil for no path.
func (m *modelFlags) codeOf(ctx context.Context, decoder *infer.Decoder, path string, resize bool) ([]float32, error) {
	if path == "" {
		return nil, nil
	}
	x, err := (&inputFlags{resize: resize}).load(ctx, decoder.Shape(), []string{path})
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
func (m *modelFlags) means(ctx context.Context, decoder *infer.Decoder, x input) ([][]float32, error) {
	pair, err := m.pairOf(decoder)
	if err != nil {
		return nil, err
	}
	defer pair.Encoder.Close()
	return latent.Collect(latent.Means(pair.Encoder.EncodeAll(ctx, x.all())))
}
