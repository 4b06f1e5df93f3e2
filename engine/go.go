package engine

import (
	"govae/engine/internal/goengine"
	"govae/internal/kernel"
	"govae/onnx"
)

// Rows is the size of the first dimension that programs of the pure-Go engine are
// prepared for where a model leaves it open.
const Rows = 8

// UnsupportedError says what a model needs that the pure-Go engine lacks. ONNX Runtime
// may have it.
type UnsupportedError = goengine.UnsupportedError

// newGo returns the engine in pure Go, on our own kernels. It needs no library and no
// cgo. Its name has the kernel, as kernels round differently.
func newGo(note error) (*Engine, error) {
	name, err := kernel.Default()
	if err != nil {
		return nil, err
	}
	return &Engine{name: "go " + name, note: note, load: loadGo, strict: true}, nil
}

func loadGo(m *onnx.Model) (runner, error) {
	model, err := goengine.Load(m, Rows)
	if err != nil {
		return nil, err
	}
	return goRunner{model}, nil
}

type goRunner struct{ model *goengine.Model }

func (r goRunner) run(inputs, into []Tensor) ([]Tensor, error) { return r.model.Run(inputs, into...) }

func (r goRunner) close() error {
	r.model.Close()
	return nil
}
