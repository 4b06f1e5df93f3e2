package infer_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/adapt"
	"govae/engine"
	"govae/infer"
	"govae/internal/random"
	"govae/latent"
)

// TestPeers runs decoders and encoders of other programs in both engines, as far as they
// are there, and compares them. The variable PEER_MODELS names the folder into which
// benchmarks/export_peers.py wrote them.
func TestPeers(t *testing.T) {
	folder := os.Getenv("PEER_MODELS")
	if folder == "" {
		t.Skip("PEER_MODELS is not set to a folder of models exported by benchmarks/export_peers.py")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.onnx"))
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasPrefix(filepath.Base(file), "any_") }) // of TestAny
	if err != nil || len(files) == 0 {
		t.Skipf("no models in %s (%v)", folder, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			results := map[string][]float32{}
			onEngines(t, func(t *testing.T, e engine.Options) {
				o := infer.Options{Engine: e}
				if strings.HasSuffix(file, "_encoder.onnx") { // the names of its outputs do not tell
					o.Foreign.EncoderOutputs = []string{adapt.OutputMean, adapt.OutputLogVar}
				}
				s, err := infer.Open(file, o)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				switch s := s.(type) {
				case *infer.Encoder:
					x := make([]float32, 67*s.Shape().Len())
					noise := random.New(1, random.Init, 0, 0)
					noise.Normal(x)
					mean, logVar, err := s.Encode(t.Context(), x)
					if err != nil || logVar == nil {
						t.Fatal(err, logVar)
					}
					results[e.Name] = append(mean, logVar...)
				case *infer.Decoder:
					images, err := infer.Collect(s.Sample(t.Context(), 67, latent.SampleOptions{}))
					if err != nil {
						t.Fatal(err)
					}
					results[e.Name] = images.Pixels
				}
			})
			if len(results) == 2 {
				if d := difference(results["go"], results["onnxruntime"]); !(d <= 1e-5) {
					t.Errorf("the engines differ by %g", d)
				}
			}
		})
	}
}

// difference is max|a-b| / max(1, max|b|).
func difference(a, b []float32) float64 {
	if len(a) != len(b) {
		return -1
	}
	largest, most := 1.0, 0.0
	for i := range a {
		largest = max(largest, abs(float64(b[i])))
		most = max(most, abs(float64(a[i])-float64(b[i])))
	}
	return most / largest
}

func abs(x float64) float64 { return max(x, -x) }
