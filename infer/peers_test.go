package infer_test

import (
	"os"
	"path/filepath"
	"testing"

	"govae/infer"
	"govae/internal/enginetest"
	"govae/internal/random"
	"govae/latent"
)

// TestPeers runs decoders and encoders of other programs in both engines. The
// variable PEER_MODELS names the folder into which benchmarks/export_peers.py
// wrote them.
func TestPeers(t *testing.T) {
	folder := os.Getenv("PEER_MODELS")
	if folder == "" {
		t.Skip("PEER_MODELS is not set to a folder of models exported by benchmarks/export_peers.py")
	}
	enginetest.ONNXRuntime(t)
	files, err := filepath.Glob(filepath.Join(folder, "*.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models in %s (%v)", folder, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var results [2][]float32
			for i, engine := range []string{"gonum", "onnxruntime"} {
				s, err := infer.Open(file, infer.Options{Engine: engine})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if e, ok := s.(*infer.Encoder); ok {
					x := make([]float32, 67*s.Shape().Len())
					noise := random.New(1, random.Init, 0, 0)
					noise.Normal(x)
					mean, logVar, err := e.Encode(t.Context(), x)
					if err != nil || logVar == nil {
						t.Fatal(err, logVar)
					}
					results[i] = append(mean, logVar...)
				} else {
					images, err := infer.Collect(s.(*infer.Decoder).Sample(t.Context(), 67, latent.SampleOptions{}))
					if err != nil {
						t.Fatal(err)
					}
					results[i] = images.Pixels
				}
			}
			if d := difference(results[0], results[1]); !(d <= 1e-5) {
				t.Errorf("the engines differ by %g", d)
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
