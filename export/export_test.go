package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/contract"
	"govae/engine"
	"govae/engine/enginetest"
	"govae/infer"
	"govae/models"
	"govae/onnx"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func testModel(t *testing.T, c models.Config) *models.VAE {
	t.Helper()
	m, err := models.New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Conditional {
		if m.Classifier, err = models.NewClassifier(m.Config, 2); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// testPair opens m as it is exported, and returns the decoder's file too.
func testPair(t *testing.T, m *models.VAE, run engine.Options) (*infer.Pair, *onnx.Model) {
	t.Helper()
	decoder, err := Decoder(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := Encoder(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := infer.NewPair(decoder, encoder, infer.Options{Engine: run})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pair.Close() })
	return pair, decoder
}

type builder = func(*models.VAE, Options) (*onnx.Model, error)

// TestGraphGolden pins names, order, shapes and metadata of the exported graphs.
func TestGraphGolden(t *testing.T) {
	stats := &models.LatentStats{Mean: []float64{0.5, -1}, Std: []float64{1, 2}}
	labelled := conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 3, C: 1}, Hidden: []int{4}})
	conv := models.Config{Image: models.Shape{H: 28, W: 28, C: 1}, Labels: []string{"0", "1"}}
	mlp := models.Config{Arch: "mlp", Image: models.Shape{H: 5, W: 4, C: 3}, Hidden: []int{8, 6}, Activation: "tanh", Likelihood: models.Gaussian}
	for name, tt := range map[string]struct {
		config  models.Config
		options Options
		graphs  []builder
	}{
		"conv":        {conv, Options{}, []builder{Decoder, Encoder}},
		"mlp":         {mlp, Options{}, []builder{Decoder, Encoder}},
		"fp16":        {conv, Options{Precision: models.FP16, Opset: 22}, []builder{Decoder}},
		"int8":        {conv, Options{Precision: models.INT8, Opset: 13}, []builder{Decoder}},
		"autoencoder": {conv, Options{}, []builder{Autoencoder}},
		"conditional": {labelled, Options{Precision: models.INT8}, []builder{Decoder, Encoder, Autoencoder, Classifier}},
		"elbo":        {mlp, Options{}, []builder{Scorer}},
		"prior":       {models.Config{Arch: "mlp", Image: models.Shape{H: 2, W: 3, C: 1}, Hidden: []int{4}, Latent: 3}, Options{Prior: &twoComponents}, []builder{Sampler}},
		"ladder":      {models.Config{Arch: "ladder", Image: models.Shape{H: 16, W: 15, C: 1}, Groups: []int{2, 1}, Width: 2}, Options{}, []builder{Decoder, Encoder, Autoencoder, Scorer}},
	} {
		m := testModel(t, tt.config)
		if name == "conv" || name == "mlp" {
			m.LatentStats = stats
		}
		var text bytes.Buffer
		for _, build := range tt.graphs {
			model, err := build(m, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			model.ProducerVersion = "" // that of the build
			for _, key := range []string{contract.KeyCheck, contract.KeyPrecisionError} {
				if _, ok := model.MetadataValue(key); ok {
					model.SetMetadata(key, "…") // computed: the last digits depend on the kernel
				}
			}
			if err := model.Dump(&text); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text.String()); diff != "" {
			t.Errorf("%s (run with -update if the change is meant):\n%s", name, diff)
		}
	}
}

// TestParity writes every kind of model and lets the engines verify it.
func TestParity(t *testing.T) {
	for _, c := range []models.Config{
		{Image: models.Shape{H: 28, W: 28, C: 1}},
		{Arch: "residual", Image: models.Shape{H: 32, W: 32, C: 3}},
		{Arch: "residual", Image: models.Shape{H: 31, W: 18, C: 1}, Width: 8, Depth: 2},
		{Arch: "ladder", Image: models.Shape{H: 32, W: 32, C: 3}},
		{Arch: "ladder", Image: models.Shape{H: 31, W: 18, C: 1}, Groups: []int{3, 1}, Width: 8, Likelihood: models.Logistic},
		{Arch: "conv", Image: models.Shape{H: 13, W: 10, C: 3}, Latent: 7, Likelihood: models.Gaussian},
		{Image: models.Shape{H: 1, W: 2, C: 1}, Latent: 1},
		{Arch: "mlp", Image: models.Shape{H: 28, W: 28, C: 1}},
		{Arch: "mlp", Image: models.Shape{H: 6, W: 5, C: 3}, Hidden: []int{20, 10}, Activation: "tanh"},
		conditional(models.Config{Arch: "conv", Image: models.Shape{H: 13, W: 10, C: 1}}),
		conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 6, W: 5, C: 3}}),
		conditional(models.Config{Arch: "residual", Image: models.Shape{H: 20, W: 18, C: 3}, Width: 8}),
		conditional(models.Config{Arch: "mlp", Image: models.Shape{H: 131, W: 5, C: 1}, Hidden: []int{4}}),
	} {
		t.Run(fmt.Sprintf("%s %v %d", c.Arch, c.Image, c.Classes()), func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, e *engine.Engine, run engine.Options) {
				writeAll(t, e, run, testModel(t, c), Options{})
			})
		})
	}
}

