package infer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
)

// ManifoldOptions say which square lattice of latent points is shown. The zero
// value means 15 points a side, from -4 to 4, in the first two dimensions.
type ManifoldOptions struct {
	Dims  [2]int     // the dimensions that grow to the right and upwards
	Range [2]float64 // their first and last value
	Grid  int        // points a side, at least 2
	At    []float32  // a point [L] for the values of all other dimensions; nil means 0
}

// withDefaults returns the options with the defaults in place of zeros.
func (o ManifoldOptions) withDefaults() ManifoldOptions {
	o.Dims = cmp.Or(o.Dims, [2]int{0, 1})
	o.Range = cmp.Or(o.Range, [2]float64{-4, 4})
	o.Grid = cmp.Or(o.Grid, 15)
	return o
}

// Manifold decodes a square lattice in two latent dimensions, row by row from the
// top left point, where the first dimension is lowest and the second highest.
func (s *Session) Manifold(ctx context.Context, o ManifoldOptions) iter.Seq2[Image, error] {
	o = o.withDefaults()
	if o.Grid < 2 || o.Dims[0] == o.Dims[1] || !(o.Range[0] < o.Range[1]) || o.At != nil && len(o.At) != s.Latent {
		panic(fmt.Sprintf("infer: Manifold of %+v; want 2 or more points a side, two dimensions, a growing range and a point of the model", o))
	}
	if err := s.checkPlane(o.Dims); err != nil {
		return func(yield func(Image, error) bool) { yield(Image{}, err) }
	}
	value := func(i int) float32 { return float32(linspace(o.Range[0], o.Range[1], o.Grid, i)) }
	return s.DecodeAll(ctx, func(yield func([]float32, error) bool) {
		z := make([]float32, s.Latent)
		copy(z, o.At)
		for row := range o.Grid {
			for column := range o.Grid {
				z[o.Dims[0]], z[o.Dims[1]] = value(column), value(o.Grid-1-row)
				if !yield(z, nil) {
					return
				}
			}
		}
	})
}

// checkPlane refuses dimensions that the model does not have, and models of one.
func (s *Session) checkPlane(dims [2]int) error {
	if s.Latent < 2 {
		return fmt.Errorf("%s: has %d latent dimension, and a manifold is drawn of 2; train with --latent 2 or more", s.name, s.Latent)
	}
	return s.CheckDimensions(dims[:]...)
}

// linspace returns the i-th of n evenly spaced numbers from lo to hi.
func linspace(lo, hi float64, n, i int) float64 {
	return lo + (hi-lo)*float64(i)/float64(n-1)
}
