package train

import (
	"cmp"
	"context"

	"govae/dataset"
	"govae/internal/random"
)

// scaleImages is the number of training images to which the scale of a likelihood is fitted.
// That makes sigma right to one or two in a hundred, which costs 2e-4 nats per value.
const scaleImages = 500

// fitScale fits the scale of the likelihood, where it has one that is fitted, for the weights in place, to
// images from all over the training images. During training the scale follows the batches and the weights
// of each step; but the averaged weights are evaluated and kept. Only training images count, as the scale
// is a part of the model like its weights.
func (t *trainer) fitScale(ctx context.Context, images *dataset.Images, seed uint64) error {
	if !t.net.FitsScale() {
		return nil
	}
	n := min(scaleImages, images.Len())
	var derivative float64
	err := forBatches(ctx, n, t.batch, func(index []int) {
		for i, j := range index {
			index[i] = j * images.Len() / n
		}
		t.terms(t.pipeline.load(images, index, seed, random.EvalNoise, int(trainSplit)), 0, nil)
		derivative += t.net.ScaleGradient()
	})
	if err = cmp.Or(err, t.group.Err()); err == nil {
		t.net.FitScale(derivative, n, 1)
	}
	return err
}