// TestOptions lets the engines verify every precision at every operator set.
func TestOptions(t *testing.T) { enginetest.Each(t, testOptions) }

func testOptions(t *testing.T, e *engine.Engine, run engine.Options) {
	m := testModel(t, models.Config{Image: models.Shape{H: 3, W: 2, C: 3}, Latent: 5})
	for opset := int64(onnx.OldestOpset); opset <= onnx.NewestOpset; opset++ {
		for _, p := range models.Precisions() {
			t.Run(fmt.Sprintf("%s opset %d", p, opset), func(t *testing.T) {
				for _, r := range writeAll(t, e, run, m, Options{Opset: opset, Precision: p}) {
					model, err := onnx.ReadFile(r.Path)
					if err != nil {
						t.Fatal(err)
					}
					if model.Opset() != opset {
						t.Errorf("%s has opset %d", r.Path, model.Opset())
					}
					if got, _ := model.MetadataValue(contract.KeyPrecision); got != string(p) {
						t.Errorf("%s: %s is %q", r.Path, contract.KeyPrecision, got)
					}
				}
			})
		}
	}
	for _, opset := range []int64{12, 23, -1} {
		if _, err := Decoder(m, Options{Opset: opset}); err == nil {
			t.Errorf("opset %d is accepted", opset)
		}
	}
}

