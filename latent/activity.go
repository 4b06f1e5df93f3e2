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
	activity := make(Activity, len(row))
	for k := range activity {
		activity[k] = m.Variance(k)
	}
	return activity, nil
}

// Used returns the number of dimensions that a model uses, those with a variance above
// 0.01: the active units of Burda et al. 2016.
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
