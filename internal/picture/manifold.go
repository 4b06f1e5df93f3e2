package picture

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// Lattice returns the latent points [grid*grid, 2] that a [Manifold] of
// the first two dimensions shows: both
// coordinates run over linspace(lo, hi, grid). The first point is the top left
// tile, (lo, hi); z[0] grows to the right and z[1] falls from row to row.
func Lattice(grid int, lo, hi float64) []float32 {
	z := make([]float32, 0, 2*grid*grid)
	for row := range grid {
		for column := range grid {
			z = append(z, float32(linspace(lo, hi, grid, column)), float32(linspace(lo, hi, grid, grid-1-row)))
		}
	}
	return z
}

// linspace returns the i-th of n evenly spaced numbers from lo to hi; a single one lies in the middle.
func linspace(lo, hi float64, n, i int) float64 {
	if n == 1 {
		return (lo + hi) / 2
	}
	return lo + (hi-lo)*float64(i)/float64(n-1)
}

// Manifold writes a PNG of two latent dimensions: images decoded from a square
// lattice, in the order of [Lattice], tile beside tile. The axes have the names of
// the dimensions, and each tile's centre lies at its latent point.
func Manifold(path string, m Images, dims [2]int, grid int, lo, hi float64) error {
	if m.Len() != grid*grid || grid < 1 || !(lo < hi) {
		panic(fmt.Sprintf("picture: Manifold of %d images, grid %d, range %g to %g; want grid*grid images and a growing range", m.Len(), grid, lo, hi))
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
	values := make([]float64, steps+1)
	for i := range values {
		values[i] = linspace(lo, hi, steps+1, i)
	}
	var ticks plot.ConstantTicks
	for i, label := range numbers(values) {
		ticks = append(ticks, plot.Tick{Value: values[i], Label: label})
	}
	return ticks
}
