package export

import (
	"context"
	"fmt"
	"math"

	"govae/contract"
	"govae/internal/random"
	"govae/onnx"
)

// difference runs a file's content on random input, points of the prior or noise
// in [0, 1], and returns how far its outputs are from those of the forward pass p, and how
// far they may be.
func difference(ctx context.Context, p *pass, g graph, data []byte, engine Engine) (worst, tolerance float64, err error) {
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
		return 0, 0, err
	}
	want := g.forward(p, inputs)
	if len(outputs) != len(want) {
		return 0, 0, fmt.Errorf("the %s engine returns %d outputs, want %d", engine.Name(), len(outputs), len(want))
	}
	for i, out := range outputs {
		got, err := out.Float32s()
		if err != nil {
			return 0, 0, err
		}
		worst = max(worst, contract.Difference(got, want[i]))
	}
	return worst, tolerated(p, g, inputs, want), nil
}

// tolerated is the largest difference from a forward pass that rounding explains: [Tolerance], or
// more in a network that magnifies rounding errors, which shows when each input moves to the next
// float32.
//
// A sum of n terms rounds n times, and the errors grow as the root of n if the engine chooses the order. In
// encoders for photographs, with sums of 4,096 terms, the difference by gonum's order was 10 to 12 times the one
// by such a move of the inputs, and by that of ONNX Runtime up to 10 times.
func tolerated(p *pass, g graph, inputs, want [][]float32) float64 {
	const (
		own       = 8. / (1 << 24) // roundings of an output
		moves     = 3              // of which the largest difference counts
		roundings = 32             // of a network, in place of the one of its inputs
	)
	noise := random.New(1, random.Probe, 0, 0)
	moved := make([][]float32, len(inputs))
	worst := 0.
	for range moves {
		for i, x := range inputs {
			moved[i] = make([]float32, len(x))
			for j, v := range x {
				moved[i][j] = math.Nextafter32(v, float32(noise.Float64()-0.5)*math.MaxFloat32)
			}
		}
		for i, y := range g.forward(p, moved) {
			worst = max(worst, contract.Difference(y, want[i]))
		}
	}
	if worst <= own {
		return Tolerance
	}
	return max(Tolerance, roundings*worst)
}
