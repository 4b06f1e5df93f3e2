package latent_test

import (
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

func TestEdited(t *testing.T) {
	points := func() [][]float32 { return [][]float32{{1, 2, 3}, {-1, 0, 1}} }
	for _, tt := range []struct {
		name      string
		edits     []latent.Edit
		strengths []float64
		want      [][]float32
	}{
		{"set", []latent.Edit{latent.Set(1, 9)}, nil, [][]float32{{1, 9, 3}, {-1, 9, 1}}},
		{"shift", []latent.Edit{latent.Shift(2, -2)}, nil, [][]float32{{1, 2, 1}, {-1, 0, -1}}},
		{"both, in order", []latent.Edit{latent.Set(0, 5), latent.Shift(0, 1)}, nil, [][]float32{{6, 2, 3}, {6, 0, 1}}},
		{"attribute", []latent.Edit{latent.Attribute{Direction: []float32{1, 0, -1}}.Add}, []float64{-1, 0, 2}, [][]float32{
			{0, 2, 4}, {1, 2, 3}, {3, 2, 1}, {-2, 0, 2}, {-1, 0, 1}, {1, 0, -1}}},
		{"half set", []latent.Edit{latent.Set(0, 3)}, []float64{0.5}, [][]float32{{2, 2, 3}, {1, 0, 1}}},
		{"none", nil, nil, points()},
	} {
		in := points()
		got, err := latent.Collect(latent.Edited(latent.Of(in...), tt.edits, tt.strengths...))
		if err != nil || !slices.EqualFunc(got, tt.want, slices.Equal) {
			t.Errorf("%s: %v (%v), want %v", tt.name, got, err, tt.want)
		}
		if !slices.EqualFunc(in, points(), slices.Equal) {
			t.Errorf("%s: the input was changed to %v", tt.name, in)
		}
	}
}

// TestEditsOfOtherDimensions: the stream ends with the error.
func TestEditsOfOtherDimensions(t *testing.T) {
	for want, edit := range map[string]latent.Edit{
		"dimension 2 of a latent point that has 2":   latent.Set(2, 0),
		"dimension -1 of a latent point that has 2":  latent.Shift(-1, 1),
		"of 3 latent dimensions moves no point of 2": latent.Attribute{Direction: make([]float32, 3)}.Add,
	} {
		if _, err := latent.Collect(latent.Edited(latent.Of([]float32{0, 0}), []latent.Edit{edit})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
