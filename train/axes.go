package train

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/contract"
	"govae/dataset"
	"govae/models"
)

// leastSaved is the fraction of the divergence that a change of axes must save. The saving is predicted
// from averages, and posteriors differ from image to image, so that a small one may turn out to be a
// loss: dense networks trained for long on MNIST, for which 0.01 to 0.02 was predicted, lost 0.2 to
// 0.35 nats.
const leastSaved = 0.05

// axesImages is the number of training images by whose codes the axes are chosen, at most.
const axesImages = 2000

// align chooses the coordinates of the latent vector for the weights in place, among all that
// leave means and images as they are: those in which codes are like draws from N(0, I), and in
// which the dimensions of a posterior are independent on average.
//
// Training finds such axes by itself, but slowly, as little pulls it there: the posterior is
// diagonal, and so prefers the principal axes of what the decoder makes of z (Rolinek, Zietlow and
// Martius 2019, "Variational autoencoders pursue PCA directions (by accident)", arXiv 1812.06775).
// What is lost until then is the divergence of the codes' own distribution from the prior
// (Hoffman and Johnson 2016, "ELBO surgery"), and what a posterior loses across its axes;
// docs/photos.md says how much. Changing the weights that are being trained as well, each epoch,
// helped where few dimensions carry the code, and hurt where all are needed.
//
// With C the covariance of the codes and S the average variances of posteriors, the axes are the A
// for which A C A' = I and A S A' is diagonal. Its diagonal is what is left to chance of each
// dimension, from the least, in the first, to 1 in those that tell nothing. C counts as many codes
// from N(0, I) as there are dimensions among those seen, so that few images cannot mislead it. Codes
// of a conditional model are told relative to the centre of their class, which is chosen as well.
func (r *run) align(ctx context.Context) error {
	n := r.m.Vector()
	if !contract.HasPrior(n) {
		return nil
	}
	seen := r.randomTrainImages(axesImages)
	m, err := r.moments(ctx, seen, n, nil)
	if err != nil {
		return err
	}
	if axes, ok := m.axes(float64(seen.Len())); ok {
		if before, after := m.divergence(axes); after <= (1-leastSaved)*before {
			r.m.ChangeAxes(axes)
		}
	}
	return nil
}

// randomTrainImages returns a random choice of at most so many training images. A regular choice might
// miss a class that lies at regular places.
func (r *run) randomTrainImages(most int) *dataset.Images {
	order := make([]int, r.train.Len())
	dataset.Order(order, r.Seed, 0)
	index := order[:min(most, len(order))]
	slices.Sort(index)
	return r.train.Select(index)
}

// divergence returns the mean divergence of posteriors from N(0, I) as they are, and in other axes.
func (m *moments) divergence(a models.Axes) (before, after float64) {
	for j := range a.Centre {
		to := a.To.RowView(j)
		before += (m.mean[j]*m.mean[j] + m.covariance.At(j, j) - 1 - m.logVar[j]) / 2
		after += (mat.Inner(to, m.within, to) - 1 - a.NewLogVar(j)) / 2
	}
	return before, after
}

// axes returns those of align from the codes of so many images; ok is false where rounding leaves none.
func (m *moments) axes(seen float64) (a models.Axes, ok bool) {
	m.within = m.covariance
	if a, ok = m.whitening(seen); !ok || m.classes == nil {
		return a, ok
	}
	centres := m.centres(a, seen)
	a, ok = m.whitening(seen)
	a.Centres = centres
	return a, ok
}

// axesBlock is the number of dimensions that are shrunk by one factor, sorted by how much they tell: few
// enough to tell dimensions in which classes differ from those in which they do not.
const axesBlock = 16

// centres returns where the classes lie about the mean of all codes, [classes, L], and takes what
// that explains from the covariance. A mean of few codes in many dimensions is mostly chance: in
// the axes a it counts, for some dimensions at a time, as far as it is longer than such a mean of
// draws from the prior would be (James and Stein 1961, "Estimation with quadratic loss"; by blocks:
// Cai 1999, "Adaptive wavelet estimation: a block thresholding and oracle inequality approach").
func (m *moments) centres(a models.Axes, seen float64) *mat.Dense {
	classes, n := m.classes.Dims()
	centres, within := mat.NewDense(classes, n, nil), mat.NewSymDense(n, nil)
	within.CopySym(m.covariance)
	for class, count := range m.counts {
		if count == 0 {
			continue
		}
		centre := mat.NewVecDense(n, centres.RawRowView(class))
		centre.SubVec(m.classes.RowView(class), mat.NewVecDense(n, m.mean[:n]))
		within.SymRankOne(within, -count/seen, centre)
		var sure, chance mat.VecDense
		sure.MulVec(a.To, centre)
		for first := 0; first < n; first += axesBlock {
			block := sure.RawVector().Data[first:min(first+axesBlock, n)]
			share := max(0, 1-float64(len(block))/(count*floats.Dot(block, block)))
			if math.IsNaN(share) {
				share = 0
			}
			floats.Scale(share, block)
		}
		chance.MulVec(a.From, &sure)
		chance.SubVec(centre, &chance)
		within.SymRankOne(within, count/seen, &chance) // which stays within classes
		centre.SubVec(centre, &chance)
	}
	m.within = within
	return centres
}

// whitening returns the axes for the covariance within classes.
func (m *moments) whitening(seen float64) (a models.Axes, ok bool) {
	n := m.within.SymmetricDim()
	prior := float64(n) / (float64(n) + seen)
	white := mat.NewSymDense(n, nil) // the covariance of the codes, in units of posteriors
	for i := range n {
		for j := range i + 1 {
			c := (1 - prior) * m.within.At(i, j)
			if i == j {
				c += prior
			}
			c /= math.Sqrt(m.variance[i] * m.variance[j])
			if !finite(c) { // the ELBO will not be, either
				return a, false
			}
			white.SetSym(i, j, c)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(white, true) {
		return a, false
	}
	values, vectors := eigen.Values(nil), new(mat.Dense)
	eigen.VectorsTo(vectors)
	if !(values[0] > 0) {
		return a, false
	}
	a = models.Axes{Centre: m.mean[:n], To: mat.NewDense(n, n, nil), From: mat.NewDense(n, n, nil), LogVar: m.logVar[:n]}
	for j := range n {
		k := n - 1 - j // the largest value first
		scale := math.Sqrt(values[k])
		for i := range n {
			s := math.Sqrt(m.variance[i])
			a.To.Set(j, i, vectors.At(i, k)/(scale*s))
			a.From.Set(i, j, vectors.At(i, k)*scale*s)
		}
	}
	return a, true
}
