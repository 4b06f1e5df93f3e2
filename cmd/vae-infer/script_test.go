package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"govae/contract"
	"govae/engine/enginetest"
	"govae/engine/onnxruntime"
	"govae/onnx"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vae-infer": main})
}

// TestScripts runs the command as users do. Each script finds decoder.onnx and
// encoder.onnx of a small VAE for images of 8x6 pixels with two latent dimensions,
// tampered.onnx, whose check values are not those of that decoder, other.onnx, the
// decoder of another model, untold.onnx, which tells no likelihood, tanh.onnx, a decoder of
// images in [-1, 1], eitherway.onnx, which does not tell where images have their
// channels, stretching.onnx, an encoder trained on stretched images, and a folder nine of images that have 9x9.
func TestScripts(t *testing.T) {
	enginetest.ONNXRuntime(t)
	library, _, err := onnxruntime.Find("")
	if err != nil {
		t.Fatal(err)
	}
	decoder, encoder := smallVAE(t)
	tampered, tanh := withWrongCheck(t, decoder), withTanh(t, decoder)
	var nine bytes.Buffer
	if err := png.Encode(&nine, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv(onnxruntime.Variable, library.Path) // as a script's home is empty
			if err := os.Mkdir(filepath.Join(env.WorkDir, "nine"), 0o755); err != nil {
				return err
			}
			files := map[string][]byte{"decoder.onnx": decoder, "encoder.onnx": encoder, "tampered.onnx": tampered,
				"other.onnx": withMetadata(t, decoder, contract.KeyModelID, "fedcba9876543210"), "untold.onnx": withMetadata(t, decoder, contract.KeyLikelihood, ""),
				"stretching.onnx": withMetadata(t, encoder, contract.KeyFit, "stretch"), "tanh.onnx": tanh, "eitherway.onnx": eitherWay(t), "nine/a.png": nine.Bytes(), "nine/b.png": nine.Bytes()}
			for name, data := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// smallVAE returns a decoder whose image is sigmoid(z wᵀ), and the encoder x w.
func smallVAE(t *testing.T) (decoder, encoder []byte) {
	const h, w, latent = 8, 6, 2
	weights := make([]float32, h*w*latent)
	for i := range weights {
		weights[i] = float32(i%7-3) / 8
	}
	image := []onnx.Dim{onnx.Named("batch"), onnx.Size(1), onnx.Size(h), onnx.Size(w)}

	d := onnx.NewBuilder("decoder")
	z := d.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(latent))
	logits := d.Node("Gemm", "dense", []onnx.Value{z, d.Float32("dense/weight", []int{h * w, latent}, weights)}, onnx.Int("transB", 1))
	pixels := d.Node("Sigmoid", "sigmoid", []onnx.Value{logits})
	shape := d.Int64("shape", []int{4}, []int64{-1, 1, h, w})
	d.Output("image", d.Node("Reshape", "reshape", []onnx.Value{pixels, shape}), image...)

	e := onnx.NewBuilder("encoder")
	x := e.Node("Flatten", "flatten", []onnx.Value{e.Input("image", onnx.Float32, image...)})
	e.Output("mean", e.Node("Gemm", "mean_layer", []onnx.Value{x, e.Float32("mean/weight", []int{h * w, latent}, weights)}))
	e.Output("log_var", e.Node("Gemm", "log_var_layer", []onnx.Value{x, e.Float32("log_var/weight", []int{h * w, latent}, weights)}))

	files := make([][]byte, 2)
	for i, b := range []*onnx.Builder{d, e} {
		m, err := b.Model(onnx.ModelOptions{ProducerName: "script_test"})
		if err != nil {
			t.Fatal(err)
		}
		m.SetMetadata(contract.KeyModelID, "0123456789abcdef")
		m.SetMetadata(contract.KeyLikelihood, "bernoulli")
		if files[i], err = m.Marshal(); err != nil {
			t.Fatal(err)
		}
	}
	return files[0], files[1]
}

// eitherWay returns a decoder of images that may be [3, 4, 1] or [1, 3, 4].
func eitherWay(t *testing.T) []byte {
	b := onnx.NewBuilder("decoder")
	z := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	pixels := b.Node("Gemm", "dense", []onnx.Value{z, b.Float32("weight", []int{12, 2}, make([]float32, 24))}, onnx.Int("transB", 1))
	shape := b.Int64("shape", []int{4}, []int64{-1, 3, 4, 1})
	b.Output("image", b.Node("Reshape", "reshape", []onnx.Value{pixels, shape}), onnx.Named("batch"), onnx.Size(3), onnx.Size(4), onnx.Size(1))
	return enginetest.File(t, b, onnx.ModelOptions{ProducerName: "script_test"})
}

// withTanh replaces a decoder's sigmoid.
func withTanh(t *testing.T, decoder []byte) []byte {
	m, err := onnx.Unmarshal(decoder)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range m.Graph.Nodes {
		if n.Op == "Sigmoid" {
			n.Op = "Tanh"
		}
	}
	if decoder, err = m.Marshal(); err != nil {
		t.Fatal(err)
	}
	return decoder
}

// withMetadata sets an entry of a file's metadata.
func withMetadata(t *testing.T, file []byte, key, value string) []byte {
	m, err := onnx.Unmarshal(file)
	if err != nil {
		t.Fatal(err)
	}
	m.SetMetadata(key, value)
	if file, err = m.Marshal(); err != nil {
		t.Fatal(err)
	}
	return file
}

// withWrongCheck adds check values that say that each pixel of an image is 0.
func withWrongCheck(t *testing.T, decoder []byte) []byte {
	c := contract.Case{
		Rows:    1,
		Inputs:  []contract.Input{{Name: contract.Z, Formula: contract.Formula{Modulus: 1}}},
		Outputs: []contract.Output{contract.NewOutput(contract.Image, []float32{0})},
	}
	text, err := contract.Check{Tolerance: 1e-5, Cases: []contract.Case{c}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return withMetadata(t, decoder, contract.KeyCheck, text)
}
