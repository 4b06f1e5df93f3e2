package export

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"

	"govae/contract"
	"govae/latent"
	"govae/models"
)

// prior turns a point z of N(0, I) into one of a mixture. It stands in front of a decoder, so
// that programs that know nothing of mixtures draw better samples.
//
// The direction of (z_0, z_1) is uniform and independent of all else. So the circle is cut into
// one arc for each component, as long as its weight, and z_0 and z_1 are turned about the origin
// so that the arc where they are becomes the whole circle: that gives both the component and
// z ~ N(0, I) again, exactly, and without tails where numbers end. A scale of z scales the noise
// and leaves the component. Then x = mean + factor z, by the Cholesky factor of its covariance.
//
// Where an arc is short, its stretching makes rounding errors as many times larger. The functions
// of the angle are therefore made of +, -, * and / alone, which all runtimes round alike:
// tan(half an angle) = y / (r + |x|), and polynomials for the arc tangent and the tangent.
//
// The components of a conditional model may be those of its classes. Then the label chooses, and
// nothing is turned.
type prior struct {
	latent, components int
	byClass            bool
	lower, upper       []float32  // [K] where arcs begin and end, in turns
	middle, inverse    []float32  // [K] of an arc, and 1 over its length
	factor             []float32  // [K, L, L]
	mean               []float32  // [K, L]
	near               *exemplars // nil if there are none
	id                 string     // of the file's latent space
	metadata           contract.Prior
}

// The polynomials p of atan(a)/pi = a p(a^2) for |a| <= 1 and of tan(pi/2 q) = q p(q^2) for
// |q| <= 1/2 (M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, 4.4.49
// and 4.3.101; their errors are below 2e-8).
var (
	arcTangent = scaled([]float64{1, -0.3333314528, 0.1999355085, -0.1420889944, 0.1065626393, -0.0752896400, 0.0429096138, -0.0161657367, 0.0028662257}, 1/math.Pi, 1)
	tangent    = scaled([]float64{1, 0.3333314036, 0.1333923995, 0.0533740603, 0.0245650893, 0.0029005250, 0.0095168091}, math.Pi/2, math.Pi*math.Pi/4)
)

func scaled(coefficients []float64, by, each float64) []float32 {
	var s []float32
	for _, c := range coefficients {
		s = append(s, float32(c*by))
		by *= each
	}
	return s
}

const (
	farthest = 1e15  // beyond which coordinates count as this, as their squares must be finite
	nothing  = 1e-30 // added to what may be 0 and divides
)

// newPrior returns the prior of a mixture that was fitted to codes of m.
func newPrior(mixture *latent.Mixture, m *models.VAE) (*prior, error) {
	if err := mixture.Check(latent.Space{Name: "the model to export", ModelID: m.ID(), Dims: m.Config.Latent}); err != nil {
		return nil, err
	}
	factors, err := mixture.Factors()
	if err != nil {
		return nil, err
	}
	n := m.Config.Classes()
	if mixture.ByClass && n != len(mixture.Weights) {
		return nil, fmt.Errorf("the mixture has %d components for classes, and the model is conditional on %d", len(mixture.Weights), n)
	}
	if e := mixture.Exemplars; e != nil && e.ByClass && n != len(e.Codes) {
		return nil, fmt.Errorf("the mixture has exemplars of %d classes, and the model is conditional on %d", len(e.Codes), n)
	}
	p := &prior{latent: mixture.Latent, byClass: mixture.ByClass}
	var drawn []int // the components that are
	total := 0.0
	for k, w := range mixture.Weights {
		lower := float32(total)
		total += w
		upper := float32(total)
		if !(upper > lower) && !p.byClass {
			continue // never drawn
		}
		drawn = append(drawn, k)
		p.components++
		p.lower, p.upper = append(p.lower, lower), append(p.upper, upper)
		p.middle = append(p.middle, float32((float64(lower)+float64(upper))/2))
		p.inverse = append(p.inverse, float32(1/(float64(upper)-float64(lower))))
		for i := range p.latent {
			p.mean = append(p.mean, float32(mixture.Means[k][i]))
			for j := range p.latent {
				p.factor = append(p.factor, float32(factors[k].At(i, j)))
			}
		}
	}
	if p.turns() && p.latent < 2 {
		return nil, errors.New("a mixture in a decoder needs two latent dimensions, and the model has one")
	}
	p.lower[0], p.upper[p.components-1] = -1, 2 // whatever rounding makes of the ends
	p.metadata = contract.Prior{Kind: contract.MixturePrior, Components: p.components, ModelID: m.ID(), ByClass: p.byClass}
	if mixture.Exemplars != nil {
		need := 2
		if p.turns() {
			need = 4
		}
		if p.latent < need {
			return nil, fmt.Errorf("a mixture of %d component(s) with exemplars in a decoder needs %d latent dimensions, and the model has %d", p.components, need, p.latent)
		}
		p.near = newExemplars(mixture, drawn)
		p.metadata.Exemplars, p.metadata.ExemplarsByClass = len(p.near.component), p.near.byClass
	}
	h := sha256.New()
	fmt.Fprint(h, m.ID(), p.lower, p.upper, p.mean, p.factor)
	if p.byClass {
		fmt.Fprint(h, "by class")
	}
	if p.near != nil {
		fmt.Fprint(h, *p.near)
	}
	p.id = hex.EncodeToString(h.Sum(nil))
	return p, nil
}

