package train

import (
	"cmp"
	"context"
	"fmt"

	"govae/dataset"
	"govae/internal/random"
	"govae/models"
)

// split numbers the splits for the noise of evaluation.
type split int

const (
	testSplit split = iota
	validationSplit
	trainSplit
)

func (s split) String() string { return [...]string{"test", "validation", "training"}[s] }

// forBatches calls do with the indices of successive batches of n images.
func forBatches(ctx context.Context, n, batch int, do func(index []int)) error {
	index := make([]int, 0, batch)
	for lo := 0; lo < n; lo += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		index = index[:0]
		for i := lo; i < min(lo+batch, n); i++ {
			index = append(index, i)
		}
		do(index)
	}
	return nil
}

// evaluate returns the mean terms over all images, at one noise sample each.
func (t *trainer) evaluate(ctx context.Context, images *dataset.Images, s split, seed uint64) (Terms, error) {
	var sum Terms
	err := forBatches(ctx, images.Len(), t.batch, func(index []int) {
		sum.add(t.terms(t.pipeline.load(images, index, seed, random.EvalNoise, int(s)), 0, nil))
	})
	mean := t.over(sum, images.Len())
	err = cmp.Or(err, t.group.Err())
	if err == nil && !(finite(mean.ELBO()) && finite(mean.Bound())) {
		err = &DivergedError{What: fmt.Sprintf("the %v ELBO is not finite", s)}
	}
	return mean, err
}

// over turns sums of terms over n images into means.
func (t *trainer) over(sum Terms, n int) Terms {
	mean := sum.over(n)
	mean.BitsPerDimension = t.net.BitsPerDimension(-mean.ELBO())
	return mean
}

// labels returns the labels of the images named by index as a conditional model takes them, nil for
// another model.
func labels(images *dataset.Images, index []int, c models.Config) [][]float32 {
	n := c.Classes()
	if n == 0 {
		return nil
	}
	all := make([]float32, len(index)*n)
	for i, j := range index {
		models.OneHot(all[i*n:(i+1)*n], n, images.Labels[j])
	}
	return [][]float32{all}
}
