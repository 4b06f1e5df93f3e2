package latent_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"govae/latent"
)

// twoClasses are class 0 about (1, 2), with x = (2 z0, z0 + z1), and class 1 about (-1, 0), with
// x = (z0, 3 z1).
func twoClasses(t *testing.T) *latent.ClassPrior {
	p, err := latent.NewClassPrior(2, []float32{1, 2, -1, 0}, []float32{2, 0, 1, 1, 1, 0, 0, 3})
	if err != nil || p.Classes() != 2 {
		t.Fatal(p, err)
	}
	return p
}

func TestClassPrior(t *testing.T) {
	p := twoClasses(t)
	for name, tt := range map[string]struct {
		edit    latent.Edit
		z, want []float32
	}{
		"the middle":       {p.Move(0, 1), []float32{1, 2}, []float32{-1, 0}},
		"to another class": {p.Move(0, 1), []float32{3, 1}, []float32{0, -6}},
		"and back":         {p.Move(1, 0), []float32{0, -6}, []float32{3, 1}},
		"to its own":       {p.Move(1, 1), []float32{0.1, -6}, []float32{0.1, -6}},
	} {
		z := slices.Clone(tt.z)
		if err := tt.edit(z); err != nil || !slices.EqualFunc(z, tt.want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }) {
			t.Errorf("%s: %v (%v), want %v", name, z, err, tt.want)
		}
	}
	for want, z := range map[string][]float32{
		"a latent point of 3 dimensions: the distributions of classes have 2": {0, 0, 0},
		"in the other class, further than":                                    {latent.MaxCoordinate, 0},
	} {
		if err := p.Move(0, 1)(z); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestNewClassPrior(t *testing.T) {
	nan := float32(math.NaN())
	for want, tt := range map[string]struct{ means, factors []float32 }{
		"3 means and 4 factors are none of 2 dimensions": {make([]float32, 3), make([]float32, 4)},
		"2 means and 3 factors are none of 2 dimensions": {make([]float32, 2), make([]float32, 3)},
		"0 means and 0 factors are none of 2 dimensions": {},
		"the factor of class 0 has no inverse":           {make([]float32, 2), []float32{1, 0, 0, 0}},
		"the distribution of class 1 is not finite":      {[]float32{0, 0, 0, nan}, []float32{1, 0, 0, 1, 1, 0, 0, 1}},
		"the factor of class 1 has no inverse":           {make([]float32, 4), []float32{1, 0, 0, 1, 1, 0, 0, nan}},
	} {
		if _, err := latent.NewClassPrior(2, tt.means, tt.factors); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestEditedBy: each point has its own edits.
func TestEditedBy(t *testing.T) {
	edits := func(row int) []latent.Edit { return []latent.Edit{latent.Shift(0, float64(row))} }
	got, err := latent.Collect(latent.EditedBy(latent.Of([]float32{1}, []float32{1}, []float32{1}), edits, 0.5, 1))
	want := [][]float32{{1}, {1}, {1.5}, {2}, {2}, {3}}
	if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}
