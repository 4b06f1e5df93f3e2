package picture

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/plot"
)

// Manifold writes a PNG of two latent dimensions: images decoded from a square
// lattice, row by row from the top left one, where the first dimension is lowest and the
// second highest, tile beside tile. The axes have the names of
// the dimensions, and each tile's centre lies at its latent point.
func Manifold(path string, m Images, dims [2]int, grid int, lo, hi float64) error {
	if err := check(m); err != nil {
		return err
	}
	if m.Len() != grid*grid || grid < 1 {
		return fmt.Errorf("picture: %d images do not fill a lattice of %dx%d", m.Len(), grid, grid)
	}
	if !(lo < hi) || math.IsInf(hi-lo, 0) {
		return fmt.Errorf("picture: a lattice from %g to %g: want two numbers, the smaller first", lo, hi)
	}
	p := plot.New()
	sansSerif(p)
	p.X.Label.Text, p.Y.Label.Text = fmt.Sprintf("z[%d]", dims[0]), fmt.Sprintf("z[%d]", dims[1])
	half := (hi - lo) / 2 // a single tile covers the whole range
	if grid > 1 {
		half = (hi - lo) / float64(grid-1) / 2
	}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Min, axis.Max = lo-half, hi+half
		axis.Tick.Marker = evenTicks(lo, hi)
	}
	return mosaic(path, p, m, grid, 0)
}

// evenTicks labels every whole number of a short range with whole ends, else nine even steps.
func evenTicks(lo, hi float64) plot.ConstantTicks {
	steps := 8
	if lo == math.Trunc(lo) && hi == math.Trunc(hi) && hi-lo <= 12 {
		steps = int(hi - lo)
	}
	values := floats.Span(make([]float64, steps+1), lo, hi)
	var ticks plot.ConstantTicks
	for i, label := range numbers(values) {
		ticks = append(ticks, plot.Tick{Value: values[i], Label: label})
	}
	return ticks
}
