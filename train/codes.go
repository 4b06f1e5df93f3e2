package train

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/contract"
	"govae/dataset"
	"govae/latent"
	"govae/models"
)

const (
	// mostByClass is how many numbers the covariances of all classes may have: 40 MB as text.
	mostByClass = 2 << 20
	// mostExemplars is how many codes new images are drawn near, of all classes: a megabyte of a sampler for
	// 256 dimensions. A class has leastExemplars all the same, however many classes there are.
	mostExemplars, leastExemplars = 1024, 8
	// mostListed is how many exemplars there may be where one covariance is that of all classes.
	mostListed    = 4096
	someExemplars = 256 // for the pictures of an epoch
	// exemplarSpread is that of latent.Exemplars. With it pictures of flowers are half as far from the nearest one of
	// training as unseen flowers are, and still flowers (docs/photos.md).
	exemplarSpread = 0.5
	// leastVariance keeps a covariance invertible whose images are few and posteriors narrow.
	leastVariance = 1e-6
)

// codes are statistics of the codes of a model's training images.
type codes struct {
	stats *models.LatentStats
	prior *latent.Mixture // nil where none is fitted for so many dimensions, or where it is degenerate
}

// moments are the moments of codes: mean and standard deviation of the posteriors' means, and the
// averages of their variances and log variances.
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

// newMoments returns the moments of l variables before any code is added.
func newMoments(l, dims int) *moments {
	vector := func() []float64 { return make([]float64, l) }
	m := &moments{mean: vector(), std: vector(), variance: vector(), logVar: vector()}
	if dims > 0 {
		m.covariance = mat.NewSymDense(dims, nil)
	}
	return m
}

// add adds one of n codes.
func (m *moments) add(code []float64, logVar []float32, n float64) {
	for i, v := range code {
		s := float64(logVar[i])
		m.mean[i] += v / n
		m.std[i] += v * v / n
		m.variance[i] += math.Exp(s) / n
		m.logVar[i] += s / n
	}
	if m.covariance != nil {
		dims := m.covariance.SymmetricDim()
		m.covariance.SymRankOne(m.covariance, 1/n, mat.NewVecDense(dims, code[:dims]))
	}
}

// finish completes the moments after the last code.
func (m *moments) finish() {
	for i, mean := range m.mean {
		m.std[i] = math.Sqrt(max(0, m.std[i]-mean*mean))
	}
	if m.covariance == nil {
		return
	}
	dims := m.covariance.SymmetricDim()
	m.covariance.SymRankOne(m.covariance, -1, mat.NewVecDense(dims, m.mean[:dims]))
	for i := range dims {
		m.covariance.SetSym(i, i, m.covariance.At(i, i)+m.variance[i])
	}
}

// moments encodes images, and finds the covariance of the first dims variables. Where byClass is not
// nil, the codes of each class are added to its moments there, too.
func (r *run) moments(ctx context.Context, images *dataset.Images, dims int, byClass []*moments) (*moments, error) {
	n, l := float64(images.Len()), r.net.Config.Latent
	m := newMoments(l, dims)
	if classes := r.net.Config.Classes(); classes > 0 && dims > 0 {
		m.classes, m.counts = mat.NewDense(classes, dims, nil), make([]float64, classes)
		for _, class := range images.Labels {
			m.counts[class]++
		}
	}
	code := make([]float64, l)
	err := r.encode(ctx, images, func(index []int, mean, logVar []float32) {
		for at := 0; at < len(mean); at += l {
			for i, v := range mean[at : at+l] {
				code[i] = float64(v)
			}
			m.add(code, logVar[at:at+l], n)
			if m.classes == nil {
				continue
			}
			class := images.Labels[index[at/l]]
			floats.Add(m.classes.RawRowView(class), code[:dims])
			if byClass != nil {
				byClass[class].add(code, logVar[at:at+l], m.counts[class])
			}
		}
	})
	if err != nil {
		return nil, err
	}
	m.finish()
	for _, own := range byClass {
		own.finish()
	}
	for class, count := range m.counts {
		if count > 0 {
			floats.Scale(1/count, m.classes.RawRowView(class))
		}
	}
	return m, nil
}

