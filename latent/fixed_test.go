package latent

import (
	"errors"
	"iter"
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

func TestSettled(t *testing.T) {
	var codes iter.Seq2[Code, error] = func(yield func(Code, error) bool) {
		_ = yield(Code{Mean: []float32{1, 2, 3}, LogVar: []float32{0, 0, 0}}, nil) && yield(Code{}, ErrNoLogVar)
	}
	var points [][]float32
	var err error
	for z, e := range Draws(Settled(codes, 1), 2, 0) {
		if err = e; err == nil {
			points = append(points, z)
		}
	}
	if len(points) != 2 || points[0][0] == points[1][0] || !slices.Equal(points[0][1:], []float32{2, 3}) || !slices.Equal(points[1][1:], []float32{2, 3}) {
		t.Errorf("points %v", points)
	}
	if err != ErrNoLogVar {
		t.Errorf("error %v, want that of the codes", err)
	}
}
