package latent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ClassPrior holds a normal distribution of codes for each class of a conditional model: x = mean + factor z
// with z of N(0, I). Codes of photographs tell the class by themselves, so that another label changes an
// image little: its code has to move to where codes of the other class lie.
type ClassPrior struct {
	means   []*mat.VecDense
	factors []*mat.TriDense // lower triangles
}

// NewClassPrior returns the distributions of dims dimensions with these means [classes, dims] and lower
// triangular factors [classes, dims, dims] of the covariances.
func NewClassPrior(dims int, means, factors []float32) (*ClassPrior, error) {
	if dims < 1 || len(means) == 0 || len(means)%dims != 0 || len(factors) != len(means)*dims {
		return nil, fmt.Errorf("%d means and %d factors are none of %d dimensions", len(means), len(factors), dims)
	}
	p := new(ClassPrior)
	for at := 0; at < len(means); at += dims {
		mean, factor := mat.NewVecDense(dims, nil), mat.NewTriDense(dims, mat.Lower, nil)
		for i := range dims {
			mean.SetVec(i, float64(means[at+i]))
			for j := range i + 1 {
				factor.SetTri(i, j, float64(factors[(at+i)*dims+j]))
			}
			if !(factor.At(i, i) > 0) {
				return nil, fmt.Errorf("the factor of class %d has no inverse", at/dims)
			}
		}
		if sum := mat.Sum(mean) + mat.Sum(factor); math.IsNaN(sum) || math.IsInf(sum, 0) {
			return nil, fmt.Errorf("the distribution of class %d is not finite", at/dims)
		}
		p.means, p.factors = append(p.means, mean), append(p.factors, factor)
	}
	return p, nil
}

// Classes returns the number of classes.
func (p *ClassPrior) Classes() int { return len(p.means) }

// Move returns the edit that moves a code of one class to its place in another class: x becomes the point
// that has the same z there. The classes must be among those of p.
func (p *ClassPrior) Move(from, to int) Edit {
	return func(z []float32) error {
		if n := p.means[0].Len(); len(z) != n {
			return fmt.Errorf("a latent point of %d dimensions: the distributions of classes have %d", len(z), n)
		}
		if from == to {
			return nil
		}
		x := mat.NewVecDense(len(z), nil)
		for i, v := range z {
			x.SetVec(i, float64(v))
		}
		x.SubVec(x, p.means[from])
		_ = x.SolveVec(p.factors[from], x) // an error tells of a large condition number; what is not finite is told below
		x.MulVec(p.factors[to], x)
		x.AddVec(x, p.means[to])
		for i := range z {
			v := x.AtVec(i)
			if math.IsNaN(v) || math.Abs(v) > MaxCoordinate {
				return fmt.Errorf("dimension %d of the code is %g in the other class, further than %g", i, v, MaxCoordinate)
			}
			z[i] = float32(v)
		}
		return nil
	}
}
