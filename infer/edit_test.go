package infer_test

import (
	"slices"
	"strings"
	"testing"

	"govae/infer"
)

func TestEdited(t *testing.T) {
	points := func() [][]float32 { return [][]float32{{1, 2, 3}, {-1, 0, 1}} }
	for _, tt := range []struct {
		name      string
		edits     []infer.Edit
		strengths []float64
		want      [][]float32
	}{
		{"set", []infer.Edit{infer.Set(1, 9)}, nil, [][]float32{{1, 9, 3}, {-1, 9, 1}}},
		{"shift", []infer.Edit{infer.Shift(2, -2)}, nil, [][]float32{{1, 2, 1}, {-1, 0, -1}}},
		{"both, in order", []infer.Edit{infer.Set(0, 5), infer.Shift(0, 1)}, nil, [][]float32{{6, 2, 3}, {6, 0, 1}}},
		{"attribute", []infer.Edit{infer.Attribute{Direction: []float32{1, 0, -1}}.Add}, []float64{-1, 0, 2}, [][]float32{
			{0, 2, 4}, {1, 2, 3}, {3, 2, 1}, {-2, 0, 2}, {-1, 0, 1}, {1, 0, -1}}},
		{"half set", []infer.Edit{infer.Set(0, 3)}, []float64{0.5}, [][]float32{{2, 2, 3}, {1, 0, 1}}},
		{"none", nil, nil, points()},
	} {
		in := points()
		got, err := infer.CollectPoints(infer.Edited(infer.Points(in...), tt.edits, tt.strengths...))
		if err != nil || !slices.EqualFunc(got, tt.want, slices.Equal) {
			t.Errorf("%s: %v (%v), want %v", tt.name, got, err, tt.want)
		}
		if !slices.EqualFunc(in, points(), slices.Equal) {
			t.Errorf("%s: the input was changed to %v", tt.name, in)
		}
	}
}

func TestCheckDimensions(t *testing.T) {
	s := open(t, decoderModel(t, small), 1)
	if err := s.CheckDimensions(0, 1); err != nil {
		t.Error(err)
	}
	for _, k := range []int{-1, 2} {
		if err := s.CheckDimensions(0, k); err == nil || !strings.Contains(err.Error(), "give one from 0 to 1") {
			t.Errorf("dimension %d: error %v", k, err)
		}
	}
	defer func() {
		if p := recover(); p == nil || !strings.Contains(p.(string), "dimension 2 of a latent point that has 2") {
			t.Errorf("panic %v", p)
		}
	}()
	infer.Set(2, 0)([]float32{0, 0})
}
