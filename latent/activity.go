package latent

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Activity is how much each latent dimension tells about an image, [L]: about 0 for a dimension that
// the model does not use.
type Activity []float64

// MeasureActivity returns the activity of each dimension by at least two posterior means. noise is the
// root of the mean variance of posteriors. Where it is known, the activity is the information in nats of
// a normal distribution with such noise, log(1 + variance/noise^2)/2 (Shannon 1948). Where it is nil, the
// activity is the variance of the means, between 0 and about 1 (Burda et al. 2016, Importance weighted
// autoencoders, section 4). That tells used dimensions from unused ones, but hardly compares used ones.
func MeasureActivity(means Points, noise []float64) (Activity, error) {
	var m Moments
	var row []float64
	for z, err := range sameLength(means) {
		if err != nil {
			return nil, err
		}
		row = row[:0]
		for _, v := range z {
			row = append(row, float64(v))
		}
		m.Add(row...)
	}
	if m.N < 2 {
		return nil, errors.New("the activity of latent dimensions is measured on 2 images or more")
	}
	if err := checkNoise(noise, len(row)); err != nil {
		return nil, err
	}
	variances := make([]float64, len(row))
	for k := range variances {
		variances[k] = m.Variance(k)
	}
	return ActivityOf(variances, noise), nil
}

// checkNoise refuses noise, which may be nil, of another number of dimensions.
func checkNoise(noise []float64, dims int) error {
	if noise == nil || len(noise) == dims {
		return nil
	}
	return fmt.Errorf("noise of %d dimensions for latent points of %d", len(noise), dims)
}

// ActivityOf is [MeasureActivity] for the variances of means, and noise of as many dimensions or
// nil; it panics for more.
func ActivityOf(variances, noise []float64) Activity {
	activity := slices.Clone(variances)
	for k := range noise {
		activity[k] = math.Log1p(variances[k]/(noise[k]*noise[k])) / 2
	}
	return activity
}

// Used returns the number of dimensions that a model uses by the variances of their means, those
// above 0.01: the active units of Burda et al. 2016.
func (a Activity) Used() int {
	n := 0
	for _, v := range a {
		if v > 0.01 {
			n++
		}
	}
	return n
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