// encode calls do with the codes of successive batches of images.
func (r *run) encode(ctx context.Context, images *dataset.Images, do func(index []int, mean, logVar []float32)) error {
	x, e := make([]float32, r.batch*images.Shape.Len()), r.evaluator()
	return forBatches(ctx, images.Len(), r.batch, func(index []int) {
		x := x[:len(index)*images.Shape.Len()]
		r.pipeline.floats(x, images, index, trainSplit)
		mean, logVar := e.Encode(x, labels(images, index, r.net.Config)...)
		do(index, mean, logVar)
	})
}

// codes returns statistics of the codes of training images. The prior has the mean and the covariance of
// the aggregate posterior, by class for a conditional model unless that would be too many numbers.
func (r *run) codes(ctx context.Context, images *dataset.Images) (*codes, error) {
	l, dims := r.net.Config.Latent, 0
	if contract.HasPrior(l) {
		dims = l
	}
	var byClass []*moments
	if classes := r.net.Config.Classes(); dims > 0 && classes*l*l <= mostByClass {
		for range classes {
			byClass = append(byClass, newMoments(l, dims))
		}
	}
	m, err := r.moments(ctx, images, dims, byClass)
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
	if prior.ByClass = byClass != nil; prior.ByClass {
		ofClasses(m, byClass, add)
	} else {
		add(m)
	}
	lists := len(prior.Means) // of exemplars
	if classes := r.net.Config.Classes(); lists < classes && classes*leastExemplars <= mostListed {
		lists = classes
	}
	if prior.Exemplars, err = r.exemplars(ctx, lists, max(mostExemplars/lists, leastExemplars)); err != nil {
		return nil, err
	}
	prior.Exemplars.ByClass = lists > len(prior.Means)
	prior.Weights = slices.Repeat([]float64{1 / float64(len(prior.Means))}, len(prior.Means))
	if _, err := prior.Factors(); err == nil { // else rounding has left nothing to draw from
		c.prior = prior
	}
	return c, nil
}

// exemplars returns draws from the posteriors of training images, whose covariance is the prior's: a list of so
// many for each class, or one list for all. A class without images gets those of all.
func (r *run) exemplars(ctx context.Context, lists, each int) (*latent.Exemplars, error) {
	order, l := make([]int, r.train.Len()), r.net.Config.Latent
	dataset.Order(order, r.Seed, 0)
	members := make([][]int, lists)
	for _, i := range order {
		k := 0
		if lists > 1 {
			k = r.train.Labels[i]
		}
		if k < lists && len(members[k]) < each {
			members[k] = append(members[k], i)
		}
	}
	var index, of []int // all that are chosen, and in which lists
	for k, list := range members {
		if list == nil {
			list = order[:min(each, len(order))]
		}
		index, of = append(index, list...), append(of, slices.Repeat([]int{k}, len(list))...)
	}
	e := &latent.Exemplars{Codes: make([][][]float32, lists), Spread: exemplarSpread}
	err := r.encode(ctx, r.train.Select(index), func(at []int, mean, logVar []float32) {
		for j, i := range at {
			z, from, end := make([]float32, l), j*l, (j+1)*l
			latent.Noise(z, r.Seed, index[i], 0)
			latent.Code{Mean: mean[from:end], LogVar: logVar[from:end]}.Draw(z)
			e.Codes[of[i]] = append(e.Codes[of[i]], z)
		}
	})
	return e, err
}

// roughPrior returns what the samples of an epoch are drawn from, or nil where no prior is fitted: points near a
// few codes. It takes all codes for draws from N(0, I), as the axes of align make them.
func (r *run) roughPrior(ctx context.Context) (*latent.Mixture, error) {
	l := r.net.Config.Latent
	if !contract.HasPrior(l) {
		return nil, nil
	}
	classes := r.net.Config.Classes()
	n := max(1, min(classes, mostRows))
	unit := make([][]float64, l)
	for i := range unit {
		unit[i] = make([]float64, l)
		unit[i][i] = 1
	}
	exemplars, err := r.exemplars(ctx, n, max(someExemplars/n, sampleRow))
	if err != nil {
		return nil, err
	}
	exemplars.ByClass = classes > 0
	return &latent.Mixture{
		Latent: l, Weights: []float64{1}, Means: [][]float64{make([]float64, l)}, Covariances: [][][]float64{unit}, Exemplars: exemplars,
	}, nil
}

