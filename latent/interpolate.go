package latent

import (
	"fmt"
	"slices"
)

// Interpolate yields the points of a path through the given ones. Each leg, from one
// point to the next, has the given number of steps, from 2 to 2^20: both its ends and those
// between them, equally far apart. The end of a leg is the start of the next one and is
// not yielded twice, so n points give (n-1)(steps-1) + 1.
func Interpolate(points Points, steps int, path Path) Points {
	return InterpolateAt(points, steps, path, func(_, _ []float32) ([]float64, error) { return Linspace(0, 1, steps), nil })
}

// InterpolateAt is [Interpolate] with points at the fractions in [0, 1] of each leg from a
// to b that pace returns, one per step; the first and the last are the ends.
func InterpolateAt(points Points, steps int, path Path, pace func(a, b []float32) ([]float64, error)) Points {
	if err := checkSteps("steps", steps); err != nil {
		return fail(err)
	}
	return func(yield func([]float32, error) bool) {
		var last []float32
		for point, err := range points {
			if err != nil {
				yield(nil, err)
				return
			}
			point = slices.Clone(point) // the path must not depend on what becomes of it
			if last != nil {
				if len(point) != len(last) {
					yield(nil, fmt.Errorf("a latent point of %d values follows one of %d; give all the same number", len(point), len(last)))
					return
				}
				var between []float64
				if steps > 2 {
					fractions, err := pace(last, point)
					if err != nil {
						yield(nil, err)
						return
					}
					if len(fractions) != steps {
						yield(nil, fmt.Errorf("a pace of %d fractions, want %d", len(fractions), steps))
						return
					}
					between = fractions[1 : steps-1]
				}
				for _, t := range between {
					if !yield(path(last, point, t), nil) {
						return
					}
				}
			}
			last = point
			if !yield(slices.Clone(last), nil) {
				return
			}
		}
	}
}
