package infer

import (
	"errors"
	"fmt"
	"sync"

	"govae/infer/internal/goengine"
	"govae/onnx"
)

// gonumEngine is the engine in pure Go, on gonum and our own kernels. It needs no
// library and no cgo.
type gonumEngine struct {
	note string // why it was chosen, if nobody asked for it
}

func (gonumEngine) Name() string { return "gonum" }

// Note implements [Engine].
func (e gonumEngine) Note() string { return e.note }

func (gonumEngine) Load(m *onnx.Model, _ []byte) (Runner, error) {
	model, err := goengine.Load(m, chunkRows)
	if err != nil {
		return nil, fmt.Errorf("engine gonum: %w", err)
	}
	return &gonumRunner{model: model}, nil
}

// gonumRunner is a model in the pure-Go engine.
type gonumRunner struct {
	mu    sync.RWMutex // read-held by Run, held by Close
	model *goengine.Model
}

func (r *gonumRunner) Run(inputs []Tensor) ([]Tensor, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.model == nil {
		return nil, errors.New("engine gonum: the session is closed")
	}
	in := make([]goengine.Tensor, len(inputs))
	for i, t := range inputs {
		in[i] = goengine.Tensor(t)
	}
	out, err := r.model.Run(in)
	if err != nil {
		return nil, fmt.Errorf("engine gonum: %w", err)
	}
	outputs := make([]Tensor, len(out))
	for i, t := range out {
		outputs[i] = Tensor(t)
	}
	return outputs, nil
}

func (r *gonumRunner) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.model != nil {
		r.model.Close()
		r.model = nil
	}
	return nil
}