// ofClasses calls add with the moments of each class, shrunk towards those of all images.
func ofClasses(all *moments, byClass []*moments, add func(*moments)) {
	shrinking, ok := newShrinking(all)
	for class, own := range byClass {
		of := all
		if n := all.counts[class]; n > 1 && ok {
			of = shrinking.of(own, n)
		}
		add(of)
	}
}

// shrinking moves the moments of a class towards those of all images. The dimensions are ordered by their
// information, and with n codes of the class the k-th keeps the share n/(n + k) of its own moments, as its
// covariances with those before it are k numbers to estimate. So the few dimensions with most information, in
// which classes differ most, are nearly those of the class, and the many others nearly those of all. With one
// share n/(n + L) for all L dimensions codes of test images were as likely, but samples less like their class
// (docs/quality.md).
//
// It works in units in which the codes of all images are draws from N(0, I), one dimension after the other in
// this order. There the covariance shrinks towards a diagonal one, and the result is positive definite.
type shrinking struct {
	all    *moments
	order  []int         // the dimensions, from the one with most information
	factor *mat.TriDense // Cholesky's, of the covariance of all in this order
}

// newShrinking returns ok false where the covariance of all is degenerate.
func newShrinking(all *moments) (s *shrinking, ok bool) {
	s = &shrinking{all: all, order: make([]int, len(all.mean)), factor: new(mat.TriDense)}
	for i := range s.order {
		s.order[i] = i
	}
	slices.SortStableFunc(s.order, func(i, j int) int { return cmp.Compare(all.variance[i], all.variance[j]) })
	var cholesky mat.Cholesky
	covariance := s.ordered(all.covariance)
	for i := range s.order {
		covariance.SetSym(i, i, covariance.At(i, i)+leastVariance)
	}
	if !cholesky.Factorize(covariance) {
		return nil, false
	}
	cholesky.LTo(s.factor)
	return s, true
}

// ordered is a covariance in the order of s.
func (s *shrinking) ordered(covariance *mat.SymDense) *mat.SymDense {
	m := mat.NewSymDense(len(s.order), nil)
	for i, from := range s.order {
		for j := range i + 1 {
			m.SetSym(i, j, covariance.At(from, s.order[j]))
		}
	}
	return m
}

// of returns the moments of a class, own being those of its n codes.
func (s *shrinking) of(own *moments, n float64) *moments {
	l := len(s.order)
	share := func(k int) float64 { return n / (n + float64(k) + 1) }
	mean, half, unit := mat.NewVecDense(l, nil), new(mat.Dense), new(mat.Dense)
	for i, from := range s.order {
		mean.SetVec(i, own.mean[from]-s.all.mean[from])
	}
	_ = mean.SolveVec(s.factor, mean) // a condition number is no error: the factor was made
	_ = half.Solve(s.factor, s.ordered(own.covariance))
	_ = unit.Solve(s.factor, half.T())
	for i := range l {
		mean.SetVec(i, share(i)*mean.AtVec(i))
		for j := range l {
			v := share(max(i, j)) * unit.At(i, j)
			if i == j {
				v += 1 - share(i)
			}
			unit.Set(i, j, v)
		}
	}
	mean.MulVec(s.factor, mean)
	half.Mul(s.factor, unit)
	unit.Mul(half, s.factor.T())
	of := &moments{mean: make([]float64, l), covariance: mat.NewSymDense(l, nil)}
	for i, to := range s.order {
		of.mean[to] = s.all.mean[to] + mean.AtVec(i)
		for j := range i + 1 {
			of.covariance.SetSym(to, s.order[j], unit.At(i, j))
		}
	}
	return of
}
