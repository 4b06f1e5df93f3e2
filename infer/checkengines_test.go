package infer_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/adapt"
	"govae/contract"
	"govae/engine"
	"govae/infer"
	"govae/latent"
)

func TestCheckEngines(t *testing.T) {
	sigmoid := func(s float64) float64 { return 1 / (1 + math.Exp(-s)) }
	var off float32
	check := withCheck(t, small.latent, func(x []float32, rows int) []contract.Output {
		y := product(x, rows, "pixels", small.pixels(), small.latent, sigmoid)
		y.Values[0] += off
		return []contract.Output{y}
	})
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	write := func(data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pureGo := infer.Options{Engine: engine.Options{Name: "gonum"}}

	write(decoderModel(t, small, check))
	checks, err := infer.CheckEngines(t.Context(), path, infer.Options{})
	if err != nil || len(checks) == 0 || !strings.HasPrefix(checks[len(checks)-1].Engine, "go ") {
		t.Fatalf("checks %+v, error %v", checks, err)
	}
	for _, c := range checks {
		if c.Err != nil || !c.Compared || c.Difference > 1e-6 {
			t.Errorf("%+v", c)
		}
	}
	if _, err := infer.CheckEngines(t.Context(), path, infer.Options{Engine: engine.Options{Library: path}}); err == nil {
		t.Error("no error for a library that is none")
	}

	off = 0.25
	write(decoderModel(t, small, check))
	checks, err = infer.CheckEngines(t.Context(), path, pureGo)
	if len(checks) != 1 || !checks[0].Compared || math.Abs(checks[0].Difference-0.25) > 1e-6 || !errors.Is(err, checks[0].Err) {
		t.Errorf("another value: checks %+v, error %v", checks, err)
	}
	write(decoderModel(t, small, metadata(contract.KeyCheck, "noise")))
	if checks, err = infer.CheckEngines(t.Context(), path, pureGo); len(checks) != 1 || checks[0].Compared || err == nil {
		t.Errorf("noise: checks %+v, error %v", checks, err)
	}
	write(decoderModel(t, small))
	if checks, err := infer.CheckEngines(t.Context(), path, pureGo); checks != nil || err == nil || !strings.Contains(err.Error(), "holds no check values") {
		t.Errorf("no check values: checks %+v, error %v", checks, err)
	}
	if _, err := infer.CheckEngines(t.Context(), path+"x", pureGo); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

func TestDescribe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "decoder.onnx")
	if err := os.WriteFile(path, decoderModel(t, small), 0o644); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := infer.Describe(&text, path, infer.Options{}, nil); err != nil || !strings.HasPrefix(text.String(), path+": VAE decoder, images ") || !strings.Contains(text.String(), "Sigmoid") {
		t.Errorf("%v: %s", err, &text)
	}
	if err := infer.Describe(&text, path+"x", infer.Options{}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []infer.Options{{Foreign: adapt.Options{Layout: "chw"}}, {Engine: engine.Options{Name: "tpu"}}} {
		if err := o.Check(); !errors.As(err, new(*engine.OptionError)) && !errors.As(err, new(*adapt.OptionError)) {
			t.Errorf("%+v: error %v", o, err)
		}
	}
	if err := (infer.Options{Threads: -1}).Check(); !errors.As(err, new(*latent.OptionError)) {
		t.Errorf("-1 threads: error %v", err)
	}
	if err := (infer.Options{Foreign: adapt.Options{Layout: "nhwc"}}).Check(); err != nil {
		t.Error(err)
	}
}
