package train

import (
	"cmp"
	"context"
	"fmt"
	"math"

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
func (t *trainer) evaluate(ctx context.Context, images *dataset.Images, s split, seed uint64) (Terms, error) {
	var sum Terms
	err := batches(ctx, images.Len(), t.batch, func(index []int) {
		sum.add(t.terms(t.pipeline.load(images, index, seed, random.EvalNoise, int(s)), 0, nil))
	})
	mean := t.over(sum, images.Len())
	err = cmp.Or(err, t.group.Err())
	if err == nil && !(finite(mean.ELBO()) && finite(mean.Bound())) {
		err = &DivergedError{What: fmt.Sprintf("the %v ELBO is not finite", s)}
	}
	return mean, err
}

// over returns the means of sums of terms over n images.
func (t *trainer) over(sum Terms, n int) Terms {
	mean := sum.over(n)
	mean.BitsPerDimension = t.net.BitsPerDimension(-mean.ELBO())
	return mean
}

// latentStats returns the mean and the standard deviation of the posterior means of training
// images.
func (t *trainer) latentStats(ctx context.Context, e *models.Evaluator, images *dataset.Images) (*models.LatentStats, error) {
	latent := t.net.Config.Latent
	sum, squares := make([]float64, latent), make([]float64, latent)
	x := make([]float32, t.batch*images.Shape.Len())
	err := batches(ctx, images.Len(), t.batch, func(index []int) {
		x := x[:len(index)*images.Shape.Len()]
		t.pipeline.floats(x, images, index, trainSplit)
		mean, _ := e.Encode(x, labels(images, index, t.net.Config)...)
		for i, v := range mean {
			sum[i%latent] += float64(v)
			squares[i%latent] += float64(v) * float64(v)
		}
	})
	if err != nil {
		return nil, err
	}
	n := float64(images.Len())
	stats := &models.LatentStats{Mean: sum, Std: squares}
	for i := range latent {
		stats.Mean[i] = sum[i] / n
		stats.Std[i] = math.Sqrt(max(0, squares[i]/n-stats.Mean[i]*stats.Mean[i]))
	}
	return stats, nil
}

// labels returns those of the images named by index as a conditional model takes them, else
// none.
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
