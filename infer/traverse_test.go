package infer_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

func TestStoredActivity(t *testing.T) {
	for text, want := range map[string]latent.Activity{
		`{"mean":[0,1],"std":[0.5,2]}`:                 {0.25, 4},
		`{"mean":[0,1],"std":[0.5,2],"noise":[0.5,4]}`: {math.Log(2) / 2, math.Log(1.25) / 2},
		`{"mean":[0,1],"std":[0.5,2],"noise":[0,1]}`:   nil,
		`{"mean":[0,1],"std":[0.5]}`:                   nil,
		`{"std":["a","b"]}`:                            nil,
		`{`:                                            nil,
	} {
		s := openDecoder(t, decoderModel(t, small, func(m *onnx.Model) { m.SetMetadata("vae.latent_stats", text) }), 1)
		if got, ok := s.StoredActivity(); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("%s: %v, %v; want %v", text, got, ok, want)
		}
	}
	if got, ok := openDecoder(t, decoderModel(t, small), 1).StoredActivity(); ok {
		t.Errorf("no entry: %v", got)
	}
}

// TestActivity asks a decoder that knows its training images, and one that does not.
func TestActivity(t *testing.T) {
	trained := openDecoder(t, decoderModel(t, small, metadata("vae.latent_stats", `{"mean":[0,1],"std":[0.5,2]}`)), 1)
	if got, meaning, err := trained.Activity(t.Context(), nil); err != nil || !slices.Equal(got, latent.Activity{0.25, 4}) || !strings.HasPrefix(meaning, "variance") {
		t.Errorf("activity %v, a %s, error %v", got, meaning, err)
	}
	other := openDecoder(t, decoderModel(t, small), 1)
	want, _ := other.Sensitivity(t.Context(), []float32{1, 2})
	if got, meaning, err := other.Activity(t.Context(), []float32{1, 2}); err != nil || !slices.Equal(got, want) || !strings.HasPrefix(meaning, "change") {
		t.Errorf("activity %v, a %s, error %v; want %v", got, meaning, err, want)
	}
}

func TestSensitivity(t *testing.T) {
	s := openDecoder(t, decoderModel(t, small), 1)
	got, err := s.Sensitivity(t.Context(), []float32{0.5, -2})
	if err != nil {
		t.Fatal(err)
	}
	w := weights("pixels", small.pixels(), 2)
	sigmoid := func(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }
	var want [2]float64
	for p := range small.pixels() {
		a, b := w[2*p], w[2*p+1]
		want[0] += math.Abs(sigmoid(a-2*b)-sigmoid(-a-2*b)) / float64(small.pixels())
		want[1] += math.Abs(sigmoid(0.5*a+b)-sigmoid(0.5*a-b)) / float64(small.pixels())
	}
	for k := range want {
		if math.Abs(got[k]-want[k]) > 1e-6 {
			t.Errorf("sensitivity %v, want %v", got, want)
		}
	}
}

func TestTraverse(t *testing.T) {
	ctx := t.Context()
	s := openDecoder(t, decoderModel(t, size{3, 1, 3, 2}), 2)
	for _, tt := range []struct {
		o    latent.LineOptions
		want []float32
	}{
		{latent.LineOptions{Range: [2]float64{-1, 1}, Steps: 2}, []float32{-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1}},
		{latent.LineOptions{Dims: []int{2, 0}, Range: [2]float64{0, 4}, Steps: 3, At: []float32{7, 8, 9}}, []float32{7, 8, 0, 7, 8, 2, 7, 8, 4, 0, 8, 9, 2, 8, 9, 4, 8, 9}},
	} {
		got, err := infer.Collect(s.Traverse(ctx, tt.o))
		if err != nil {
			t.Fatal(err)
		}
		want, err := s.Decode(ctx, tt.want)
		if err != nil || !slices.Equal(got.Pixels, want.Pixels) {
			t.Errorf("%+v: not the images of %v (%v)", tt.o, tt.want, err)
		}
	}
	if images, err := infer.Collect(s.Traverse(ctx, latent.LineOptions{})); err != nil || images.Len() != 33 {
		t.Errorf("by default %d images (%v), want 33", images.Len(), err)
	}
	if _, err := infer.Collect(s.Traverse(ctx, latent.LineOptions{Dims: []int{3}})); err == nil || !strings.Contains(err.Error(), "no latent dimension 3") {
		t.Errorf("dimension 3: error %v", err)
	}
}
