package infer

import (
	"context"
	"iter"
	"math"

	"govae/latent"
)

// Manifold decodes a square lattice in two latent dimensions, in the order of
// [latent.Lattice].
func (d *Decoder) Manifold(ctx context.Context, o latent.LatticeOptions) iter.Seq2[Image, error] {
	return d.DecodeAll(ctx, latent.Lattice(d.Space(), o))
}

// Traverse decodes points on a line along each dimension, one line after the other, as
// [latent.Lines] makes them.
func (d *Decoder) Traverse(ctx context.Context, o latent.LineOptions) iter.Seq2[Image, error] {
	return d.DecodeAll(ctx, latent.Lines(d.Space(), o))
}

// InterpolateEvenly is [latent.Interpolate] with points whose images, not whose places in
// latent space, are equally far apart: along the path the mean absolute difference
// of pixels grows by the same amount at each step. A decoder may change its image
// fast in one place and hardly in another, and this shows neither jump nor rest.
func (d *Decoder) InterpolateEvenly(ctx context.Context, points latent.Points, steps int, path latent.Path) latent.Points {
	return latent.InterpolateAt(points, steps, path, func(a, b []float32) ([]float64, error) {
		const fine = 8 // points for each step, at which the path is measured
		grown := []float64{0}
		var last []float32
		for image, err := range d.DecodeAll(ctx, latent.Interpolate(latent.Of(a, b), fine*(steps-1)+1, path)) {
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

// Activity tells how active the latent dimensions are, as well as the decoder knows, and
// what the numbers mean, in words: what the file says of the training images, or else the
// [Decoder.Sensitivity] at a point.
func (d *Decoder) Activity(ctx context.Context, at []float32) (activity latent.Activity, meaning string, err error) {
	if activity, ok := d.StoredActivity(); ok {
		if d.Noise() != nil {
			return activity, "nats that a dimension tells of the training images", nil
		}
		return activity, "variance of the means of the training images", nil
	}
	activity, err = d.Sensitivity(ctx, at)
	return activity, "change of the image between -1 and 1", err
}

// Sensitivity tells from the decoder alone how active each dimension is: the mean
// absolute difference of the images at -1 and 1 on it, with the other dimensions
// as in the point at [L], or 0 where that is nil.
func (d *Decoder) Sensitivity(ctx context.Context, at []float32) (latent.Activity, error) {
	images, err := Collect(d.Traverse(ctx, latent.LineOptions{Range: [2]float64{-1, 1}, Steps: 2, At: at}))
	if err != nil {
		return nil, err
	}
	activity := make(latent.Activity, d.Latent())
	for k := range activity {
		activity[k] = distance(images.At(2*k).Pixels, images.At(2*k+1).Pixels)
	}
	return activity, nil
}
