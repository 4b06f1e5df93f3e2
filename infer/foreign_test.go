package infer_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/adapt"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/images"
	"govae/infer"
	"govae/onnx"
)

// foreign is a decoder as other programs write it: no metadata, names of their own.
func foreign(t testing.TB, image ...int64) *onnx.Model {
	t.Helper()
	b := onnx.NewBuilder("main_graph")
	x := b.Input("args_0", onnx.Float32, onnx.Named("unk__5"), onnx.Size(2))
	n := int(image[0] * image[1] * image[2])
	y := b.Node("Sigmoid", "sigmoid", []onnx.Value{b.Node("Gemm", "product", []onnx.Value{x, b.Float32("kernel", []int{2, n}, weights("kernel", n, 2))})})
	b.Output("Identity:0", b.Node("Reshape", "reshape", []onnx.Value{y, b.Int64("shape", []int{4}, append([]int64{-1}, image...))}))
	m, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m.Opsets = append(m.Opsets, onnx.Opset{Domain: "ai.onnx.ml", Version: 2}) // unused
	return m
}

// TestForeignAutoencoder: a file of another program that maps images to images serves, though
// nothing tells how many latent dimensions it has.
func TestForeignAutoencoder(t *testing.T) {
	b := onnx.NewBuilder("main_graph")
	x := b.Input("input", onnx.Float32, onnx.Named("n"), onnx.Size(1), onnx.Size(3), onnx.Size(4))
	b.Output("output", b.Node("Sigmoid", "sigmoid", []onnx.Value{x}))
	data := enginetest.File(t, b, onnx.ModelOptions{})
	a, err := infer.OpenAutoencoderBytes(data, infer.Options{Engine: engine.Options{Name: "go"}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Latent() != 0 || a.Shape() != (images.Shape{H: 3, W: 4, C: 1}) {
		t.Errorf("%d latent dimensions, images of %v", a.Latent(), a.Shape())
	}
	given := images.Image{Shape: a.Shape(), Pixels: []float32{0, 0.25, 0.5, 0.75, 1, 0, 0.25, 0.5, 0.75, 1, 0, 0.25}}
	for got, err := range a.Reconstruct(t.Context(), func(yield func(images.Image, error) bool) { yield(given, nil) }) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Pixels {
			if want := 1 / (1 + math.Exp(-float64(given.Pixels[i]))); math.Abs(float64(v)-want) > 1e-6 {
				t.Errorf("value %d is %g, want %g", i, v, want)
			}
		}
	}
}

func TestForeignDecoders(t *testing.T) {
	for _, tt := range []struct {
		image   []int64
		layout  string
		c, h, w int
		last    bool
		problem string
	}{
		{[]int64{3, 4, 5}, "", 3, 4, 5, false, ""},
		{[]int64{4, 5, 3}, "", 3, 4, 5, true, ""},
		{[]int64{1, 4, 5}, "", 1, 4, 5, false, ""},
		{[]int64{4, 5, 1}, "", 1, 4, 5, true, ""},
		{[]int64{3, 4, 1}, "", 0, 0, 0, false, "may come first or last"},
		{[]int64{3, 4, 1}, "nchw", 3, 4, 1, false, ""},
		{[]int64{3, 4, 1}, "nhwc", 1, 3, 4, true, ""},
		{[]int64{3, 4, 1}, "chw", 0, 0, 0, false, `the option Layout is "chw"`},
		{[]int64{4, 5, 6}, "", 0, 0, 0, false, "4 channels"},
	} {
		data, err := foreign(t, tt.image...).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		s, err := infer.OpenDecoderBytes(data, infer.Options{Engine: engine.Options{Name: "go"}, Foreign: adapt.Options{Layout: tt.layout}})
		if tt.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tt.problem) || strings.Contains(tt.problem, "may come") != errors.As(err, new(*adapt.Question)) {
				t.Errorf("image %v: error %v, want %q", tt.image, err, tt.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("image %v: %v", tt.image, err)
			continue
		}
		defer s.Close()
		if got, want := s.Shape(), (images.Shape{H: tt.h, W: tt.w, C: tt.c}); got != want {
			t.Errorf("image %v: got %v, want %v", tt.image, got, want)
		}
		z := []float32{0.5, -1}
		decoded, err := s.Decode(t.Context(), z)
		if err != nil {
			t.Fatal(err)
		}
		kernel := weights("kernel", tt.c*tt.h*tt.w, 2)
		for i, got := range decoded.At(0).Pixels {
			at := i
			if tt.last { // [C, H, W] is [H, W, C] in the file
				at = i%(tt.h*tt.w)*tt.c + i/(tt.h*tt.w)
			}
			want := float32(1 / (1 + math.Exp(-float64(z[0]*kernel[at]+z[1]*kernel[at+tt.c*tt.h*tt.w]))))
			if d := got - want; d > 1e-5 || d < -1e-5 {
				t.Errorf("image %v, element %d: got %g, want %g", tt.image, i, got, want)
				break
			}
		}
	}
}

func TestForeignEncoders(t *testing.T) {
	for _, outputs := range [][]string{{"mean_only"}, {"mean", "logvar"}, {"log_var", "mean"}, {"LogVar", "mu"}, {"z_log_var", "z_mean"}} {
		b := onnx.NewBuilder("encoder")
		x := b.Node("Flatten", "flatten", []onnx.Value{b.Input("pixels", onnx.Float32, onnx.Unknown(), onnx.Size(2), onnx.Size(2), onnx.Size(3))})
		for _, name := range outputs {
			b.Output(name, b.Node("Mul", "scaled_"+name, []onnx.Value{x, b.Float32(name+"/factor", nil, []float32{float32(len(name))})}))
		}
		data := enginetest.File(t, b, onnx.ModelOptions{})
		s, err := infer.OpenEncoderBytes(data, infer.Options{Engine: engine.Options{Name: "go"}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		image := []float32{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400} // [C, H, W]
		mean, logVar, err := s.Encode(t.Context(), image)
		if err != nil {
			t.Fatal(err)
		}
		meanAt, logVarAt := 0, 1
		if strings.HasPrefix(strings.ToLower(outputs[0]), "log") || outputs[0] == "z_log_var" {
			meanAt, logVarAt = 1, 0
		}
		if want := 10 * float32(len(outputs[meanAt])); mean[1] != want {
			t.Errorf("%v: mean[1] is %g, want %g", outputs, mean[1], want)
		}
		if len(outputs) == 1 {
			if logVar != nil {
				t.Errorf("%v: log_var %v from nowhere", outputs, logVar)
			}
		} else if want := 3 * float32(len(outputs[logVarAt])); logVar[6] != want/3*3 {
			t.Errorf("%v: logVar[6] is %g, want %g", outputs, logVar[6], want)
		}
	}
}

// TestExternalData opens a model whose weights lie in a file beside it.
func TestExternalData(t *testing.T) {
	folder := os.Getenv("PEER_MODELS")
	if folder == "" {
		t.Skip("PEER_MODELS is not set to a folder of models exported by benchmarks/export_peers.py")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*_decoder.onnx.data"))
	if err != nil || len(files) == 0 {
		t.Skipf("no model with external data in %s (%v)", folder, err)
	}
	file := strings.TrimSuffix(files[0], ".data")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := infer.OpenBytes(data, infer.Options{Engine: engine.Options{Name: "go"}}); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("from memory: %v", err)
	}
	alone := filepath.Join(t.TempDir(), "alone.onnx")
	if err := os.WriteFile(alone, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := infer.Open(alone, infer.Options{Engine: engine.Options{Name: "go"}}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("without the other file: %v", err)
	}
}
