package infer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Activity says how much each latent dimension tells about an image, [L].
// A dimension that the model does not use has about 0.
type Activity []float64

// MeasureActivity returns the variance of posterior means (Burda et al. 2016,
// Importance weighted autoencoders, section 4), which is between 0 and about 1.
// It wants at least two points.
func MeasureActivity(means iter.Seq2[[]float32, error]) (Activity, error) {
	var n float64
	var mean, squares []float64
	for z, err := range sameLength(means) {
		if err != nil {
			return nil, err
		}
		if n++; n == 1 {
			mean, squares = make([]float64, len(z)), make([]float64, len(z))
		}
		for k, v := range z { // Welford 1962
			d := float64(v) - mean[k]
			mean[k] += d / n
			squares[k] += d * (float64(v) - mean[k])
		}
	}
	if n < 2 {
		return nil, errors.New("the activity of latent dimensions is measured on 2 images or more")
	}
	for k := range squares {
		squares[k] /= n - 1
	}
	return squares, nil
}

// StoredActivity returns the variance of posterior means that the file gives for the
// training images ([contract.LatentStats]), and whether it does.
func (s *Session) StoredActivity() (Activity, bool) {
	stats := s.Metadata.LatentStats
	if stats == nil || len(stats.Std) != s.Latent {
		return nil, false
	}
	activity := make(Activity, s.Latent)
	for k, v := range stats.Std {
		activity[k] = v * v
	}
	return activity, true
}

// Sensitivity tells from the decoder alone how active each dimension is: the mean
// absolute difference of the images at -1 and 1 on it, with the other dimensions
// as in the point at [L], or 0 where that is nil.
func (s *Session) Sensitivity(ctx context.Context, at []float32) (Activity, error) {
	images, err := Collect(s.Traverse(ctx, TraverseOptions{Range: [2]float64{-1, 1}, Steps: 2, At: at}))
	if err != nil {
		return nil, err
	}
	activity := make(Activity, s.Latent)
	for k := range activity {
		activity[k] = distance(images.At(2*k).Pixels, images.At(2*k+1).Pixels)
	}
	return activity, nil
}

// Order returns the dimensions, the most active first.
func (a Activity) Order() []int {
	order := make([]int, len(a))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a[j], a[i]) })
	return order
}

// TraverseOptions say which lines through the latent space are walked. The zero
// value means 11 points from -3 to 3 on each dimension, with 0 on the others.
type TraverseOptions struct {
	Dims  []int      // the dimensions, as [Activity.Order] sorts them; nil means all in their order
	Range [2]float64 // their first and last value
	Steps int        // points on a line, at least 2
	At    []float32  // a point [L] that gives the values of the other dimensions; nil means 0
}

// withDefaults returns the options with the defaults in place of zeros.
func (o TraverseOptions) withDefaults(latent int) TraverseOptions {
	if o.Dims == nil {
		for k := range latent {
			o.Dims = append(o.Dims, k)
		}
	}
	o.Range = cmp.Or(o.Range, [2]float64{-3, 3})
	o.Steps = cmp.Or(o.Steps, 11)
	return o
}

// Traverse decodes points on a line along each dimension, one line after the other.
func (s *Session) Traverse(ctx context.Context, o TraverseOptions) iter.Seq2[Image, error] {
	o = o.withDefaults(s.Latent)
	if o.Steps < 2 || !(o.Range[0] < o.Range[1]) || o.At != nil && len(o.At) != s.Latent {
		panic(fmt.Sprintf("infer: Traverse of %+v; want 2 or more points on a line, a growing range and a point of the model", o))
	}
	if err := s.CheckDimensions(o.Dims...); err != nil {
		return func(yield func(Image, error) bool) { yield(Image{}, err) }
	}
	return s.DecodeAll(ctx, func(yield func([]float32, error) bool) {
		for _, k := range o.Dims {
			z := make([]float32, s.Latent)
			copy(z, o.At)
			for i := range o.Steps {
				z[k] = float32(linspace(o.Range[0], o.Range[1], o.Steps, i))
				if !yield(z, nil) {
					return
				}
			}
		}
	})
}
