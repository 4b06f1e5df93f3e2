package latent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"govae/internal/atomicfile"
	"govae/internal/random"
)

// Mixture is a Gaussian mixture in latent space with full covariances, fitted by
// [FitMixture] to encoded images.
//
// A VAE is sampled from its prior N(0, I), but its decoder has learned from points of
// the aggregate posterior, the mean of q(z|x) over the data. Where the two differ,
// prior samples fall into holes (M. Hoffman and M. Johnson, "ELBO surgery", 2016;
// J. Tomczak and M. Welling, "VAE with a VampPrior", 2018). A density fitted
// afterwards closes the gap (P. Ghosh et al., "From Variational to Deterministic
// Autoencoders", 2020, section 4).
type Mixture struct {
	ModelID     string         `json:"model_id,omitempty"` // of its space; empty if that has none
	Latent      int            `json:"latent"`             // L
	Weights     []float64      `json:"weights"`            // [K], their sum is 1
	Means       [][]float64    `json:"means"`              // [K, L]
	Covariances [][][]float64  `json:"covariances"`        // [K, L, L]
	Fits        []MixtureScore `json:"fits,omitempty"`     // all that were tried
	// ByClass says that component k is the prior of class k of a conditional model; points are drawn
	// from it with that label ([Mixture.Of]).
	ByClass bool `json:"by_class,omitempty"`
	// Exemplars are used by [Mixture.NearExemplars] and by samplers, and by nothing else.
	Exemplars *Exemplars `json:"exemplars,omitempty"`
}

// Of returns component k, or the distribution and exemplars of class k, as a mixture of its own.
func (m *Mixture) Of(k int) *Mixture {
	of := &Mixture{ModelID: m.ModelID, Latent: m.Latent, Weights: []float64{1}}
	if e := m.Exemplars; e != nil {
		of.Exemplars = &Exemplars{Codes: e.Codes[k : k+1], Spread: e.Spread}
		if e.ByClass {
			k = 0
		}
	}
	of.Means, of.Covariances = m.Means[k:k+1], m.Covariances[k:k+1]
	return of
}

// OfClasses reports whether new points are drawn class by class.
func (m *Mixture) OfClasses() bool { return m.ByClass || m.Exemplars != nil && m.Exemplars.ByClass }

// ErrByClass says that a mixture has a distribution for each class, which the label chooses.
var ErrByClass = errors.New("the mixture has components or exemplars of each class, which are drawn from with its label: export a decoder that draws from it")

// MixtureScore tells how well a number of components fits.
type MixtureScore struct {
	Components int `json:"components"`
	// BIC is the Bayesian information criterion -2 log likelihood + parameters log
	// points (G. Schwarz, "Estimating the dimension of a model", 1978); the least is best.
	BIC float64 `json:"bic"`
}

// Bounds of a mixture file: its size in bytes and the magnitude of its numbers, whose
// products must be finite.
const (
	maxMixtureFile  = 1 << 26
	maxMixtureValue = 1e15
)

// ReadMixture reads a file that [Mixture.WriteFile] wrote. An error is a [*FileError].
func ReadMixture(path string) (*Mixture, error) {
	return readParsed(path, "mixture", maxMixtureFile, ParseMixture)
}

// ParseMixture reads a mixture from JSON, as of a file that go:embed holds.
func ParseMixture(data []byte) (*Mixture, error) {
	var m Mixture
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("not a mixture (%w)", err)
	}
	if _, err := m.Factors(); err != nil {
		return nil, err
	}
	return &m, nil
}

// WriteFile replaces the file at path with the mixture as JSON. One that is too large to be read
// again is an error.
func (m *Mixture) WriteFile(path string) error {
	data, err := json.Marshal(m)
	if err == nil && len(data) >= maxMixtureFile {
		err = fmt.Errorf("%d components in %d dimensions take %d MB as a file, more than the %d that are read: fit fewer components", len(m.Weights), m.Latent, len(data)>>20, maxMixtureFile>>20)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, append(data, '\n'))
}

// Check returns an error unless the mixture belongs to a space, as far as both tell.
func (m *Mixture) Check(s Space) error {
	return s.Check("the mixture", m.ModelID, m.Latent, "fit one to this model")
}

