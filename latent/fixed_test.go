package latent

import (
	"errors"
	"slices"
	"testing"
)

func TestFixed(t *testing.T) {
	broken := errors.New("broken")
	var err error
	points := func(yield func([]float32, error) bool) {
		_ = yield([]float32{1, 2, 3}, nil) && yield([]float32{4, 5, 6}, err)
	}
	got, _ := Collect(Fixed(points, 1, []float32{7, 8, 9}))
	if len(got) != 2 || !slices.Equal(got[0], []float32{1, 8, 9}) || !slices.Equal(got[1], []float32{4, 8, 9}) {
		t.Errorf("points %v", got)
	}
	err = broken
	if _, got := Collect(Fixed(points, 1, []float32{7, 8, 9})); got != broken {
		t.Errorf("error %v, want that of the points", got)
	}
}
