package infer_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/export"
	"govae/images"
	"govae/infer"
	"govae/models"
)

// TestScorer: an image's log weight does not depend on those beside it, and what is wrong
// with images or noise is said.
func TestScorer(t *testing.T) {
	m, err := models.New(models.Config{Arch: "ladder", Image: models.Shape{H: 16, W: 15, C: 1}, Groups: []int{2, 1}, Width: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	file, err := export.Scorer(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	enginetest.Each(t, func(t *testing.T, _ *engine.Engine, run engine.Options) {
		s, err := infer.NewScorer(file, infer.Options{Engine: run})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got := fmt.Sprint(s.Contract().Role, " ", s.Contract().Metadata.LatentGroups); got != "scorer [{1x1 0 2} {4x4 2 16}]" {
			t.Errorf("opened a %s", got)
		}
		const n = 11
		x := images.Batch{Shape: s.Shape(), Pixels: make([]float32, n*s.Shape().Len())}
		for i := range x.Pixels {
			x.Pixels[i] = float32(i%7) / 6
		}
		eps := make([]float32, n*s.Latent())
		for i := range eps {
			eps[i] = float32(i%5) - 2
		}
		all, err := s.LogWeights(t.Context(), x, eps)
		if err != nil {
			t.Fatal(err)
		}
		var single []float64
		for i := range n {
			one := images.Batch{Shape: x.Shape, Pixels: x.At(i).Pixels}
			w, err := s.LogWeights(t.Context(), one, eps[i*s.Latent():(i+1)*s.Latent()])
			if err != nil {
				t.Fatal(err)
			}
			single = append(single, w...)
		}
		if !slices.Equal(all, single) {
			t.Errorf("at once %v, one by one %v", all, single)
		}
		if _, err := s.LogWeights(t.Context(), x, eps[1:]); err == nil || !strings.Contains(err.Error(), "values of noise") {
			t.Errorf("error %v, want one about the noise", err)
		}
	})
	_, err = infer.NewDecoder(file, infer.Options{})
	if wrong, ok := errors.AsType[*infer.RoleError](err); !ok || wrong.Got != infer.RoleScorer {
		t.Errorf("error %v, want one about the role", err)
	}
}
