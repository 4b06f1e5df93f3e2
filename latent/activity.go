package latent

import (
	"cmp"
	"errors"
	"slices"
)

// Activity says how much each latent dimension tells about an image, [L].
// A dimension that the model does not use has about 0.
type Activity []float64

// MeasureActivity returns the variance of posterior means (Burda et al. 2016,
// Importance weighted autoencoders, section 4), which is between 0 and about 1.
// It wants at least two points.
func MeasureActivity(means Points) (Activity, error) {
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

// Order returns the dimensions, the most active first.
func (a Activity) Order() []int {
	order := make([]int, len(a))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a[j], a[i]) })
	return order
}
