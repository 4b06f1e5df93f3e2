package infer_test

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"govae/adapt"
	"govae/contract"
	"govae/engine"
	"govae/images"
	"govae/infer"
	"govae/internal/npy"
)

// TestForeignModels opens decoders and encoders in the forms that other programs give them, and
// compares what they compute with what Python's ONNX Runtime and the meaning of each say. The
// variable PEER_MODELS names the folder into which benchmarks/export_peers.py wrote them.
func TestForeignModels(t *testing.T) {
	folder := filepath.Join(os.Getenv("PEER_MODELS"), "foreign")
	text, err := os.ReadFile(filepath.Join(folder, "foreign.json"))
	if os.Getenv("PEER_MODELS") == "" || err != nil {
		t.Skip("PEER_MODELS is not set to a folder of models exported by benchmarks/export_peers.py foreign")
	}
	var cases []struct {
		File, Role string
		Answers    struct {
			Pixels, Layout                 string
			Size                           []int
			DecoderOutputs, EncoderOutputs []string
		}
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tt := range cases {
		t.Run(tt.File, func(t *testing.T) {
			base := filepath.Join(folder, tt.File[:len(tt.File)-len(".onnx")])
			in, want := array(t, base+".in.npy"), array(t, base+".out.npy")
			answers := adapt.Options{Pixels: tt.Answers.Pixels, Layout: tt.Answers.Layout, DecoderOutputs: tt.Answers.DecoderOutputs, EncoderOutputs: tt.Answers.EncoderOutputs}
			if s := tt.Answers.Size; s != nil {
				answers.Size = images.Shape{H: s[0], W: s[1]}
			}
			onEngines(t, func(t *testing.T, e engine.Options) {
				got := run(t, filepath.Join(folder, tt.File), tt.Role, in, infer.Options{Engine: e, Foreign: answers})
				limit := 1e-5
				if tt.File == "type_half.onnx" {
					limit = 2e-3 // float16 has 11 bits
				}
				if d := contract.Difference(got, want); !(d <= limit) {
					t.Errorf("differs from Python's ONNX Runtime by %.2g", d)
				}
			})
		})
	}
}

// run gives all numbers of a model's outputs, row by row.
func run(t *testing.T, file, role string, in []float32, o infer.Options) (all []float32) {
	t.Helper()
	if role == "decoder" {
		d, err := infer.OpenDecoder(file, o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if d.Classes() != nil { // the rows are of one class each
			classes := make([]int, len(in)/d.Latent())
			for i := range classes {
				classes[i] = i
			}
			if d, err = d.WithLabel(infer.Classes(classes)); err != nil {
				t.Fatal(err)
			}
		}
		decoded, err := d.Decode(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return decoded.Pixels
	}
	e, err := infer.OpenEncoder(file, o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	mean, logVar, err := e.Encode(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(mean); i += e.Latent() {
		all = append(all, mean[i:i+e.Latent()]...)
		if logVar != nil {
			all = append(all, logVar[i:i+e.Latent()]...)
		}
	}
	return all
}

// array reads the float32 numbers of an .npy file.
func array(t *testing.T, path string) []float32 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := npy.ReadHeader(f)
	if err != nil {
		t.Fatal(err)
	}
	n := 1
	for _, d := range h.Shape {
		n *= d
	}
	x := make([]float32, n)
	if err := binary.Read(f, binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	return x
}
