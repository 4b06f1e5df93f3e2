package onnx_test

import (
	"strings"
	"testing"

	"govae/onnx"
)

func TestDescribe(t *testing.T) {
	b := onnx.NewBuilder("graph")
	x := b.Input("x", onnx.Float32, onnx.Named("batch\x1b[31m"), onnx.Size(2))
	b.Output("y", b.Node("Relu", "relu", []onnx.Value{b.Node("Gemm", "gemm", []onnx.Value{x, b.Float32("w", []int{2, 3}, make([]float32, 6))})}))
	m, err := b.Model(onnx.ModelOptions{ProducerName: "a\u009btest"})
	if err != nil {
		t.Fatal(err)
	}
	m.SetMetadata("key", strings.Repeat("é", 200))
	var out strings.Builder
	if err := m.Describe(&out, 123); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"size      123 bytes, 6 weights\n", ", written by a test ", "input     x     float32 [\"batch\\x1b[31m\",2]\n", "output    y     float32 [\"batch\\x1b[31m\",3]\n",
		"metadata  key   " + strings.Repeat("é", 120) + "…\n", "operator  Gemm  1\noperator  Relu  1\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
