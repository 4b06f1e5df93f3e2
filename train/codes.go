package train

import (
	"context"
	"math"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/dataset"
	"govae/latent"
	"govae/models"
)

// With few dimensions codes look like N(0, I), or need a mixture of several components (vae-infer
// encode); with very many the covariance would be larger than the model.
const (
	leastFitted = 8
	mostFitted  = 512
	// mostByClass is how many numbers the covariances of all classes may have: 40 MB as text.
	mostByClass = 2 << 20
	// leastVariance keeps a covariance invertible whose images are few and posteriors narrow.
	leastVariance = 1e-6
)

// isFitted reports whether so many dimensions have a covariance that is worth its size.
func isFitted(dims int) bool { return dims >= leastFitted && dims <= mostFitted }

// codes are the codes of a model's training images, as far as numbers tell.
type codes struct {
	stats *models.LatentStats
	prior *latent.Mixture // nil where dimensions are not fitted, or where it is degenerate
}

// moments are those of codes: of the means of posteriors, and the averages of their variances and
// log variances.
type moments struct {
	mean, std, variance, logVar []float64
	// covariance is that of the aggregate posterior, the mean of q(z|x) over images, in its first
	// variables: that of the means, and the mean of the variances on the diagonal. It may be nil.
	covariance *mat.SymDense
	// classes are the means of the posteriors' means by class, [classes, dims], and counts the
	// images of each; nil where a model is not conditional.
	classes *mat.Dense
	counts  []float64
	within  *mat.SymDense // covariance about the centres of classes
}

// moments encodes images, and finds the covariance of the first dims variables.
func (r *run) moments(ctx context.Context, images *dataset.Images, dims int) (*moments, error) {
	n, l := float64(images.Len()), r.net.Config.Latent
	vector := func() []float64 { return make([]float64, l) }
	m := &moments{mean: vector(), std: vector(), variance: vector(), logVar: vector()}
	if dims > 0 {
		m.covariance = mat.NewSymDense(dims, nil)
	}
	if classes := r.net.Config.Classes(); classes > 0 && dims > 0 {
		m.classes, m.counts = mat.NewDense(classes, dims, nil), make([]float64, classes)
	}
	x, code := make([]float32, r.batch*images.Shape.Len()), vector()
	e := r.evaluator()
	err := batches(ctx, images.Len(), r.batch, func(index []int) {
		x := x[:len(index)*images.Shape.Len()]
		r.pipeline.floats(x, images, index, trainSplit)
		mean, logVar := e.Encode(x, labels(images, index, r.net.Config)...)
		for at := 0; at < len(mean); at += l {
			for i := range l {
				v, s := float64(mean[at+i]), float64(logVar[at+i])
				code[i] = v
				m.mean[i] += v / n
				m.std[i] += v * v / n
				m.variance[i] += math.Exp(s) / n
				m.logVar[i] += s / n
			}
			if dims > 0 {
				m.covariance.SymRankOne(m.covariance, 1/n, mat.NewVecDense(dims, code[:dims]))
			}
			if m.classes != nil {
				class := images.Labels[index[at/l]]
				m.counts[class]++
				floats.Add(m.classes.RawRowView(class), code[:dims])
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for i, mean := range m.mean {
		m.std[i] = math.Sqrt(max(0, m.std[i]-mean*mean))
	}
	if dims > 0 {
		m.covariance.SymRankOne(m.covariance, -1, mat.NewVecDense(dims, m.mean[:dims]))
	}
	for i := range dims {
		m.covariance.SetSym(i, i, m.covariance.At(i, i)+m.variance[i])
	}
	for class, count := range m.counts {
		if count > 0 {
			floats.Scale(1/count, m.classes.RawRowView(class))
		}
	}
	return m, nil
}

// codes tells the codes of the training images. The prior has the mean and the covariance of the
// aggregate posterior, of each class of a conditional model in turn where that is not too large.
func (r *run) codes(ctx context.Context) (*codes, error) {
	l, dims := r.net.Config.Latent, 0
	if isFitted(l) {
		dims = l
	}
	m, err := r.moments(ctx, r.train, dims)
	if err != nil {
		return nil, err
	}
	c := &codes{stats: &models.LatentStats{Mean: m.mean, Std: m.std, Noise: make([]float64, l)}}
	for i, v := range m.variance {
		c.stats.Noise[i] = math.Sqrt(v)
	}
	if dims == 0 {
		return c, nil
	}
	prior := &latent.Mixture{Latent: l}
	add := func(m *moments) {
		covariance := make([][]float64, l)
		for i := range covariance {
			covariance[i] = mat.Row(nil, i, m.covariance)
			covariance[i][i] += leastVariance
		}
		prior.Means, prior.Covariances = append(prior.Means, m.mean), append(prior.Covariances, covariance)
	}
	if classes := r.net.Config.Classes(); classes > 0 && classes*l*l <= mostByClass {
		prior.ByClass = true
		err = r.ofClasses(ctx, m, add)
	} else {
		add(m)
	}
	if err != nil {
		return nil, err
	}
	prior.Weights = slices.Repeat([]float64{1 / float64(len(prior.Means))}, len(prior.Means))
	if _, err := prior.Factors(); err == nil { // else rounding has left nothing to draw from
		c.prior = prior
	}
	return c, nil
}

// ofClasses calls add with the moments of each class, towards which those of all images are moved
// the further the more images it has for each dimension: by n/(n + L), which is about what makes
// the codes of test images most likely (2,062 hands, 20, 60 and 186 for each of ten classes, L 128).
func (r *run) ofClasses(ctx context.Context, all *moments, add func(*moments)) error {
	l := len(all.mean)
	members := make([][]int, r.net.Config.Classes())
	for i, class := range r.train.Labels {
		members[class] = append(members[class], i)
	}
	for _, index := range members {
		of := &moments{mean: slices.Clone(all.mean), covariance: mat.NewSymDense(l, nil)}
		of.covariance.CopySym(all.covariance)
		if len(index) > 1 {
			own, err := r.moments(ctx, r.train.Select(index), l)
			if err != nil {
				return err
			}
			share := float64(len(index)) / float64(len(index)+l)
			floats.AddScaled(of.mean, -share, all.mean)
			floats.AddScaled(of.mean, share, own.mean)
			of.covariance.ScaleSym(1-share, all.covariance)
			own.covariance.ScaleSym(share, own.covariance)
			of.covariance.AddSym(of.covariance, own.covariance)
		}
		add(of)
	}
	return nil
}

// savePrior writes [models.PriorFile] for the present weights, if there is a prior.
func (r *run) savePrior(c *codes) error {
	if c.prior == nil {
		return nil
	}
	c.prior.ModelID = r.m.ID()
	return c.prior.WriteFile(filepath.Join(r.Dir, models.PriorFile))
}
