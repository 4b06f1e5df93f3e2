package engine

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"govae/engine/internal/goengine"
	"govae/onnx"
)

// Tensor is an array of float32 in row-major order:
//
//	type Tensor struct {
//		Shape []int
//		Data  []float32
//	}
type Tensor = goengine.Tensor

// Program is a model ready for execution. Many goroutines may use it at once; Close
// waits for them.
type Program struct {
	engine          string
	inputs, outputs []onnx.ValueInfo

	mu     sync.RWMutex // read-held by runs, held by Close
	runner runner       // nil when closed
}

// Inputs returns the names and the declared shapes of the inputs that [Program.Run]
// takes. Do not change them.
func (p *Program) Inputs() []onnx.ValueInfo { return p.inputs }

// Outputs is [Program.Inputs] for the outputs.
func (p *Program) Outputs() []onnx.ValueInfo { return p.outputs }

// Run maps the model's inputs, in their order in the file, to its outputs. It uses
// one thread. The outputs are new tensors, or those of into if it is not empty: it
// must have their shapes then. What is wrong with the tensors is an error.
func (p *Program) Run(inputs []Tensor, into ...Tensor) ([]Tensor, error) {
	if err := p.checkTensors(inputs, into); err != nil {
		return nil, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.runner == nil {
		return nil, fmt.Errorf("engine %s: the program is closed", p.engine)
	}
	outputs, err := p.runner.run(rounded(inputs, p.inputs), into)
	if err != nil {
		return nil, fmt.Errorf("engine %s: %w", p.engine, err)
	}
	for i, v := range p.outputs {
		round(outputs[i].Data, v.Type)
	}
	return outputs, nil
}

// Call is [Program.Run] by name.
func (p *Program) Call(inputs map[string]Tensor) (map[string]Tensor, error) {
	in, err := p.order(inputs)
	if err != nil {
		return nil, err
	}
	out, err := p.Run(in)
	if err != nil {
		return nil, err
	}
	named := make(map[string]Tensor, len(out))
	for i, t := range out {
		named[p.outputs[i].Name] = t
	}
	return named, nil
}

// Close releases what the engine holds. Run fails afterwards.
func (p *Program) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.runner == nil {
		return nil
	}
	r := p.runner
	p.runner = nil
	return r.close()
}

// order puts named inputs in the order of the file.
func (p *Program) order(named map[string]Tensor) ([]Tensor, error) {
	var in []Tensor
	for _, v := range p.inputs {
		t, ok := named[v.Name]
		if !ok {
			return nil, fmt.Errorf("input %q is not given", v.Name)
		}
		in = append(in, t)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !slices.ContainsFunc(p.inputs, func(v onnx.ValueInfo) bool { return v.Name == name }) {
			return nil, fmt.Errorf("the model has no input %q", name)
		}
	}
	return in, nil
}

// checkTensors compares what a caller gives with what the model declares.
func (p *Program) checkTensors(inputs, into []Tensor) error {
	if len(inputs) != len(p.inputs) {
		return fmt.Errorf("got %d inputs, but the model takes %d", len(inputs), len(p.inputs))
	}
	for i, t := range inputs {
		if err := checkTensor(t, p.inputs[i].Shape); err != nil {
			return fmt.Errorf("input %q %w", p.inputs[i].Name, err)
		}
	}
	if len(into) != 0 && len(into) != len(p.outputs) {
		return fmt.Errorf("got memory for %d outputs, but the model has %d", len(into), len(p.outputs))
	}
	for i, t := range into {
		if err := checkTensor(t, p.outputs[i].Shape); err != nil {
			return fmt.Errorf("output %q %w", p.outputs[i].Name, err)
		}
	}
	return nil
}

// checkTensor compares a tensor with a shape, of which parts or all may be unknown.
func checkTensor(t Tensor, declared onnx.Shape) error {
	fits := declared == nil || len(declared) == len(t.Shape)
	for i, d := range declared {
		fits = fits && (!d.Known() || int(d.Size) == t.Shape[i])
	}
	if !fits {
		return fmt.Errorf("has the shape %v, but the model declares %v", t.Shape, declared)
	}
	if !fills(len(t.Data), t.Shape) {
		return fmt.Errorf("has %d elements, which do not fill its shape %v", len(t.Data), t.Shape)
	}
	return nil
}

// fills reports whether a shape has n elements, also where their number overflows.
func fills(n int, shape []int) bool {
	if slices.ContainsFunc(shape, func(size int) bool { return size < 0 }) {
		return false
	}
	if slices.Contains(shape, 0) {
		return n == 0
	}
	for _, size := range shape {
		if n%size != 0 {
			return false
		}
		n /= size
	}
	return n == 1
}
