package train

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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

// evaluateEpoch evaluates the averaged weights and keeps them unless an earlier epoch's are better.
func (r *run) evaluateEpoch(ctx context.Context) (Metrics, error) {
	r.swapAverage()
	defer r.swapAverage()
	average, state := slices.Clone(r.m.Theta), slices.Clone(r.m.State)
	defer func() {
		copy(r.m.Theta, average)
		copy(r.m.State, state)
	}()
	if err := r.calibrate(ctx); err != nil {
		return Metrics{}, err
	}
	metrics, err := r.epochMetrics(ctx)
	if err == nil {
		err = r.epochPictures(ctx, metrics.Epoch)
	}
	if err != nil {
		return metrics, err
	}
	if v := metrics.Validation; v != nil {
		if r.state.BestEpoch > 0 && v.Bound() <= r.state.Best {
			return metrics, nil
		}
		r.state.Best, r.state.BestEpoch = v.Bound(), metrics.Epoch
		r.kept = append(r.kept[:0], r.m.Theta...)
		r.keptState = append(r.keptState[:0], r.m.State...)
	}
	if r.Dir != "" {
		err = r.m.SaveWeights(r.Dir)
	}
	return metrics, err
}

// calibrate completes the averaged weights, which are in place, by statistics of training images: the axes
// of the latent vector, and the scale of the likelihood.
func (r *run) calibrate(ctx context.Context) error {
	if err := r.align(ctx); err != nil {
		return err
	}
	return r.fitScale(ctx, r.train, r.Seed)
}

// swapAverage swaps the present weights and the averaged ones.
func (r *run) swapAverage() {
	for i, v := range r.optimiser.average {
		r.optimiser.average[i], r.m.Theta[i] = r.m.Theta[i], v
	}
}

// epochMetrics returns the figures of the epoch that has just been trained.
func (r *run) epochMetrics(ctx context.Context) (Metrics, error) {
	n := r.imagesIn(r.batchesPerEpoch())
	m := Metrics{
		Epoch: r.state.Epoch + 1, Step: r.state.Step, Seconds: r.state.Seconds,
		Beta: r.Beta.At(r.state.Step), LR: r.optimiser.at(r.state.Step, r.state.Halvings), Train: r.over(r.state.Sums, n),
	}
	if r.state.Seconds > 0 {
		m.ImagesPerSecond, m.Waiting = float64(n)/r.state.Seconds, r.state.Waiting/r.state.Seconds
	}
	if r.validation != nil {
		terms, err := r.evaluate(ctx, r.validation, validationSplit, r.Seed)
		if err != nil {
			return m, err
		}
		m.Validation = &terms
	}
	var err error
	m.Test, err = r.evaluate(ctx, r.test, testSplit, r.Seed)
	m.ActiveUnits = m.Test.ActiveUnits()
	return m, err
}

// evaluated is the number of images that are encoded or decoded at a time outside of training
// steps. An image's result does not depend on it, only the memory, which comes on top of
// that for training.
const evaluated = 16

// evaluator encodes and decodes by the weights in place.
func (r *run) evaluator() *models.Evaluator {
	if r.encoding == nil {
		r.encoding = r.m.NewEvaluator(r.kernel, min(r.Batch, evaluated))
	}
	return r.encoding
}
