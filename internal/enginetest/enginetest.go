// Package enginetest gives tests an engine to run ONNX models with.
package enginetest

import (
	"os"
	"testing"

	"govae/engine"
)

// ONNXRuntime returns the ONNX Runtime engine. Where it cannot be loaded the test
// is skipped, but fails if CI=true is set: there nothing may be left untested.
func ONNXRuntime(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(engine.Options{Name: "onnxruntime"})
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
	e, err := engine.New(engine.Options{Name: "go"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}
