package latent

import (
	"errors"
	"fmt"
	"math"

	"govae/internal/random"
)

// Exemplars are codes of images, draws from their posteriors, near which new points are drawn: those near
// a code c of a component with mean m and covariance S are draws from the normal distribution
//
//	N(m + sqrt(1 - h^2) (c - m), h^2 S)
//
// of the spread h. Where the codes have the component's mean and covariance, so have the points, whatever h is
// (M. West, "Approximating posterior distributions by mixtures", 1993): 1 gives the component alone, 0 the codes.
// What codes have beyond two moments, such as petals around one middle, comes from the exemplar (S. Norouzi
// et al., "Exemplar VAE", 2020, arXiv 2004.04795).
type Exemplars struct {
	Codes  [][][]float32 `json:"codes"`  // [K, n_k, L], at least one of each component
	Spread float64       `json:"spread"` // h
	// ByClass says that a mixture of one component has exemplars of each class of a conditional model;
	// points are drawn near them with that label ([Mixture.Of]). K is then the number of classes.
	ByClass bool `json:"by_class,omitempty"`
}

// check returns an error unless e belongs to a mixture of k components in l dimensions.
func (e *Exemplars) check(k, l int) error {
	if !(e.Spread >= 0 && e.Spread <= 1) {
		return fmt.Errorf("exemplars with a spread of %g, want 0 to 1", e.Spread)
	}
	what := "component"
	if e.ByClass {
		what = "class"
	}
	switch {
	case e.ByClass && k != 1:
		return fmt.Errorf("exemplars by class, and the mixture has %d components, want 1", k)
	case !e.ByClass && len(e.Codes) != k:
		return fmt.Errorf("exemplars of %d components, and the mixture has %d", len(e.Codes), k)
	case len(e.Codes) == 0:
		return errors.New("exemplars of no class")
	}
	for i, codes := range e.Codes {
		if len(codes) == 0 {
			return fmt.Errorf("%s %d has no exemplars", what, i)
		}
		for _, code := range codes {
			if len(code) != l {
				return fmt.Errorf("%s %d has an exemplar of %d numbers, want %d", what, i, len(code), l)
			}
			for _, v := range code {
				if !(math.Abs(float64(v)) <= maxMixtureValue) {
					return fmt.Errorf("%s %d has an exemplar with numbers beyond %g", what, i, maxMixtureValue)
				}
			}
		}
	}
	return nil
}

// Len returns the number of exemplars of all components.
func (e *Exemplars) Len() (n int) {
	for _, codes := range e.Codes {
		n += len(codes)
	}
	return n
}

// Nearness is the factor sqrt(1 - h^2) of an exemplar's distance from the mean of its component.
func (e *Exemplars) Nearness() float64 { return math.Sqrt(1 - e.Spread*e.Spread) }

// NearExemplars yields n points as [Mixture.Points] does, from the distributions at m's Exemplars, which it must
// have, in place of those of its components. The temperature multiplies the noise alone.
func (m *Mixture) NearExemplars(n int, o SampleOptions) Points {
	if m.Exemplars == nil {
		return fail(errors.New("the mixture has no exemplars"))
	}
	if m.Exemplars.ByClass {
		return fail(ErrByClass)
	}
	return m.points(n, o, m.Exemplars)
}

// centre returns the middle of the distribution at a drawn exemplar of component k, which has this mean.
func (e *Exemplars) centre(k int, mean []float64, s *random.Source) []float64 {
	codes := e.Codes[k]
	code := codes[min(int(s.Float64()*float64(len(codes))), len(codes)-1)]
	centre := make([]float64, len(mean))
	for i, v := range mean {
		centre[i] = v + e.Nearness()*(float64(code[i])-v)
	}
	return centre
}
