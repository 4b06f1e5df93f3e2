package export

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/infer"
	"govae/internal/enginetest"
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
	return m
}

// TestGraphGolden pins names, order, shapes and metadata of the exported graphs.
func TestGraphGolden(t *testing.T) {
	stats := &models.LatentStats{Mean: []float64{0.5, -1}, Std: []float64{1, 2}}
	for name, c := range map[string]models.Config{
		"conv": {Image: models.Shape{H: 28, W: 28, C: 1}, Labels: []string{"0", "1"}},
		"mlp":  {Arch: "mlp", Image: models.Shape{H: 5, W: 4, C: 3}, Hidden: []int{8, 6}, Activation: "tanh", Likelihood: models.Gaussian},
	} {
		m := testModel(t, c)
		var text bytes.Buffer
		for _, build := range []func(*models.VAE, Options) (*onnx.Model, error){Decoder, Encoder} {
			model, err := build(m, Options{LatentStats: stats})
			if err != nil {
				t.Fatal(err)
			}
			model.ProducerVersion = "" // that of the build
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

// TestParity writes every kind of model and lets ONNX Runtime verify it.
func TestParity(t *testing.T) {
	engine := infer.Verifier{Engine: enginetest.ONNXRuntime(t)}
	for _, c := range []models.Config{
		{Image: models.Shape{H: 28, W: 28, C: 1}},
		{Image: models.Shape{H: 13, W: 10, C: 3}, Latent: 7, Likelihood: models.Gaussian},
		{Image: models.Shape{H: 1, W: 2, C: 1}, Latent: 1},
		{Arch: "mlp", Image: models.Shape{H: 28, W: 28, C: 1}},
		{Arch: "mlp", Image: models.Shape{H: 6, W: 5, C: 3}, Hidden: []int{20, 10}, Activation: "tanh"},
	} {
		t.Run(fmt.Sprintf("%s %v", c.Arch, c.Image), func(t *testing.T) {
			dir := t.TempDir()
			paths := Paths{Decoder: filepath.Join(dir, "decoder.onnx"), Encoder: filepath.Join(dir, "encoder.onnx")}
			results, err := Write(t.Context(), testModel(t, c), paths, engine, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 2 {
				t.Fatalf("%d results, want 2", len(results))
			}
			for _, r := range results {
				if info, err := os.Stat(r.Path); err != nil || info.Size() != int64(r.Bytes) || !r.Verified {
					t.Errorf("%+v: file %v, error %v", r, info, err)
				}
			}
		})
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
	return []*onnx.Tensor{onnx.Float32Tensor(Image, shape, make([]float32, passRows*s.Len()))}, e.err
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
	if id, _ := model.MetadataValue(KeyModelID); id != m.ID() {
		t.Errorf("%s is %q, want %q", KeyModelID, id, m.ID())
	}
}
