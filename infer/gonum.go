package infer

import (
	"errors"
	"fmt"
	"sync"

	"govae/infer/internal/goengine"
	"govae/internal/kernel"
	"govae/onnx"
)

// gonumEngine is the engine in pure Go, on gonum and our own kernels. It needs no
// library and no cgo.
type gonumEngine struct {
	kernel string // by which it computes; kernels round differently
	note   string // why it was chosen, if nobody asked for it
}

func newGonum(note string) (Engine, error) {
	name, err := kernel.Default()
	return gonumEngine{name, note}, err
}

// Name implements [Engine].
func (e gonumEngine) Name() string {
	if e.kernel == "gonum" {
		return e.kernel
	}
	return "gonum " + e.kernel
}

// Note implements [Engine].
func (e gonumEngine) Note() string { return e.note }

// Load implements [Engine].
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

func (r *gonumRunner) Run(inputs []Tensor, into ...Tensor) ([]Tensor, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.model == nil {
		return nil, errors.New("engine gonum: the session is closed")
	}
	out, err := r.model.Run(convert[goengine.Tensor](inputs), convert[goengine.Tensor](into)...)
	if err != nil {
		return nil, fmt.Errorf("engine gonum: %w", err)
	}
	return convert[Tensor](out), nil
}

// convert changes the type of tensors between this package's and the engine's.
func convert[To, From Tensor | goengine.Tensor](tensors []From) []To {
	converted := make([]To, len(tensors))
	for i, t := range tensors {
		converted[i] = To(t)
	}
	return converted
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
