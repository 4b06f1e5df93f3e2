package latent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"gonum.org/v1/gonum/floats"

	"govae/internal/option"
	"govae/internal/parallel"
	"govae/internal/random"
)

// FitOptions choose how a mixture is fitted. The zero value tries 1 to 20 components
// with seed 0 on all cores.
type FitOptions struct {
	Least, Most int    // numbers of components to try; 0 means 1 and 20
	Seed        uint64 // of the first means
	Threads     int    // 0 means GOMAXPROCS; the result is the same for any number
	// Fitted, if not nil, is called after each number of components that is tried.
	Fitted func(MixtureScore)
}

const (
	// patience is the number of fits without a better BIC after which no more
	// components are tried.
	patience = 3
	// A fit ends after emIterations, or when the mean log-likelihood of a point grows by
	// less than emTolerance nats (scikit-learn's values).
	emIterations = 100
	emTolerance  = 1e-3
	// leastResponsibility is the share in a point below which a component ignores it.
	leastResponsibility = 1e-9
	// covarianceFloor is added to the variances, in units of the mean variance of the
	// points, so that no component collapses onto one of them.
	covarianceFloor = 1e-6
)

// pointsOf returns the least number of points for each component in so many dimensions. With fewer, a
// covariance fits just these points, which their own likelihood does not show.
func pointsOf(dims int) int { return 2 * (dims + 1) }

// FewPointsError says that there are too few points to fit a mixture to.
type FewPointsError struct{ Points, Want, Components, Dims int }

func (e *FewPointsError) Error() string {
	return fmt.Sprintf("%d latent points are too few for a mixture of %d component(s) in %d dimensions: want %d", e.Points, e.Components, e.Dims, e.Want)
}

// FitMixture fits Gaussian mixtures to points of a space by expectation maximisation (C.
// Bishop, "Pattern Recognition and Machine Learning", 2006, section 9.2) and returns the
// one of the best BIC. Each component needs more than twice as many points as there are dimensions;
// too few points are a [*FewPointsError]. It starts from means that are chosen as for k-means++ (D. Arthur
// and S. Vassilvitskii, 2007).
//
// Give it points of the posteriors ([Draws]), not their means alone: images come from
// draws in training, so it is those that the decoder knows, and means lie closer
// together. It keeps all points in memory.
func FitMixture(ctx context.Context, s Space, points Points, o FitOptions) (*Mixture, error) {
	least, most := cmp.Or(o.Least, 1), cmp.Or(o.Most, 20)
	switch {
	case least < 1:
		return nil, option.Wrong("Least", least, "a number of components from 1 on")
	case most < least:
		return nil, option.Wrong("Most", most, fmt.Sprintf("at least the %d of Least", least))
	}
	f := fit{threads: o.Threads}
	if f.threads < 1 {
		f.threads = runtime.GOMAXPROCS(0)
	}
	if err := f.load(points); err != nil {
		return nil, err
	}
	if err := s.Check("a point", s.ModelID, f.latent, "give points of this model"); err != nil {
		return nil, err
	}
	each := pointsOf(f.latent)
	if f.n/each < least {
		return nil, &FewPointsError{f.n, each * min(least, math.MaxInt/each), least, f.latent}
	}
	var best *Mixture
	var bestBIC float64
	var fits []MixtureScore
	for k, worse := least, 0; k <= min(most, f.n/each) && worse < patience; k++ {
		m, logLikelihood, err := f.em(ctx, k, o.Seed)
		if err != nil {
			return nil, err
		}
		parameters := k - 1 + k*f.latent + k*f.latent*(f.latent+1)/2
		bic := -2*logLikelihood + float64(parameters)*math.Log(float64(f.n))
		fits = append(fits, MixtureScore{k, bic})
		if o.Fitted != nil {
			o.Fitted(fits[len(fits)-1])
		}
		if worse++; best == nil || bic < bestBIC {
			best, bestBIC, worse = m, bic, 0
		}
	}
	best.ModelID, best.Fits = s.ModelID, fits
	return best, nil
}

// fit holds the points of a mixture.
type fit struct {
	n, latent int
	x         []float64 // [n, L]
	floor     float64   // added to variances
	threads   int
}

// load reads the points.
func (f *fit) load(points Points) error {
	for z, err := range sameLength(points) {
		if err != nil {
			return err
		}
		if f.n++; f.n == 1 {
			f.latent = len(z)
		}
		for _, v := range z {
			if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("latent point %d has the value %g; a mixture needs finite ones", f.n-1, v)
			}
			f.x = append(f.x, float64(v))
		}
	}
	if f.n < 2 {
		return errors.New("a mixture needs at least 2 latent points; give more images")
	}
	mean, variance := make([]float64, f.latent), 0.
	for i := range f.n {
		floats.AddScaled(mean, 1/float64(f.n), f.at(i))
	}
	for i := range f.n {
		d := floats.Distance(f.at(i), mean, 2)
		variance += d * d / float64(len(f.x))
	}
	f.floor = math.Max(covarianceFloor*variance, 1e-12)
	return nil
}

// at returns point i.
func (f *fit) at(i int) []float64 { return f.x[i*f.latent : (i+1)*f.latent] }