// writeAll writes all graphs, verified, and runs their check values.
func writeAll(t *testing.T, e *engine.Engine, run engine.Options, m *models.VAE, o Options) []Result {
	t.Helper()
	dir := t.TempDir()
	paths := Paths{
		Decoder:     filepath.Join(dir, "decoder.onnx"),
		Encoder:     filepath.Join(dir, "encoder.onnx"),
		Autoencoder: filepath.Join(dir, "autoencoder.onnx"),
		Scorer:      filepath.Join(dir, "elbo.onnx"),
	}
	want := 4
	if m.Classifier != nil {
		paths.Classifier = filepath.Join(dir, "classifier.onnx")
		want++
	}
	results, err := Write(t.Context(), m, paths, e, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != want {
		t.Fatalf("%d results, want %d", len(results), want)
	}
	for _, r := range results {
		if info, err := os.Stat(r.Path); err != nil || info.Size() != int64(r.Bytes) || !r.Verified {
			t.Errorf("%+v: file %v, error %v", r, info, err)
		}
		session, err := infer.Open(r.Path, infer.Options{Engine: run})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.CheckValues(t.Context()); err != nil {
			t.Error(err)
		}
		session.Close()
	}
	return results
}

// TestPrecision compares sizes and outputs of the reference network's files with those in
// float32.
func TestPrecision(t *testing.T) { enginetest.Each(t, testPrecision) }

func testPrecision(t *testing.T, e *engine.Engine, _ engine.Options) {
	m := testModel(t, models.Config{Image: models.Shape{H: 28, W: 28, C: 1}})
	z := make([]float32, 200)
	for i := range z {
		z[i] = float32(i%41)/10 - 2
	}
	run := func(t *testing.T, o Options) (image []float32, bytes int, loss string) {
		model, err := Decoder(m, o)
		if err != nil {
			t.Fatal(err)
		}
		data, err := model.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Run(t.Context(), data, onnx.Float32Tensor(contract.Z, []int64{100, 2}, z))
		if err != nil {
			t.Fatal(err)
		}
		if image, err = out[0].Float32s(); err != nil {
			t.Fatal(err)
		}
		loss, _ = model.MetadataValue(contract.KeyPrecisionError)
		return image, len(data), loss
	}
	want, full, loss := run(t, Options{})
	if loss != "" {
		t.Errorf("float32 has an error of %s", loss)
	}
	for p, limit := range map[models.Precision]struct{ size, max float64 }{models.FP16: {0.55, 1e-3}, models.INT8: {0.34, 0.01}} {
		t.Run(string(p), func(t *testing.T) {
			image, bytes, text := run(t, Options{Precision: p})
			if size := float64(bytes) / float64(full); size > limit.size {
				t.Errorf("%.2f of the size in float32, want at most %.2f", size, limit.size)
			}
			var loss struct{ Max, Mean float64 }
			if err := json.Unmarshal([]byte(text), &loss); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			// The measured error is that of other draws: of the same magnitude.
			got := contract.Difference(image, want)
			if !(got > 0 && got <= limit.max) || loss.Max < got/2 || loss.Max > 2*limit.max || !(loss.Mean > 0 && loss.Mean < loss.Max) {
				t.Errorf("differs by %.2g, want at most %g; the file says %s", got, limit.max, text)
			}
		})
	}
}

// TestCheckValues looks at the form of the check values; writeAll runs them.
func TestCheckValues(t *testing.T) {
	m := testModel(t, models.Config{Image: models.Shape{H: 2, W: 3, C: 3}, Latent: 3})
	for _, p := range models.Precisions() {
		for _, build := range []builder{Decoder, Encoder, Autoencoder} {
			model, err := build(m, Options{Precision: p})
			if err != nil {
				t.Fatal(err)
			}
			text, _ := model.MetadataValue(contract.KeyCheck)
			if len(text) >= 2000 {
				t.Errorf("%s: the check values take %d bytes", model.Graph.Name, len(text))
			}
			check, err := contract.ParseCheck(text)
			if err != nil {
				t.Fatal(err)
			}
			var rows []int
			for _, c := range check.Cases {
				rows = append(rows, c.Rows)
				if len(c.Inputs) != 1 || c.Inputs[0].Name != model.Graph.Inputs[0].Name || len(c.Outputs) != len(model.Graph.Outputs) {
					t.Errorf("%s: case %+v", model.Graph.Name, c)
				}
			}
			if !slices.Equal(rows, []int{1, 3}) || check.Tolerance != Tolerance {
				t.Errorf("%s: cases of %v rows, tolerance %g", model.Graph.Name, rows, check.Tolerance)
			}
		}
	}
	m.Theta[len(m.Theta)-1] = float32(math.NaN()) // the decoder's last bias
	if _, err := Decoder(m, Options{}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("error %v, want one about values that are not finite", err)
	}
}

// wrongEngine returns zeros, or an error.
type wrongEngine struct {
	m   *models.VAE
	err error
}

func (wrongEngine) Name() string { return "wrong" }

func (e wrongEngine) Run(_ context.Context, _ []byte, inputs ...*onnx.Tensor) ([]*onnx.Tensor, error) {
	s := e.m.Config.Image
	shape := []int64{passRows, int64(s.C), int64(s.H), int64(s.W)}
	return []*onnx.Tensor{onnx.Float32Tensor(contract.Image, shape, make([]float32, passRows*s.Len()))}, e.err
}

func TestWriteKeepsTheOldFile(t *testing.T) {
	m := testModel(t, models.Config{Image: models.Shape{H: 4, W: 4, C: 1}})
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for want, engine := range map[string]Engine{"differs from the model": wrongEngine{m, nil}, "broken": wrongEngine{m, broken}} {
		_, err := Write(t.Context(), m, Paths{Decoder: path}, engine, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one with %q and the file's name", err, want)
		}
		if got, _ := os.ReadFile(path); string(got) != "old" {
			t.Errorf("the file holds %d new bytes, want the old ones", len(got))
		}
	}
}

func TestWriteWithoutEngine(t *testing.T) {
	m := testModel(t, models.Config{Image: models.Shape{H: 4, W: 4, C: 1}})
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	results, err := Write(t.Context(), m, Paths{Decoder: path}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 || results[0].Verified {
		t.Errorf("results %+v, want one that is not verified", results)
	}
	model, err := onnx.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := model.MetadataValue(contract.KeyModelID); id != m.ID() {
		t.Errorf("%s is %q, want %q", contract.KeyModelID, id, m.ID())
	}
}
