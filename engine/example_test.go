package engine_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"govae/engine"
	"govae/onnx"
)

// A graph of one's own, here y = relu(x wᵀ + b), is read from a file and run.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "layer.onnx")
	if err := writeLayer(path); err != nil {
		log.Fatal(err)
	}
	model, err := onnx.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.New(engine.Options{Name: "go"})
	if err != nil {
		log.Fatal(err)
	}
	program, err := e.Load(model)
	if err != nil {
		log.Fatal(err)
	}
	defer program.Close()
	outputs, err := program.Call(map[string]engine.Tensor{
		"x": {Shape: []int{2, 2}, Data: []float32{1, 2, 3, -4}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outputs["y"].Shape, outputs["y"].Data)
	// Output: [2 3] [1 2 3.5 3 0 0]
}

// writeLayer writes a dense layer from 2 to 3 values, for any number of rows.
func writeLayer(path string) error {
	b := onnx.NewBuilder("layer")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	w := b.Float32("w", []int{3, 2}, []float32{1, 0, 0, 1, 1, 1})
	bias := b.Float32("b", []int{3}, []float32{0, 0, 0.5})
	dense := b.Node("Gemm", "dense", []onnx.Value{x, w, bias}, onnx.Int("transB", 1))
	b.Output("y", b.Node("Relu", "relu", []onnx.Value{dense}), onnx.Named("batch"), onnx.Size(3))
	model, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		return err
	}
	data, err := model.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
