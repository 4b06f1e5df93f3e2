// Package enginetest gives tests an engine to run ONNX models with.
package enginetest

import (
	"os"
	"testing"

	"govae/infer"
)

// ONNXRuntime returns the ONNX Runtime engine. Where it cannot be loaded the test
// is skipped, but fails if CI=true is set: there nothing may be left untested.
func ONNXRuntime(t testing.TB) infer.Engine {
	t.Helper()
	engine, err := infer.NewEngine(infer.Options{Engine: "onnxruntime"})
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return engine
}

// Gonum returns the pure-Go engine.
func Gonum(t testing.TB) infer.Engine {
	t.Helper()
	engine, err := infer.NewEngine(infer.Options{Engine: "gonum"})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}
