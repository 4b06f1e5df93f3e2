package train

import (
	"context"
	"math"

	"govae/dataset"
	"govae/internal/random"
	"govae/models"
)

// Split numbers the splits for the noise of evaluation.
type split int

const (
	testSplit split = iota
	validationSplit
)

// batches calls do with the indices of successive batches of n images.
func batches(ctx context.Context, n, batch int, do func(index []int)) error {
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
func (e *elbo) evaluate(ctx context.Context, images *dataset.Images, s split, seed uint64) (Terms, error) {
	var sum Terms
	err := batches(ctx, images.Len(), e.w.Batch, func(index []int) {
		e.load(images, index, seed, random.EvalNoise, int(s))
		terms, _ := e.forward(len(index), nil, 1)
		sum.add(terms)
	})
	return sum.over(images.Len()), err
}

// latentStats returns the mean and the standard deviation of the posterior means.
func (e *elbo) latentStats(ctx context.Context, images *dataset.Images) (*models.LatentStats, error) {
	l := e.m.Config.Latent
	sum, squares := make([]float64, l), make([]float64, l)
	err := batches(ctx, images.Len(), e.w.Batch, func(index []int) {
		images.Floats(e.x[:len(index)*images.Shape.Len()], index)
		e.m.Encode(e.k, e.w, len(index), e.x)
		for i, v := range e.w.Mean[:len(index)*l] {
			sum[i%l] += float64(v)
			squares[i%l] += float64(v) * float64(v)
		}
	})
	if err != nil {
		return nil, err
	}
	n := float64(images.Len())
	stats := &models.LatentStats{Mean: sum, Std: squares}
	for i := range l {
		stats.Mean[i] = sum[i] / n
		stats.Std[i] = math.Sqrt(max(0, squares[i]/n-stats.Mean[i]*stats.Mean[i]))
	}
	return stats, nil
}
