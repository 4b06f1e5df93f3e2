package export

import (
	"context"
	"fmt"

	"govae/contract"
	"govae/internal/random"
	"govae/onnx"
)

// difference runs a file's content on random input, points of the prior or noise
// in [0, 1], and returns how far its outputs are from those of the forward pass p.
func difference(ctx context.Context, p *pass, g graph, data []byte, engine Engine) (float64, error) {
	const rows = passRows
	noise := random.New(0, random.Probe, 0, 0)
	var inputs [][]float32
	var tensors []*onnx.Tensor
	for _, t := range g.signature(p.VAE).Inputs {
		x := make([]float32, rows*t.Width())
		if t.Name == contract.Z || t.Name == contract.Eps {
			noise.Normal(x)
		} else {
			for i := range x {
				x[i] = float32(noise.Float64())
			}
		}
		inputs, tensors = append(inputs, x), append(tensors, onnx.Float32Tensor(t.Name, t.Rows(rows), x))
	}
	outputs, err := engine.Run(ctx, data, tensors...)
	if err != nil {
		return 0, err
	}
	want := g.forward(p, inputs)
	if len(outputs) != len(want) {
		return 0, fmt.Errorf("the %s engine returns %d outputs, want %d", engine.Name(), len(outputs), len(want))
	}
	var worst float64
	for i, out := range outputs {
		got, err := out.Float32s()
		if err != nil {
			return 0, err
		}
		worst = max(worst, contract.Difference(got, want[i]))
	}
	return worst, nil
}
