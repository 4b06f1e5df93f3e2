package infer

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
)

// Interpolate yields the points of a path through the given ones, for
// [Session.DecodeAll]. Each leg, from one point to the next, has the given number
// of steps, at least 2: both its ends and those between them, equally far apart.
// The end of a leg is the start of the next one and is not yielded twice, so n
// points give (n-1)(steps-1) + 1.
func Interpolate(points iter.Seq2[[]float32, error], steps int, path Path) iter.Seq2[[]float32, error] {
	even := make([]float64, max(steps, 0))
	for i := range even {
		even[i] = float64(i) / float64(steps-1)
	}
	return interpolate(points, steps, path, func(_, _ []float32) ([]float64, error) { return even, nil })
}

// InterpolateEvenly is [Interpolate] with points whose images, not whose places in
// latent space, are equally far apart: along the path the mean absolute difference
// of pixels grows by the same amount at each step. A decoder may change its image
// fast in one place and hardly in another, and this shows neither jump nor rest.
func (s *Session) InterpolateEvenly(ctx context.Context, points iter.Seq2[[]float32, error], steps int, path Path) iter.Seq2[[]float32, error] {
	return interpolate(points, steps, path, func(a, b []float32) ([]float64, error) {
		const fine = 8 // points for each step, at which the path is measured
		grown := []float64{0}
		var last []float32
		for image, err := range s.DecodeAll(ctx, Interpolate(Points(a, b), fine*(steps-1)+1, path)) {
			if err != nil {
				return nil, err
			}
			if last != nil {
				grown = append(grown, grown[len(grown)-1]+distance(last, image.Pixels))
			}
			last = image.Pixels
		}
		fractions := make([]float64, steps)
		i, total := 0, grown[len(grown)-1]
		for j := range fractions {
			want := total * float64(j) / float64(steps-1)
			for i+2 < len(grown) && grown[i+1] < want {
				i++
			}
			part := 0.0 // of the way from i to i+1
			if grown[i+1] > grown[i] {
				part = (want - grown[i]) / (grown[i+1] - grown[i])
			}
			fractions[j] = (float64(i) + part) / float64(len(grown)-1)
		}
		return fractions, nil
	})
}

// distance is the mean absolute difference of two images.
func distance(x, y []float32) float64 {
	var sum float64
	for p := range x {
		sum += math.Abs(float64(x[p] - y[p]))
	}
	return sum / float64(len(x))
}

// interpolate yields points of a path at the fractions of each leg that pace gives,
// one a step; the first and the last are the ends.
func interpolate(points iter.Seq2[[]float32, error], steps int, path Path, pace func(a, b []float32) ([]float64, error)) iter.Seq2[[]float32, error] {
	if steps < 2 {
		panic(fmt.Sprintf("infer: interpolation in %d steps; want 2 or more", steps))
	}
	return func(yield func([]float32, error) bool) {
		var last []float32
		for point, err := range points {
			if err != nil {
				yield(nil, err)
				return
			}
			point = slices.Clone(point) // the stream may use its memory again
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
					between = fractions[1 : steps-1]
				}
				for _, t := range between {
					if !yield(path(last, point, t), nil) {
						return
					}
				}
			}
			last = point
			if !yield(last, nil) {
				return
			}
		}
	}
}

// Points yields the given latent points, for tasks that take a stream.
func Points(points ...[]float32) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		for _, z := range points {
			if !yield(z, nil) {
				return
			}
		}
	}
}