// turns reports whether noise chooses the component.
func (p *prior) turns() bool { return p.components > 1 && !p.byClass }

// points returns the points of the mixture for z (N, L), and the labels (N, K) of a conditional
// model, by the operations that emit adds.
func (p *prior) points(z []float32, label ...[]float32) []float32 {
	l, spread := p.latent, p.spread()
	points := make([]float32, len(z))
	turned, drawn := make([]float32, l), make([]float32, p.components)
	for row := range len(z) / l {
		copy(turned, z[row*l:])
		weights := drawn
		switch {
		case p.byClass:
			weights = label[0][row*p.components : (row+1)*p.components]
		case p.components > 1:
			clear(weights)
			weights[p.turn(turned)] = 1
		default:
			weights[0] = 1
		}
		for k, weight := range weights {
			if weight == 0 {
				continue
			}
			for i := range l {
				sum := 0.
				for j, v := range turned {
					sum += float64(p.factor[(k*l+i)*l+j]) * float64(v)
				}
				points[row*l+i] += weight * float32(float64(p.mean[k*l+i])+float64(spread)*sum)
			}
		}
		if p.near != nil {
			if p.near.byClass {
				n := len(p.near.number)
				weights = label[0][row*n : (row+1)*n]
			}
			p.near.move(points[row*l:(row+1)*l], z[row*l:(row+1)*l], weights)
		}
	}
	return points
}

// spread is the factor of the noise.
func (p *prior) spread() float32 {
	if p.near != nil {
		return p.near.spread
	}
	return 1
}

// angle returns the direction of (x, y) in turns from the negative y axis, from 0 to 1, and its length. Converting
// each result keeps compilers from fusing two operations into one with a single rounding.
func angle(x, y float32) (u, r float32) {
	x, y = min(max(x, -farthest), farthest), min(max(y, -farthest), farthest)
	r = float32(math.Sqrt(float64(float32(float32(x*x) + float32(y*y)))))
	a := y / float32(float32(r+max(x, -x))+nothing)
	u = horner(arcTangent, a) // turns from the x axis, of the half plane of positive x
	if x < 0 {
		u = float32(u + float32(0.5-float32(2*u)))
	}
	return u + 0.25, r
}

// turn turns z about the origin and returns the component.
func (p *prior) turn(z []float32) int {
	u, r := angle(z[0], z[1])
	k := p.components - 1
	for k > 0 && u < p.lower[k] {
		k--
	}
	q := min(max(float32(float32(u-p.middle[k])*p.inverse[k]), -0.5), 0.5) // half turns from the y axis
	t := horner(tangent, q)
	t2 := float32(t * t)
	d := float32(1 + t2)
	sin, cos := float32(2*t)/d, float32(1-t2)/d // of pi q
	z[0] = float32(float32(float32(-2*r)*sin) * cos)
	z[1] = float32(float32(r*float32(cos-sin)) * float32(cos+sin))
	return k
}

// horner returns v times the polynomial of v^2.
func horner(coefficients []float32, v float32) float32 {
	v2 := float32(v * v)
	sum := coefficients[len(coefficients)-1]
	for _, c := range slices.Backward(coefficients[:len(coefficients)-1]) {
		sum = float32(float32(sum*v2) + c)
	}
	return float32(v * sum)
}
