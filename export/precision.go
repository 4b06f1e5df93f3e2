package export

import (
	"context"
	"fmt"
	"math"

	"govae/internal/random"
)

// PrecisionError is what storing weights in fewer bits changes in the outputs: the
// largest and the mean difference from those of the float32 weights, absolute, or
// relative to an output's largest value where that is above 1. Of a file's outputs
// the worst counts.
type PrecisionError struct {
	Max, Mean float64
}

// draws is how many points of the prior a precision is measured with.
const draws = 1000

// precisionError compares the outputs of a graph with trained and with stored
// weights, for draws from the prior. Where the input is an image, it is the one
// that the trained decoder makes of a draw.
func precisionError(ctx context.Context, trained, stored *pass, g graph) (PrecisionError, error) {
	type sums struct{ max, total, scale, count float64 }
	outputs := make([]sums, len(g.outputs))
	for first := 0; first < draws; first += passRows {
		if err := ctx.Err(); err != nil {
			return PrecisionError{}, err
		}
		n := min(passRows, draws-first)
		x := make([]float32, n*trained.Config.Latent)
		noise := random.New(0, random.Probe, 1, uint32(first))
		noise.Normal(x)
		if g.input == Image {
			x = trained.decode(x)
		}
		got := g.forward(stored, n, x)
		for i, want := range g.forward(trained, n, x) {
			s := &outputs[i]
			for j, w := range want {
				d := math.Abs(float64(got[i][j]) - float64(w))
				s.max, s.scale = max(s.max, d), max(s.scale, math.Abs(float64(w)))
				s.total += d
				s.count++
			}
		}
	}
	var worst PrecisionError
	for _, s := range outputs {
		scale := max(1, s.scale)
		worst.Max, worst.Mean = max(worst.Max, s.max/scale), max(worst.Mean, s.total/s.count/scale)
	}
	if !(worst.Max <= math.MaxFloat64) {
		return PrecisionError{}, fmt.Errorf("rounded weights change an output by %g: choose another precision", worst.Max)
	}
	return worst, nil
}
