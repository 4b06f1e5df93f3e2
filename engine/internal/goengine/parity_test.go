package goengine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/internal/random"
	"govae/onnx"
)

// load prepares a model of the bytes of a file.
func load(t testing.TB, e *engine.Engine, data []byte) *engine.Program {
	t.Helper()
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	r, err := e.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// normal returns a tensor of normal numbers that are the same on every call.
func normal(seed int, shape ...int) engine.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	stream := random.New(uint64(seed), random.Init, 0, uint32(n))
	stream.Normal(data)
	return engine.Tensor{Shape: shape, Data: data}
}

// graph is a model under construction whose weights are random.
type graph struct {
	*onnx.Builder
	weights int
	small   bool // small weights, so that rounding does not grow from layer to layer
}

func (g *graph) weight(shape ...int) onnx.Value {
	g.weights++
	w := normal(100+g.weights, shape...)
	if g.small {
		for i := range w.Data {
			w.Data[i] *= 0.25
		}
	}
	return g.Float32(fmt.Sprintf("weight_%d", g.weights), shape, w.Data)
}

// positive is weight with numbers that can be variances.
func (g *graph) positive(shape ...int) onnx.Value {
	w := normal(200+g.weights, shape...)
	for i, v := range w.Data {
		w.Data[i] = v*v + 0.1
	}
	g.weights++
	return g.Float32(fmt.Sprintf("weight_%d", g.weights), shape, w.Data)
}

func (g *graph) list(numbers ...int64) onnx.Value {
	g.weights++
	return g.Int64(fmt.Sprintf("list_%d", g.weights), []int{len(numbers)}, numbers)
}

func (g *graph) floats(numbers ...float32) onnx.Value {
	g.weights++
	return g.Float32(fmt.Sprintf("list_%d", g.weights), []int{len(numbers)}, numbers)
}

func (g *graph) scalar(x float32) onnx.Value {
	g.weights++
	return g.Float32(fmt.Sprintf("number_%d", g.weights), nil, []float32{x})
}

// node adds a node to x, with further operands and attributes in any order.
func (g *graph) node(op string, x onnx.Value, more ...any) onnx.Value {
	inputs := []onnx.Value{x}
	var attributes []onnx.Attribute
	for _, m := range more {
		switch m := m.(type) {
		case onnx.Value:
			inputs = append(inputs, m)
		case onnx.Attribute:
			attributes = append(attributes, m)
		case nil:
			inputs = append(inputs, onnx.Value{})
		}
	}
	g.weights++
	return g.Node(op, fmt.Sprintf("%s_%d", op, g.weights), inputs, attributes...)
}

// file builds the model of y, a function of x with an open first dimension.
func file(t testing.TB, opset int64, x engine.Tensor, build func(g *graph, x onnx.Value) []onnx.Value) []byte {
	t.Helper()
	g := &graph{Builder: onnx.NewBuilder("test")}
	dims := []onnx.Dim{onnx.Named("batch")}
	for _, d := range x.Shape[1:] {
		dims = append(dims, onnx.Size(int64(d)))
	}
	for i, y := range build(g, g.Input("x", onnx.Float32, dims...)) {
		g.Output(fmt.Sprintf("y_%d", i), y)
	}
	return enginetest.File(t, g.Builder, onnx.ModelOptions{Opset: opset})
}

// agree runs a file in both engines, and has the shapes of the results from the
// rules of package onnx alone too. Ours runs twice, because the second run finds the
// buffers that the first one left.
func agree(t *testing.T, data []byte, x engine.Tensor) {
	t.Helper()
	ours, theirs := load(t, enginetest.Go(t), data), load(t, enginetest.ONNXRuntime(t), data)
	want, err := theirs.Run([]engine.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	for i, shape := range inferred(t, data, x) {
		if !slices.Equal(shape, want[i].Shape) {
			t.Errorf("result %d is inferred to have the shape %v, but it has %v", i, shape, want[i].Shape)
		}
	}
	for range 2 {
		got, err := ours.Run([]engine.Tensor{x})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			compare(t, got[i], want[i])
		}
	}
}

// inferred returns the shapes of a file's results for the shape of x.
func inferred(t *testing.T, data []byte, x engine.Tensor) (shapes [][]int) {
	t.Helper()
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	m.Graph.Inputs[0].Shape = onnx.Sizes(x.Shape...)
	values, err := onnx.Infer(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range m.Graph.Outputs {
		shape, ok := values[y.Name].Shape.Sizes()
		if !ok {
			t.Errorf("result %q is inferred to have the shape %v", y.Name, values[y.Name].Shape)
		}
		shapes = append(shapes, shape)
	}
	return shapes
}

// compare checks that got is want: the shape exactly, the largest difference
// within 1e-5 of 1 or of the largest element.
func compare(t *testing.T, got, want engine.Tensor) {
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
