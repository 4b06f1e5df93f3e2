package infer_test

import (
	"testing"

	"govae/infer"
	"govae/onnx"
)

// TestTensors: a program in another language is told what to call, and gets a file that holds
// all weights.
func TestTensors(t *testing.T) {
	d, e := openDecoder(t, decoderModel(t, small), 1), openEncoder(t, encoderModel(t, small), 1)
	if got, want := d.Tensors(), (infer.Tensors{Z: "z", Image: "image"}); got != want {
		t.Errorf("decoder %+v, want %+v", got, want)
	}
	if got, want := e.Tensors(), (infer.Tensors{Image: "image", Mean: "mean", LogVar: "log_var"}); got != want {
		t.Errorf("encoder %+v, want %+v", got, want)
	}
	data, err := d.File()
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := infer.ReadContract(m); err != nil {
		t.Error(err)
	}
}