// Points yields n points of the mixture, the first being number o.First of the seed:
// a component by the weights, then its mean plus the temperature times noise of its
// covariance. Point i of a seed is the same however many are drawn. A mixture that
// is none, such as one whose weights do not sum to 1, is an error, and one by class [ErrByClass].
func (m *Mixture) Points(n int, o SampleOptions) Points { return m.points(n, o, nil) }

func (m *Mixture) points(n int, o SampleOptions, near *Exemplars) Points {
	if err := o.check(n); err != nil {
		return fail(err)
	}
	if m.ByClass {
		return fail(ErrByClass)
	}
	return func(yield func([]float32, error) bool) {
		factors, err := m.Factors()
		if err != nil {
			yield(nil, err)
			return
		}
		eps, scale := make([]float32, m.Latent), cmp.Or(o.Temperature, 1)
		if near != nil {
			scale *= near.Spread
		}
		for i := range n {
			z := make([]float32, m.Latent)
			s := random.New(o.Seed, random.Mixture, 0, uint32(o.First+i))
			k := pick(m.Weights, s.Float64())
			centre := m.Means[k]
			if near != nil {
				centre = near.centre(k, centre, &s)
			}
			s.Normal(eps)
			for r := range z {
				v := 0.
				for c := range r + 1 {
					v += factors[k].At(r, c) * float64(eps[c])
				}
				z[r] = float32(centre[r] + scale*v)
			}
			if !yield(z, nil) {
				return
			}
		}
	}
}

// pick returns the first index at which the sum of the weights exceeds u times the whole sum.
func pick(weights []float64, u float64) int {
	left := u * floats.Sum(weights)
	for k, w := range weights {
		if left -= w; left < 0 {
			return k
		}
	}
	return len(weights) - 1 // by rounding
}

// Factors checks the mixture, its exemplars included, and returns the lower Cholesky factors of its
// covariances.
func (m *Mixture) Factors() ([]*mat.TriDense, error) {
	k := len(m.Weights)
	if k < 1 || m.Latent < 1 || len(m.Means) != k || len(m.Covariances) != k {
		return nil, fmt.Errorf("not a mixture: %d weights, %d means and %d covariances of %d dimensions", k, len(m.Means), len(m.Covariances), m.Latent)
	}
	sum := 0.
	for _, w := range m.Weights {
		if !(w >= 0) {
			return nil, fmt.Errorf("not a mixture: a weight of %g", w)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-6 {
		return nil, fmt.Errorf("not a mixture: the sum of the weights is %g, not 1", sum)
	}
	factors := make([]*mat.TriDense, k)
	for i := range factors {
		rows := append([][]float64{m.Means[i]}, m.Covariances[i]...)
		if len(rows) != m.Latent+1 {
			return nil, fmt.Errorf("not a mixture: covariance %d has %d rows, want %d", i, len(rows)-1, m.Latent)
		}
		for _, row := range rows {
			if len(row) != m.Latent {
				return nil, fmt.Errorf("not a mixture: component %d has a row of %d numbers, want %d", i, len(row), m.Latent)
			}
			if floats.Norm(row, math.Inf(1)) > maxMixtureValue {
				return nil, fmt.Errorf("not a mixture: component %d has numbers beyond %g", i, maxMixtureValue)
			}
		}
		covariance := mat.NewSymDense(m.Latent, nil)
		for r, row := range m.Covariances[i] {
			for c, v := range row[:r+1] {
				if m.Covariances[i][c][r] != v {
					return nil, fmt.Errorf("not a mixture: covariance %d is not symmetric", i)
				}
				covariance.SetSym(r, c, v)
			}
		}
		var factor mat.Cholesky
		if !factor.Factorize(covariance) {
			return nil, fmt.Errorf("not a mixture: covariance %d is not positive definite", i)
		}
		factors[i] = new(mat.TriDense)
		factor.LTo(factors[i])
	}
	if m.Exemplars != nil {
		if err := m.Exemplars.check(k, m.Latent); err != nil {
			return nil, fmt.Errorf("not a mixture: %w", err)
		}
	}
	return factors, nil
}
