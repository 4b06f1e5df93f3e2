package infer

import (
	"context"
	"fmt"
)

// Manifold decodes a square lattice of a two-dimensional latent space: both
// coordinates run over linspace(lo, hi, grid). The first image, top left, is that
// of z = (lo, hi); z[0] grows to the right and z[1] falls from row to row.
func (s *Session) Manifold(ctx context.Context, grid int, lo, hi float64) (Images, error) {
	if s.Latent != 2 {
		return Images{}, fmt.Errorf("%s: has %d latent dimensions, and a manifold is drawn of 2; train with --latent 2", s.name, s.Latent)
	}
	if grid < 2 {
		panic(fmt.Sprintf("infer: Manifold of %d points a side; want 2 or more", grid))
	}
	at := func(i int) float32 { return float32(lo + (hi-lo)*float64(i)/float64(grid-1)) }
	z := make([]float32, 0, 2*grid*grid)
	for row := range grid {
		for column := range grid {
			z = append(z, at(column), at(grid-1-row))
		}
	}
	return s.Decode(ctx, z)
}
