package infer

import (
	"context"
	"encoding/json"
	"iter"
	"math"

	"govae/latent"
)

// Manifold decodes a square lattice in two latent dimensions, in the order of
// [latent.Lattice].
func (s *Session) Manifold(ctx context.Context, o latent.LatticeOptions) iter.Seq2[Image, error] {
	return s.DecodeAll(ctx, latent.Lattice(s.Space(), o))
}

// Traverse decodes points on a line along each dimension, one line after the other, as
// [latent.Lines] makes them.
func (s *Session) Traverse(ctx context.Context, o latent.LineOptions) iter.Seq2[Image, error] {
	return s.DecodeAll(ctx, latent.Lines(s.Space(), o))
}

// InterpolateEvenly is [latent.Interpolate] with points whose images, not whose places in
// latent space, are equally far apart: along the path the mean absolute difference
// of pixels grows by the same amount at each step. A decoder may change its image
// fast in one place and hardly in another, and this shows neither jump nor rest.
func (s *Session) InterpolateEvenly(ctx context.Context, points latent.Points, steps int, path latent.Path) latent.Points {
	return latent.InterpolateAt(points, steps, path, func(a, b []float32) ([]float64, error) {
		const fine = 8 // points for each step, at which the path is measured
		grown := []float64{0}
		var last []float32
		for image, err := range s.DecodeAll(ctx, latent.Interpolate(latent.Of(a, b), fine*(steps-1)+1, path)) {
			if err != nil {
				return nil, err
			}
			if last != nil {
				grown = append(grown, grown[len(grown)-1]+distance(last, image.Pixels))
			}
			last = image.Pixels
		}
		fractions := latent.Linspace(0, grown[len(grown)-1], steps)
		i := 0
		for j, want := range fractions {
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

// StoredActivity returns the variance of posterior means that the file gives for the
// training images (the metadata entry vae.latent_stats), and whether it does.
func (s *Session) StoredActivity() (latent.Activity, bool) {
	text, ok := s.Model.MetadataValue("vae.latent_stats")
	var stats struct{ Std []float64 }
	if !ok || json.Unmarshal([]byte(text), &stats) != nil || len(stats.Std) != s.Latent {
		return nil, false
	}
	for k, v := range stats.Std {
		stats.Std[k] = v * v
	}
	return stats.Std, true
}

// Sensitivity tells from the decoder alone how active each dimension is: the mean
// absolute difference of the images at -1 and 1 on it, with the other dimensions
// as in the point at [L], or 0 where that is nil.
func (s *Session) Sensitivity(ctx context.Context, at []float32) (latent.Activity, error) {
	images, err := Collect(s.Traverse(ctx, latent.LineOptions{Range: [2]float64{-1, 1}, Steps: 2, At: at}))
	if err != nil {
		return nil, err
	}
	activity := make(latent.Activity, s.Latent)
	for k := range activity {
		activity[k] = distance(images.At(2*k).Pixels, images.At(2*k+1).Pixels)
	}
	return activity, nil
}
