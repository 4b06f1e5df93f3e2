package main

import (
	"path/filepath"
	"testing"

	"govae/infer"
)

// TestFiles looks for what training found out beside the weights in the exported files.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if err := run(t.Context(), dir, 100, 1); err != nil {
		t.Fatal(err)
	}
	pair, err := infer.OpenPair(filepath.Join(dir, "decoder.onnx"), filepath.Join(dir, "encoder.onnx"), infer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pair.Close()
	for _, session := range []infer.Session{pair.Decoder, pair.Encoder} {
		m := session.Contract().Metadata
		if len(m.Labels) != 10 || m.Labels[7] != "7" {
			t.Errorf("%s: labels %q, want the ten digits", session.Contract().Role, m.Labels)
		}
		if m.LatentStats == nil || len(m.LatentStats.Mean) != session.Latent() || len(m.LatentStats.Std) != session.Latent() {
			t.Errorf("%s: latent statistics %v, want those of %d dimensions", session.Contract().Role, m.LatentStats, session.Latent())
		}
	}
}
