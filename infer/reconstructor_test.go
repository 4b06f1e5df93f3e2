package infer_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"govae/engine"
	"govae/infer"
	"govae/latent"
)

// TestReconstructor opens a pair and an autoencoder by the same function.
func TestReconstructor(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	decoder, encoder := file("decoder.onnx", decoderModel(t, small)), file("encoder.onnx", encoderModel(t, small))
	autoencoder, none := file("autoencoder.onnx", autoencoderModel(t, small)), filepath.Join(dir, "none.onnx")
	o := infer.Options{Engine: engine.Options{Name: "go"}}

	r, err := infer.OpenReconstructor(decoder, encoder, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, ok := r.(*infer.Pair)
	if !ok || r.Shape() != p.Encoder.Shape() || r.Engine() != p.Encoder.Engine() || r.Note() != nil || len(r.Fingerprint()) != 128 {
		t.Errorf("a %T of %v, engine %s (%v), fingerprint %s", r, r.Shape(), r.Engine(), r.Note(), r.Fingerprint())
	}
	images, err := infer.Collect(p.Decoder.Sample(t.Context(), 3, latent.SampleOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	draws := latent.Draws(p.Encoder.EncodeAll(t.Context(), images.All()), 2, 5)
	want, err := infer.Collect(p.Decoder.DecodeAll(t.Context(), draws))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := infer.Collect(p.ReconstructDraws(t.Context(), images.All(), p.Decoder.Latent(), 2, 5)); err != nil || !slices.Equal(got.Pixels, want.Pixels) {
		t.Errorf("two draws of each give other images (%v)", err)
	}

	alone, err := infer.OpenReconstructor(autoencoder, none, o)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if _, ok := alone.(*infer.Autoencoder); !ok {
		t.Errorf("an autoencoder is a %T", alone)
	}
	if _, err := infer.OpenReconstructor(decoder, none, o); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without an encoder: error %v", err)
	}
	if _, err := infer.OpenReconstructor(encoder, encoder, o); !errors.As(err, new(*infer.RoleError)) {
		t.Errorf("an encoder as decoder: error %v", err)
	}
}
