package infer_test

import (
	"slices"
	"strings"
	"testing"

	"govae/infer"
	"govae/latent"
)

func TestManifoldOrder(t *testing.T) {
	ctx := t.Context()
	s := openDecoder(t, decoderModel(t, small), 2)
	got, err := infer.Collect(s.Manifold(ctx, latent.LatticeOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	var z []float32
	for row := range 15 {
		for column := range 15 {
			z = append(z, float32(-4+8*float64(column)/14), float32(-4+8*float64(14-row)/14))
		}
	}
	want, err := s.Decode(ctx, z)
	if err != nil || !slices.Equal(got.Pixels, want.Pixels) {
		t.Errorf("the manifold is not in the picture's order (%v)", err)
	}
}

func TestManifoldOfChosenDimensions(t *testing.T) {
	ctx := t.Context()
	s := openDecoder(t, decoderModel(t, size{4, 1, 3, 2}), 2)
	for _, tt := range []struct {
		at   []float32
		want []float32
	}{
		{nil, []float32{0, 2, 0, -1, 0, 2, 0, 2, 0, -1, 0, -1, 0, -1, 0, 2}},
		{[]float32{7, 8, 9, 10}, []float32{7, 2, 9, -1, 7, 2, 9, 2, 7, -1, 9, -1, 7, -1, 9, 2}},
	} {
		got, err := infer.Collect(s.Manifold(ctx, latent.LatticeOptions{Dims: [2]int{3, 1}, Range: [2]float64{-1, 2}, Grid: 2, At: tt.at}))
		if err != nil {
			t.Fatal(err)
		}
		want, err := s.Decode(ctx, tt.want)
		if err != nil || !slices.Equal(got.Pixels, want.Pixels) {
			t.Errorf("at %v: not the images of %v (%v)", tt.at, tt.want, err)
		}
	}
}

func TestManifoldNeedsItsDimensions(t *testing.T) {
	for _, tt := range []struct {
		latent int
		dims   [2]int
		want   string
	}{
		{1, [2]int{}, "has 1 latent dimension"}, {3, [2]int{0, 3}, "no latent dimension 3; give one from 0 to 2"}, {3, [2]int{-1, 0}, "no latent dimension -1"},
	} {
		s := openDecoder(t, decoderModel(t, size{tt.latent, 1, 2, 2}), 1)
		if _, err := infer.Collect(s.Manifold(t.Context(), latent.LatticeOptions{Dims: tt.dims})); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("latent %d, dimensions %v: error %v, want %q", tt.latent, tt.dims, err, tt.want)
		}
	}
}
