package latent

import (
	"cmp"
	"fmt"
	"math"

	"govae/internal/option"
)

// Linspace returns n evenly spaced numbers from lo to hi, both among them.
func Linspace(lo, hi float64, n int) []float64 {
	values := make([]float64, max(n, 0))
	for i := range values {
		values[i] = lo + (hi-lo)*float64(i)/float64(max(n-1, 1))
	}
	return values
}

// LatticeOptions say which square lattice of latent points is meant. The zero value
// means 15 points per side, from -4 to 4, in the first two dimensions.
type LatticeOptions struct {
	Dims  [2]int     // the dimensions that grow to the right and upwards
	Range [2]float64 // their first and last value
	Grid  int        // points per side, at least 2
	At    []float32  // a point [L] for the values of all other dimensions; nil means 0
}

// Lattice yields the points of a square lattice in two dimensions, row by row from the top
// left one, where the first dimension is lowest and the second highest.
func Lattice(s Space, o LatticeOptions) Points {
	o.Dims = cmp.Or(o.Dims, [2]int{0, 1})
	o.Range = cmp.Or(o.Range, [2]float64{-4, 4})
	o.Grid = cmp.Or(o.Grid, 15)
	at, err := s.origin(o.At)
	switch {
	case err != nil:
	case s.Dims < 2:
		err = &TooFlatError{s}
	case o.Dims[0] == o.Dims[1]:
		err = option.Wrong("Dims", o.Dims, "two different dimensions")
	default:
		err = cmp.Or(s.CheckDims(o.Dims[:]...), checkLine(o.Range, "Grid", o.Grid))
	}
	if err != nil {
		return fail(err)
	}
	values := Linspace(o.Range[0], o.Range[1], o.Grid)
	return func(yield func([]float32, error) bool) {
		for row := range o.Grid {
			for column := range o.Grid {
				z := append([]float32(nil), at...)
				z[o.Dims[0]], z[o.Dims[1]] = float32(values[column]), float32(values[o.Grid-1-row])
				if !yield(z, nil) {
					return
				}
			}
		}
	}
}

// TooFlatError says that a space has one dimension where two are drawn.
type TooFlatError struct{ Space Space }

func (e *TooFlatError) Error() string {
	return e.Space.Name + ": has 1 latent dimension, and a plane has 2; use a model of more"
}

// LineOptions say which lines through the latent space are walked. The zero value means
// 11 points from -3 to 3 on each dimension, with 0 on the others.
type LineOptions struct {
	Dims  []int      // the dimensions, as [Activity.Order] sorts them; nil means all in their order
	Range [2]float64 // their first and last value
	Steps int        // points on a line, at least 2
	At    []float32  // a point [L] that gives the values of the other dimensions; nil means 0
}

// Lines yields evenly spaced points on a line along each dimension, one line after the
// other.
func Lines(s Space, o LineOptions) Points {
	if o.Dims == nil {
		for k := range s.Dims {
			o.Dims = append(o.Dims, k)
		}
	}
	o.Range = cmp.Or(o.Range, [2]float64{-3, 3})
	o.Steps = cmp.Or(o.Steps, 11)
	at, err := s.origin(o.At)
	if err := cmp.Or(err, s.CheckDims(o.Dims...), checkLine(o.Range, "Steps", o.Steps)); err != nil {
		return fail(err)
	}
	values := Linspace(o.Range[0], o.Range[1], o.Steps)
	return func(yield func([]float32, error) bool) {
		for _, k := range o.Dims {
			for _, v := range values {
				z := append([]float32(nil), at...)
				z[k] = float32(v)
				if !yield(z, nil) {
					return
				}
			}
		}
	}
}

// checkLine finds mistakes in a range and in the number of points on it.
func checkLine(bounds [2]float64, name string, n int) error {
	if !(bounds[0] < bounds[1]) || math.IsInf(bounds[1]-bounds[0], 0) {
		return option.Wrong("Range", bounds, "two numbers, the smaller first")
	}
	return checkSteps(name, n)
}

// mostSteps bounds the points on a line, which are in memory.
const mostSteps = 1 << 20

func checkSteps(name string, n int) error {
	if n < 2 || n > mostSteps {
		return option.Wrong(name, n, fmt.Sprintf("a number from 2 to %d", mostSteps))
	}
	return nil
}
