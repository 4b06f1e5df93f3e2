package export

import (
	"context"
	"fmt"
	"math"

	"govae/contract"
	"govae/internal/random"
	"govae/models"
)

// PrecisionError is the difference that storing weights in fewer bits makes to the outputs.
type PrecisionError = contract.PrecisionError

// draws is the number of points of the prior that a precision is measured with.
const draws = 1000

// precisionError compares the outputs of a graph with trained and with stored
// weights, for draws from the prior. An image is the one that the trained decoder makes
// of a draw. The classes of a conditional model take turns.
func precisionError(ctx context.Context, trained, stored *pass, g graph) (PrecisionError, error) {
	type sums struct{ max, total, scale, count float64 }
	signature := g.signature(trained.VAE)
	outputs := make([]sums, len(signature.Outputs))
	for first := 0; first < draws; first += passRows {
		if err := ctx.Err(); err != nil {
			return PrecisionError{}, err
		}
		n := min(passRows, draws-first)
		z := make([]float32, n*trained.Config.Latent)
		noise := random.New(0, random.Probe, 1, uint32(first))
		noise.Normal(z)
		var label [][]float32
		if classes := trained.Config.Classes(); classes > 0 {
			label = [][]float32{make([]float32, n*classes)}
			for i := range n {
				models.OneHot(label[0][i*classes:(i+1)*classes], classes, (first+i)%classes)
			}
		}
		var inputs [][]float32
		for _, t := range signature.Inputs {
			switch t.Name {
			case contract.Image:
				inputs = append(inputs, trained.decode(z, label...))
			case contract.Label:
				inputs = append(inputs, label...)
			default:
				inputs = append(inputs, z)
			}
		}
		got := g.forward(stored, inputs)
		for i, want := range g.forward(trained, inputs) {
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
