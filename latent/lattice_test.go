package latent_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

func TestLinspace(t *testing.T) {
	for n, want := range [][]float64{{}, {-1}, {-1, 2}, {-1, 0.5, 2}, {-1, 0, 1, 2}} {
		if got := latent.Linspace(-1, 2, n); !slices.Equal(got, want) {
			t.Errorf("%d numbers: %v, want %v", n, got, want)
		}
	}
}

func TestLattice(t *testing.T) {
	wide, flat := latent.Space{Name: "model", Dims: 4}, latent.Space{Name: "model", Dims: 2}
	for _, tt := range []struct {
		space latent.Space
		o     latent.LatticeOptions
		want  []float32
	}{
		{flat, latent.LatticeOptions{Range: [2]float64{-1, 1}, Grid: 3}, []float32{
			-1, 1, 0, 1, 1, 1,
			-1, 0, 0, 0, 1, 0,
			-1, -1, 0, -1, 1, -1}},
		{wide, latent.LatticeOptions{Dims: [2]int{3, 1}, Range: [2]float64{-1, 2}, Grid: 2, At: []float32{7, 8, 9, 10}},
			[]float32{7, 2, 9, -1, 7, 2, 9, 2, 7, -1, 9, -1, 7, -1, 9, 2}},
	} {
		got, err := latent.Collect(latent.Lattice(tt.space, tt.o))
		if err != nil || !slices.Equal(slices.Concat(got...), tt.want) {
			t.Errorf("%+v: %v (%v), want %v", tt.o, got, err, tt.want)
		}
	}
	if got, err := latent.Collect(latent.Lattice(flat, latent.LatticeOptions{})); err != nil || len(got) != 225 || got[0][0] != -4 || got[0][1] != 4 {
		t.Errorf("by default %d points (%v), want 225 from [-4 4] on", len(got), err)
	}
}

func TestLines(t *testing.T) {
	space := latent.Space{Name: "model", Dims: 3}
	for _, tt := range []struct {
		o    latent.LineOptions
		want []float32
	}{
		{latent.LineOptions{Range: [2]float64{-1, 1}, Steps: 2}, []float32{-1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 0, 0, 1}},
		{latent.LineOptions{Dims: []int{2, 0}, Range: [2]float64{0, 4}, Steps: 3, At: []float32{7, 8, 9}}, []float32{7, 8, 0, 7, 8, 2, 7, 8, 4, 0, 8, 9, 2, 8, 9, 4, 8, 9}},
	} {
		got, err := latent.Collect(latent.Lines(space, tt.o))
		if err != nil || !slices.Equal(slices.Concat(got...), tt.want) {
			t.Errorf("%+v: %v (%v), want %v", tt.o, got, err, tt.want)
		}
	}
	if got, err := latent.Collect(latent.Lines(space, latent.LineOptions{})); err != nil || len(got) != 33 {
		t.Errorf("by default %d points (%v), want 33", len(got), err)
	}
}

func TestPrior(t *testing.T) {
	all, err := latent.Collect(latent.Prior(3, 50, latent.SampleOptions{Seed: 2}))
	if err != nil || len(all) != 50 {
		t.Fatalf("%d points, error %v", len(all), err)
	}
	part, err := latent.Collect(latent.Prior(3, 4, latent.SampleOptions{Seed: 2, First: 17, Temperature: 0.5}))
	if err != nil {
		t.Fatal(err)
	}
	for i, z := range part {
		for k, v := range z {
			if v != all[17+i][k]/2 {
				t.Errorf("point %d is %v at temperature 0.5, %v at 1", 17+i, z, all[17+i])
			}
		}
	}
}

// TestOptionErrors: mistakes in a caller's options come with the stream.
func TestOptionErrors(t *testing.T) {
	space := latent.Space{Name: "model", Dims: 3}
	line := latent.Of([]float32{1}, []float32{2})
	for _, tt := range []struct {
		points latent.Points
		want   string
	}{
		{latent.Prior(2, -1, latent.SampleOptions{}), "the option n is -1; want a number of samples from 0"},
		{latent.Prior(2, 1, latent.SampleOptions{First: math.MaxUint32}), "the option First is 4294967295"},
		{latent.Prior(2, 1, latent.SampleOptions{Temperature: -3}), "the option Temperature is -3"},
		{latent.Prior(2, 1, latent.SampleOptions{Temperature: math.NaN()}), "the option Temperature is NaN"},
		{new(latent.Mixture).Points(1, latent.SampleOptions{Temperature: math.Inf(1)}), "the option Temperature is +Inf"},
		{latent.Draws(nil, 0, 1), "the option k is 0"},
		{latent.Interpolate(line, 1<<33, latent.Linear), "the option steps is 8589934592; want"},
		{latent.Lattice(space, latent.LatticeOptions{Grid: 1 << 40}), "the option Grid is 1099511627776; want"},
		{latent.Interpolate(line, 1, latent.Linear), "the option steps is 1; want a number from 2 to 1048576"},
		{latent.Interpolate(line, -1, latent.Linear), "the option steps is -1"},
		{latent.InterpolateAt(line, 3, latent.Linear, func(_, _ []float32) ([]float64, error) { return nil, nil }), "a pace of 0 fractions, want 3"},
		{latent.Lines(space, latent.LineOptions{Steps: 1}), "the option Steps is 1; want a number from 2 to 1048576"},
		{latent.Lines(space, latent.LineOptions{Dims: []int{3}}), "model: has no latent dimension 3; give one from 0 to 2"},
		{latent.Lines(space, latent.LineOptions{At: []float32{1}}), "the option At is [1]; want a point of the 3 dimensions of model"},
		{latent.Lines(space, latent.LineOptions{Range: [2]float64{2, 1}}), "the option Range is [2 1]"},
		{latent.Lattice(space, latent.LatticeOptions{Grid: 1}), "the option Grid is 1"},
		{latent.Lattice(space, latent.LatticeOptions{Dims: [2]int{2, 2}}), "the option Dims is [2 2]; want two different"},
		{latent.Lattice(space, latent.LatticeOptions{Dims: [2]int{-1, 0}}), "no latent dimension -1"},
		{latent.Lattice(space, latent.LatticeOptions{Range: [2]float64{0, math.Inf(1)}}), "the option Range is [0 +Inf]"},
		{latent.Lattice(latent.Space{Name: "model", Dims: 1}, latent.LatticeOptions{}), "model: has 1 latent dimension, and a plane has 2"},
	} {
		if _, err := latent.Collect(tt.points); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
	if _, err := latent.FitMixture(t.Context(), space, line, latent.FitOptions{Least: 3, Most: 2}); err == nil || !strings.Contains(err.Error(), "the option Most is 2; want at least the 3 of Least") {
		t.Errorf("error %v", err)
	}
}

func TestHead(t *testing.T) {
	for n, want := range []int{0, 1, 2, 2} {
		if got, err := latent.Collect(latent.Head(n, latent.Of([]float32{1}, []float32{2}))); err != nil || len(got) != want {
			t.Errorf("the first %d points are %d (%v)", n, len(got), err)
		}
	}
}
