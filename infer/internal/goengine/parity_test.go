package goengine_test

import (
	"math"
	"slices"
	"testing"

	"govae/infer"
	"govae/onnx"
)

// load prepares a model of the bytes of a file.
func load(t testing.TB, e infer.Engine, data []byte) infer.Runner {
	t.Helper()
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	r, err := e.Load(m, data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// compare checks that got is want: the shape exactly, the largest difference
// within 1e-5 of 1 or of the largest element.
func compare(t *testing.T, got, want infer.Tensor) {
	t.Helper()
	if !slices.Equal(got.Shape, want.Shape) {
		t.Fatalf("shape %v, want %v", got.Shape, want.Shape)
	}
	largest, difference := 1.0, 0.0
	for i, w := range want.Data {
		if math.IsInf(float64(w), 0) || math.IsNaN(float64(w)) {
			if g := got.Data[i]; g != w && !(math.IsNaN(float64(w)) && math.IsNaN(float64(g))) {
				t.Fatalf("element %d is %g, want %g", i, g, w)
			}
			continue
		}
		largest = max(largest, math.Abs(float64(w)))
		difference = max(difference, math.Abs(float64(got.Data[i])-float64(w)))
	}
	if !(difference <= 1e-5*largest) {
		t.Errorf("differs by %g of %g: got %.8g, want %.8g", difference, largest, head(got.Data), head(want.Data))
	}
}

func head(x []float32) []float32 { return x[:min(len(x), 40)] }
