package engine_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/onnx"
)

// TestAny compares both engines with Python's ONNX Runtime on the files that
// benchmarks/any_models.py has written. ONNX Runtime must run them all, the pure-Go engine
// may say what it lacks.
func TestAny(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(os.Getenv("PEER_MODELS"), "any_*.json"))
	if os.Getenv("PEER_MODELS") == "" || err != nil || len(files) == 0 {
		t.Skip("PEER_MODELS is not set to a folder of models exported by benchmarks/export_peers.py")
	}
	enginetest.Each(t, func(t *testing.T, e *engine.Engine, _ engine.Options) {
		ran := 0
		for _, report := range files {
			file := report[:len(report)-len("json")] + "onnx"
			name := filepath.Base(file)
			data, err := os.ReadFile(report)
			if err != nil {
				t.Fatal(err)
			}
			var want struct {
				Input  []float32
				Shape  []int
				Output []float32
			}
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			m, err := onnx.ReadFile(file)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			p, err := e.Load(m)
			if errors.As(err, new(*engine.UnsupportedError)) && e.Name()[0] == 'g' {
				t.Logf("%s: %v", name, err)
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			out, err := p.Run([]engine.Tensor{{Shape: []int{len(want.Input) / 4, 4}, Data: want.Input}})
			p.Close()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			ran++
			tolerance := 1e-5
			if p.Outputs()[0].Type == onnx.Float16 {
				tolerance = 1e-3 // a step or two of float16
			}
			if len(out[0].Data) != len(want.Output) {
				t.Errorf("%s: the output has %v, not %v", name, out[0].Shape, want.Shape)
				continue
			}
			worst := 0.0
			for i, v := range out[0].Data {
				worst = math.Max(worst, math.Abs(float64(v-want.Output[i]))/math.Max(1, math.Abs(float64(want.Output[i]))))
			}
			if !(worst <= tolerance) {
				t.Errorf("%s: differs by %g", name, worst)
			}
		}
		t.Logf("%s ran %d of %d", e.Name(), ran, len(files))
	})
}
