package train

import (
	"context"
	"math"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"govae/dataset"
	"govae/latent"
	"govae/models"
)

// With few dimensions N(0, I) is what codes look like, or else a mixture of several
// components is (vae-infer encode); a matrix of too many would be larger than the model.
const (
	leastFitted = 8
	mostFitted  = 512
	// leastVariance keeps a covariance invertible whose images are few and posteriors narrow.
	leastVariance = 1e-6
)

// codes are the codes of a model's training images, as far as numbers tell.
type codes struct {
	stats *models.LatentStats
	prior *latent.Mixture // nil for less than leastFitted or more than mostFitted dimensions, or where it is degenerate
}

// codes encodes the training images. The prior has the mean and the covariance of the
// aggregate posterior, the mean of q(z|x) over images: those of the means, and the mean of
// the posterior's variances on the diagonal.
func (t *trainer) codes(ctx context.Context, e *models.Evaluator, images *dataset.Images) (*codes, error) {
	n, l := float64(images.Len()), t.net.Config.Latent
	sum, squares, variance := make([]float64, l), make([]float64, l), make([]float64, l)
	var products *mat.SymDense
	if l >= leastFitted && l <= mostFitted {
		products = mat.NewSymDense(l, nil)
	}
	x, code := make([]float32, t.batch*images.Shape.Len()), make([]float64, l)
	err := batches(ctx, images.Len(), t.batch, func(index []int) {
		x := x[:len(index)*images.Shape.Len()]
		t.pipeline.floats(x, images, index, trainSplit)
		mean, logVar := e.Encode(x, labels(images, index, t.net.Config)...)
		for at := 0; at < len(mean); at += l {
			for i := range l {
				v := float64(mean[at+i])
				code[i] = v
				sum[i] += v
				squares[i] += v * v
				variance[i] += math.Exp(float64(logVar[at+i]))
			}
			if products != nil {
				products.SymRankOne(products, 1, mat.NewVecDense(l, code))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	c := &codes{stats: &models.LatentStats{Mean: sum, Std: squares}}
	for i := range l {
		sum[i] /= n
		squares[i] = math.Sqrt(max(0, squares[i]/n-sum[i]*sum[i]))
	}
	if products != nil {
		covariance := make([][]float64, l)
		for i := range covariance {
			covariance[i] = make([]float64, l)
			for j := range l {
				covariance[i][j] = products.At(i, j)/n - sum[i]*sum[j]
			}
			covariance[i][i] += variance[i]/n + leastVariance
		}
		prior := &latent.Mixture{Latent: l, Weights: []float64{1}, Means: [][]float64{sum}, Covariances: [][][]float64{covariance}}
		if _, err := prior.Factors(); err == nil { // else rounding has left nothing to draw from
			c.prior = prior
		}
	}
	return c, nil
}

// savePrior writes [models.PriorFile] for the present weights, if there is a prior.
func (r *run) savePrior(c *codes) error {
	if c.prior == nil {
		return nil
	}
	c.prior.ModelID = r.m.ID()
	return c.prior.WriteFile(filepath.Join(r.Dir, models.PriorFile))
}
