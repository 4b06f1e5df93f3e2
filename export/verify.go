package export

import (
	"context"
	"fmt"

	"govae/internal/checkvalues"
	"govae/internal/random"
	"govae/onnx"
)

// Difference is max|got-want| / max(1, max|want|), the measure of this project for
// how far two tensors are apart. It is +Inf where the lengths differ and where
// either holds a NaN.
func Difference(got, want []float32) float64 { return checkvalues.Difference(got, want) }

// difference runs a file's content on random input, points of the prior or noise
// in [0, 1], and returns how far its outputs are from those of the forward pass p.
func difference(ctx context.Context, p *pass, g graph, data []byte, engine Engine) (float64, error) {
	const rows = passRows
	x := make([]float32, rows*g.width(p.Config))
	noise := random.New(0, random.Probe, 0, 0)
	if g.input == Z {
		noise.Normal(x)
	} else {
		for i := range x {
			x[i] = float32(noise.Float64())
		}
	}
	outputs, err := engine.Run(ctx, data, onnx.Float32Tensor(g.input, shape(g.input, p.Config, rows), x))
	if err != nil {
		return 0, err
	}
	want := g.forward(p, rows, x)
	if len(outputs) != len(want) {
		return 0, fmt.Errorf("the %s engine returns %d outputs, want %d", engine.Name(), len(outputs), len(want))
	}
	var worst float64
	for i, out := range outputs {
		got, err := out.Float32s()
		if err != nil {
			return 0, err
		}
		worst = max(worst, Difference(got, want[i]))
	}
	return worst, nil
}
