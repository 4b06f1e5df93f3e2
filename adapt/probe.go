package adapt

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"govae/contract"
	"govae/engine"
	"govae/internal/random"
	"govae/onnx"
)

// probeRows is the batch of a run that tells what a file does.
const probeRows = 3

// load loads the graph as it is.
func (a *adapter) load() (*engine.Program, error) {
	if a.engine == nil {
		return nil, errors.New("its shapes and the range of its numbers are known only when it runs, and there is no engine")
	}
	b := newAdapter(&a.model, a.engine, a.o, a.known, a.roles) // a copy: programs keep theirs
	b.prune()
	if err := b.checkChance(); err != nil {
		return nil, err
	}
	return a.engine.Load(&b.model)
}

// feed runs a program on rows of the data, from number first on, which decides their labels.
func (a *adapter) feed(p *engine.Program, first, rows int, data []float32) ([]engine.Tensor, error) {
	var in []engine.Tensor
	for _, v := range p.Inputs() {
		switch {
		case v.Name == a.data.value:
			in = append(in, engine.Tensor{Shape: append([]int{rows}, a.data.row...), Data: data})
		case a.label != nil && v.Name == a.label.value:
			label := make([]float32, rows*a.label.row[0])
			for i := range rows {
				label[i*a.label.row[0]+(first+i)%a.label.row[0]] = 1
			}
			in = append(in, engine.Tensor{Shape: []int{rows, a.label.row[0]}, Data: label})
		default:
			return nil, fmt.Errorf("input %.40q is not understood", v.Name)
		}
	}
	return p.Run(in)
}

// points are rows of noise of this scale.
func (a *adapter) points(rows int, scale float32) []float32 {
	x := make([]float32, rows*volume(a.data.row))
	noise := random.New(1, random.Probe, 0, 0)
	noise.Normal(x)
	for i := range x {
		if x[i] *= scale; isInteger(a.data.kind) || a.data.kind == onnx.Uint8 {
			x[i] = min(max(128+64*x[i], 0), 255)
		}
	}
	return x
}

// run runs the model once, which tells the shapes of its outputs and whether the rows of a
// batch are independent.
func (a *adapter) run() error {
	program, err := a.load()
	if err != nil {
		return err
	}
	defer program.Close()
	x := a.points(probeRows, 1)
	together, err := a.feed(program, 0, probeRows, x)
	if err != nil {
		return err
	}
	alone, err := a.inParts(program, x, 1)
	if err != nil {
		return err
	}
	for i := range a.outputs {
		t := &a.outputs[i]
		got := together[i]
		if len(got.Shape) < 1 || got.Shape[0] != probeRows || volume(append(got.Shape[1:len(got.Shape):len(got.Shape)], 1)) < 0 ||
			!slices.Equal(alone[i].Shape, append([]int{1}, got.Shape[1:]...)) || len(alone[i].Data) != len(got.Data) {
			continue // no row of its own for each of the input: not one that is needed
		}
		t.row = got.Shape[1:]
		t.values = got.Data
		t.apart = contract.Difference(alone[i].Data, got.Data)
	}
	a.outputs = dropRowless(a.outputs)
	if len(a.outputs) == 0 {
		return fmt.Errorf("no output has a row for each row of the input %.40q", a.data.name)
	}
	return nil
}

func dropRowless(tensors []tensor) (kept []tensor) {
	for _, t := range tensors {
		if t.row != nil {
			kept = append(kept, t)
		}
	}
	return kept
}

// check refuses an output that is needed and of no use.
func (t tensor) check() error {
	bad := 0
	for _, v := range t.values {
		if d := v - v; d != 0 {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("output %.40q: %d of %d values that the model gives for random rows are not finite; its weights are damaged", t.name, bad, len(t.values))
	}
	// Float16 and other kernels for other batches round differently.
	const rounding = 5e-3
	if !(t.apart <= rounding) {
		return fmt.Errorf("output %.40q: a row differs by %.2g where other rows stand beside it, or from run to run: the model normalizes over its batch, takes its rows for a sequence or draws at random; export it for inference (in PyTorch after model.eval())", t.name, t.apart)
	}
	return nil
}

// extent runs the graph on rows that reach far, and returns the least and the largest value of
// an output of all runs.
func (a *adapter) extent(output string) (lo, hi float64, err error) {
	program, err := a.load()
	if err != nil {
		return 0, 0, err
	}
	defer program.Close()
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, scale := range []float32{1, 4, 30, 1000} {
		out, err := a.feed(program, 0, probeRows, a.points(probeRows, scale))
		if err != nil {
			return 0, 0, err
		}
		for i, v := range program.Outputs() {
			if v.Name != output {
				continue
			}
			for _, x := range out[i].Data {
				if x-x == 0 {
					lo, hi = min(lo, float64(x)), max(hi, float64(x))
				}
			}
		}
	}
	return lo, hi, nil
}
