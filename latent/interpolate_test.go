package latent_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

func TestInterpolateSharesEnds(t *testing.T) {
	got, err := latent.Collect(latent.Interpolate(latent.Of([]float32{0, 0}, []float32{2, 4}, []float32{2, 0}), 3, latent.Linear))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float32{{0, 0}, {1, 2}, {2, 4}, {2, 2}, {2, 0}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("points %v, want %v", got, want)
	}
	for n, want := range []int{0, 1, 16, 31} {
		points := latent.Of(slices.Repeat([][]float32{{1, 2}}, n)...)
		if got, err := latent.Collect(latent.Interpolate(points, 16, latent.Linear)); err != nil || len(got) != want {
			t.Errorf("%d points give %d (%v), want %d", n, len(got), err, want)
		}
	}
}

func TestInterpolateErrors(t *testing.T) {
	failure := errors.New("no more")
	broken := func(yield func([]float32, error) bool) {
		if yield([]float32{1}, nil) {
			yield(nil, failure)
		}
	}
	if _, err := latent.Collect(latent.Interpolate(broken, 4, latent.Linear)); err != failure {
		t.Errorf("error %v, want that of the input", err)
	}
	mixed := latent.Of([]float32{1}, []float32{1, 2})
	if _, err := latent.Collect(latent.Interpolate(mixed, 4, latent.Linear)); err == nil || !strings.Contains(err.Error(), "2 values follows one of 1") {
		t.Errorf("points of two sizes: error %v", err)
	}
	for range latent.Interpolate(latent.Of([]float32{1}, []float32{2}), 9, latent.Linear) {
		break
	}
}
