package latent

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Probe classifies latent points, which shows what they tell about the classes: by the nearest of the
// points that it was given, and by a linear map. Many goroutines may use it at once.
type Probe struct {
	N       int // points that it has learned
	dims    int
	points  []float32 // [N, dims]
	scales  []float32 // [dims], by which squares count in distances
	labels  []int     // of the points
	classes []int     // labels that there are, in order

	mean, scale []float64  // of the points, by dimension; the scale is 0 where all are equal
	weight      *mat.Dense // [dims, classes]
	bias        []float64  // [classes]
}

// Dims is the number of dimensions of the points that it has learned.
func (p *Probe) Dims() int { return p.dims }

// ridge is added to the variance of each dimension, which is 1, so that the linear map is determined
// also where dimensions depend on each other.
const ridge = 1e-3

// LearnProbe learns from points [L] and their labels. The linear map is that of ridge
// regression to 1 for a point's own class and 0 for each other one (T. Hastie, R. Tibshirani
// and J. Friedman, "The Elements of Statistical Learning", 2009, sections 3.4.1 and 4.2),
// of dimensions scaled to variance 1. Distances are measured in units of the noise that each
// dimension has; nil is the same of all.
func LearnProbe(points [][]float32, labels []int, noise []float64) (*Probe, error) {
	if len(points) == 0 || len(points) != len(labels) {
		return nil, fmt.Errorf("%d latent points with %d labels: want one label for each, and at least one point", len(points), len(labels))
	}
	if err := checkNoise(noise, len(points[0])); err != nil {
		return nil, err
	}
	p := &Probe{N: len(points), dims: len(points[0]), scales: slices.Repeat([]float32{1}, len(points[0])), labels: labels, classes: slices.Compact(slices.Sorted(slices.Values(labels)))}
	for k, v := range noise {
		p.scales[k] = float32(1 / (v * v))
	}
	var moments Moments
	row := make([]float64, p.dims)
	for i, z := range points {
		if len(z) != p.dims {
			return nil, fmt.Errorf("latent point %d has %d values, want %d", i, len(z), p.dims)
		}
		for k, v := range z {
			if v-v != 0 {
				return nil, fmt.Errorf("latent point %d is not finite", i)
			}
			row[k] = float64(v)
		}
		moments.Add(row...)
		p.points = append(p.points, z...)
	}
	p.mean, p.scale = slices.Clone(moments.Means()), make([]float64, p.dims)
	for k := range p.scale {
		if v := moments.Variance(k); v > 0 {
			p.scale[k] = 1 / math.Sqrt(v)
		}
	}
	return p, p.solve()
}

// solve finds the linear map.
func (p *Probe) solve() error {
	n := float64(p.N)
	x, y := mat.NewDense(p.N, p.dims, nil), mat.NewDense(p.N, len(p.classes), nil)
	p.bias = make([]float64, len(p.classes)) // the mean of y, as that of x is 0
	for i, label := range p.labels {
		p.standard(x.RawRowView(i), p.points[i*p.dims:])
		class, _ := slices.BinarySearch(p.classes, label)
		y.Set(i, class, 1)
		p.bias[class] += 1 / n
	}
	var covariance mat.SymDense
	covariance.SymOuterK(1/n, x.T())
	for k := range p.dims {
		covariance.SetSym(k, k, covariance.At(k, k)+ridge)
	}
	var factor mat.Cholesky
	if !factor.Factorize(&covariance) {
		return fmt.Errorf("the covariance of %d latent points is not finite", p.N)
	}
	var products mat.Dense
	products.Mul(x.T(), y)
	products.Scale(1/n, &products)
	p.weight = new(mat.Dense)
	if err := factor.SolveTo(p.weight, &products); err != nil {
		return fmt.Errorf("a linear map from latent points to classes: %w", err)
	}
	return nil
}

// standard writes the point z to dst with mean 0 and variance 1.
func (p *Probe) standard(dst []float64, z []float32) {
	for k := range dst {
		dst[k] = (float64(z[k]) - p.mean[k]) * p.scale[k]
	}
}

// Nearest returns the label of the nearest point, the first of several.
func (p *Probe) Nearest(z []float32) int {
	best, least := 0, float32(math.Inf(1))
	for i := range p.N {
		var d float32
		for k, v := range p.points[i*p.dims : (i+1)*p.dims] {
			d += (v - z[k]) * (v - z[k]) * p.scales[k]
		}
		if d < least {
			best, least = i, d
		}
	}
	return p.labels[best]
}

// Linear returns the label to which the linear map gives the largest number.
func (p *Probe) Linear(z []float32) int {
	x, best, most := make([]float64, p.dims), 0, math.Inf(-1)
	p.standard(x, z)
	for class := range p.classes {
		y := p.bias[class]
		for k, v := range x {
			y += v * p.weight.At(k, class)
		}
		if y > most {
			best, most = class, y
		}
	}
	return p.classes[best]
}