// em fits k components and returns them with the log-likelihood of the points.
func (f *fit) em(ctx context.Context, k int, seed uint64) (*Mixture, float64, error) {
	m := f.start(k, seed)
	last := math.Inf(-1)
	for range emIterations {
		sums, err := f.expect(ctx, m)
		if err != nil {
			return nil, 0, err
		}
		m = f.maximise(m, sums)
		mean := sums.logLikelihood / float64(f.n)
		if mean-last < emTolerance {
			break
		}
		last = mean
	}
	sums, err := f.expect(ctx, m)
	if err != nil {
		return nil, 0, err
	}
	return m, sums.logLikelihood, nil
}

// start chooses points as means, each with a probability in proportion to its squared
// distance from the nearest one so far, and gives each the round covariance of the
// mean distance that is left.
func (f *fit) start(k int, seed uint64) *Mixture {
	r := random.New(seed, random.Mixture, uint32(k), 0)
	m := &Mixture{Latent: f.latent}
	squared := make([]float64, f.n)
	for i := range squared {
		squared[i] = math.Inf(1)
	}
	for chosen := r.IntN(f.n); len(m.Means) < k; chosen = pick(squared, r.Float64()) {
		mean := append([]float64(nil), f.at(chosen)...)
		m.Means = append(m.Means, mean)
		m.Weights = append(m.Weights, 1/float64(k))
		for i := range squared {
			d := floats.Distance(f.at(i), mean, 2)
			squared[i] = math.Min(squared[i], d*d)
		}
	}
	variance := floats.Sum(squared)/float64(len(f.x)) + f.floor
	for range k {
		m.Covariances = append(m.Covariances, f.diagonal(variance))
	}
	return m
}

// diagonal returns v times the identity.
func (f *fit) diagonal(v float64) [][]float64 {
	rows := make([][]float64, f.latent)
	for i := range rows {
		rows[i] = make([]float64, f.latent)
		rows[i][i] = v
	}
	return rows
}

// sums are the statistics of all points that a step needs, weighted by the responsibilities of the
// components.
type sums struct {
	logLikelihood float64
	count         []float64   // [K]
	shift         [][]float64 // [K, L], of x - mean
	outer         [][]float64 // [K, L*L], of (x - mean)(x - mean)ᵀ, the lower triangle
}

func newSums(k, latent int) *sums {
	s := &sums{count: make([]float64, k), shift: make([][]float64, k), outer: make([][]float64, k)}
	for i := range k {
		s.shift[i], s.outer[i] = make([]float64, latent), make([]float64, latent*latent)
	}
	return s
}

func (s *sums) add(t *sums) {
	s.logLikelihood += t.logLikelihood
	floats.Add(s.count, t.count)
	for k := range s.count {
		floats.Add(s.shift[k], t.shift[k])
		floats.Add(s.outer[k], t.outer[k])
	}
}

// fitParts is the number of parts in which points are summed. It determines the rounding of results,
// so that the number of threads does not.
const fitParts = 32

// expect is the E step.
func (f *fit) expect(ctx context.Context, m *Mixture) (*sums, error) {
	densities, err := m.densities()
	if err != nil {
		return nil, err
	}
	parts := make([]*sums, fitParts)
	err = parallel.For(ctx, fitParts, f.threads, func(p int) error {
		parts[p] = newSums(len(m.Weights), f.latent)
		f.expectPart(parts[p], densities, p*f.n/fitParts, (p+1)*f.n/fitParts)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, p := range parts[1:] {
		parts[0].add(p)
	}
	return parts[0], nil
}

// expectPart adds points i to j-1 to s.
func (f *fit) expectPart(s *sums, densities []density, i, j int) {
	logs := make([]float64, len(densities))
	d := make([]float64, f.latent)
	for ; i < j; i++ {
		x := f.at(i)
		for k := range densities {
			logs[k] = densities[k].log(d, x)
		}
		total := floats.LogSumExp(logs)
		s.logLikelihood += total
		for k := range densities {
			r := math.Exp(logs[k] - total)
			if r < leastResponsibility {
				continue
			}
			s.count[k] += r
			floats.SubTo(d, x, densities[k].mean)
			floats.AddScaled(s.shift[k], r, d)
			for row, v := range d {
				floats.AddScaled(s.outer[k][row*f.latent:row*f.latent+row+1], r*v, d[:row+1])
			}
		}
	}
}

// maximise is the M step. Sums about the old means keep their digits where those about
// zero would cancel.
func (f *fit) maximise(old *Mixture, s *sums) *Mixture {
	m := &Mixture{Latent: f.latent}
	total := floats.Sum(s.count)
	for k, count := range s.count {
		m.Weights = append(m.Weights, count/total)
		count = math.Max(count, 1e-9) // a component that no point is left of
		shift := floats.ScaleTo(make([]float64, f.latent), 1/count, s.shift[k])
		m.Means = append(m.Means, floats.AddTo(make([]float64, f.latent), old.Means[k], shift))
		covariance := f.diagonal(f.floor)
		for r := range f.latent {
			for c := range r + 1 {
				covariance[r][c] += s.outer[k][r*f.latent+c]/count - shift[r]*shift[c]
				covariance[c][r] = covariance[r][c]
			}
		}
		m.Covariances = append(m.Covariances, covariance)
	}
	return m
}
