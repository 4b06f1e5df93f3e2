package latent

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"govae/internal/option"
)

// Fixed yields points in which the dimensions from first on are those of z. Of a hierarchical model
// this fixes the finer groups of latent variables, while the coarse ones vary.
func Fixed(points Points, first int, z []float32) Points {
	return func(yield func([]float32, error) bool) {
		for point, err := range points {
			if err == nil && (first < 0 || first > len(point) || len(point) != len(z)) {
				err = option.Wrong("first", first, fmt.Sprintf("a dimension of points of %d, as z has", len(point)))
			}
			if err == nil {
				point = append(point[:first:first], z[first:]...)
			}
			if !yield(point, err) {
				return
			}
		}
	}
}

// Settled yields codes without variance in the dimensions from first on, so that [Draws] of them have
// the means there. Of a hierarchical model only the coarse groups of latent variables are then drawn.
func Settled(codes iter.Seq2[Code, error], first int) iter.Seq2[Code, error] {
	return func(yield func(Code, error) bool) {
		for code, err := range codes {
			if err == nil && first < 0 {
				err = option.Wrong("first", first, "a dimension")
			}
			if err == nil && code.LogVar != nil && first < len(code.LogVar) {
				code.LogVar = slices.Clone(code.LogVar)
				for k := range code.LogVar[first:] {
					code.LogVar[first+k] = float32(math.Inf(-1))
				}
			}
			if !yield(code, err) {
				return
			}
		}
	}
}
