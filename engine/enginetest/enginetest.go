// Package enginetest gives tests engines, and ONNX files to run.
package enginetest

import (
	"os"
	"testing"

	"govae/engine"
	"govae/onnx"
)

// Each runs a test in each engine, as a subtest: where ONNX Runtime is missing, the
// half in pure Go is not skipped. The options are those that choose e.
func Each(t *testing.T, test func(t *testing.T, e *engine.Engine, o engine.Options)) {
	t.Run("go", func(t *testing.T) { test(t, Go(t), pureGo) })
	t.Run("onnxruntime", func(t *testing.T) { test(t, ONNXRuntime(t), onnxRuntime) })
}

var (
	pureGo      = engine.Options{Name: "go"}
	onnxRuntime = engine.Options{Name: "onnxruntime"}
)

// ONNXRuntime returns the ONNX Runtime engine. Where it cannot be loaded the test
// is skipped, but fails if CI=true is set: there nothing may be left untested.
func ONNXRuntime(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(onnxRuntime)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return e
}

// Go returns the pure-Go engine.
func Go(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(pureGo)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// File returns the file of the model that b has built.
func File(t testing.TB, b *onnx.Builder, o onnx.ModelOptions) []byte {
	t.Helper()
	m, err := b.Model(o)
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
