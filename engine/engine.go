// Package engine runs ONNX models: those of a VAE, and any other graph that passes
// the check of package onnx and computes in float32.
//
//	e, err := engine.New(engine.Options{})
//	...
//	program, err := e.Load(model)
//	...
//	outputs, err := program.Run([]engine.Tensor{x})
//
// There are two engines: ONNX Runtime, a shared library that package
// [govae/engine/onnxruntime] finds and installs, and "go", which is pure Go. That one
// runs everywhere Go does, also in a program built without cgo, and serves where no
// library is found; [Engine.Note] then says so. It needs less time than ONNX Runtime
// for the convolutional networks that package export writes.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"govae/engine/onnxruntime"
	"govae/onnx"
)

// Engine executes ONNX models. Many goroutines may use it at once.
type Engine struct {
	name string
	note error
	load func(*onnx.Model) (runner, error)
	// strict says that the engine knows no more than package onnx.
	strict bool
	// tune returns a model that computes what m does and runs faster, or m itself. It
	// does not change m.
	tune func(m *onnx.Model) *onnx.Model
}

// runner is a model in an engine.
type runner interface {
	// run is [Program.Run] for inputs that have the declared shapes.
	run(inputs, into []Tensor) ([]Tensor, error)
	// close is called once, and run not afterwards.
	close() error
}

// New returns the engine that o names. Where the ONNX Runtime library is what is
// wrong, the error is a [*onnxruntime.NotFoundError], a [*onnxruntime.LibraryError]
// or a [*ProviderError]. A library that was asked for, by o or by
// [onnxruntime.Variable], must be usable: "auto" then does without the pure-Go engine.
func New(o Options) (*Engine, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	switch names := o.Names(); {
	case names[0] == "go":
		return newGo(nil)
	case len(names) == 1:
		return newONNXRuntime(o.Library, cmp.Or(o.Provider, cpu))
	}
	e, err := newONNXRuntime(o.Library, cpu)
	if err == nil || o.Library != "" || os.Getenv(onnxruntime.Variable) != "" {
		return e, err
	}
	return newGo(fmt.Errorf("using the pure-Go engine: %w", err))
}

// Name returns the engine's name as in [Options], with its version, or the kernel
// that it computes by: engines of one name give the same bits.
func (e *Engine) Name() string { return e.name }

// Note says why "auto" chose this engine, in one line for the user, where it is not
// the first choice, and has the error of the first choice in it; nil otherwise.
func (e *Engine) Note() error { return e.note }

// Load checks a model and prepares it for execution in the form that the engine runs
// fastest. Do not change m afterwards. Where the pure-Go engine lacks something that
// the model needs, the error holds an [UnsupportedError]. ONNX Runtime is given every model
// whose structure is right ([onnx.Model.CheckStructure]) and judges the rest.
func (e *Engine) Load(m *onnx.Model) (*Program, error) {
	problem := m.Check()
	_, beyond := errors.AsType[*onnx.UnsupportedError](problem)
	if problem != nil && e.strict {
		return nil, problem
	}
	values, err := onnx.Values(m)
	if err != nil {
		return nil, err
	}
	p := &Program{engine: e.name, inputs: m.Graph.Feeds()}
	for _, v := range m.Graph.Outputs {
		known := values[v.Name]
		known.Name, known.Doc = v.Name, v.Doc
		p.outputs = append(p.outputs, known)
	}
	wrapped, err := float32Ends(m, p.outputs)
	if err != nil {
		return nil, err
	}
	if e.tune != nil && problem == nil {
		if simple, err := onnx.Simplify(wrapped); err == nil {
			if tuned := e.tune(simple); tuned != simple {
				if p.runner, err = e.load(tuned); err == nil {
					return p, nil
				}
			}
		}
	}
	p.runner, err = e.load(wrapped)
	switch {
	case err != nil && problem != nil && !beyond: // the clearer words
		return nil, problem
	case err != nil:
		return nil, fmt.Errorf("engine %s: %w", e.name, err)
	}
	return p, nil
}

// Run loads and runs a model once that is still in memory, as package export
// does before it writes it to a file. The inputs are float32 and may come in any
// order: they are matched by name. The outputs are in the order of the file.
func (e *Engine) Run(ctx context.Context, model []byte, inputs ...*onnx.Tensor) ([]*onnx.Tensor, error) {
	m, err := onnx.Unmarshal(model)
	if err != nil {
		return nil, err
	}
	named := make(map[string]Tensor, len(inputs))
	for _, t := range inputs {
		data, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		named[t.Name] = Tensor{Shape: ints(t.Shape), Data: data}
	}
	p, err := e.Load(m)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in, err := p.order(named)
	if err != nil {
		return nil, err
	}
	out, err := p.Run(in)
	if err != nil {
		return nil, err
	}
	results := make([]*onnx.Tensor, len(out))
	for i, t := range out {
		results[i] = onnx.Float32Tensor(p.outputs[i].Name, int64s(t.Shape), t.Data)
	}
	return results, nil
}

func ints(shape []int64) []int {
	s := make([]int, len(shape))
	for i, d := range shape {
		s[i] = int(d)
	}
	return s
}

func int64s(shape []int) []int64 {
	s := make([]int64, len(shape))
	for i, d := range shape {
		s[i] = int64(d)
	}
	return s
}
