package latent

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Density is the probability density of a mixture. It is safe for use by several goroutines.
type Density struct {
	components []density
	dims       int
	byClass    bool
}

// Density returns the density of the mixture. It is an error if the mixture is invalid, or if it is by
// class and its weights differ, as labels choose the component.
func (m *Mixture) Density() (*Density, error) {
	components, err := m.densities()
	if err == nil && m.ByClass && slices.Min(m.Weights) != slices.Max(m.Weights) {
		err = errors.New("not a mixture by class: its weights differ")
	}
	return &Density{components, m.Latent, m.ByClass}, err
}

// Check returns an error unless the density suits a model of so many latent dimensions that is conditional
// on so many classes, 0 for none.
func (d *Density) Check(dims, classes int) error {
	switch {
	case d.dims != dims:
		return fmt.Errorf("the mixture has %d latent dimensions, and the model %d; fit one to this model", d.dims, dims)
	case d.byClass && len(d.components) != classes:
		return fmt.Errorf("the mixture has a component for each of %d classes, and the model %d classes; fit one to this model", len(d.components), classes)
	}
	return nil
}

// Log returns the logarithm of the density at a point z [L]. Of a mixture by class, label
// [classes] has the weights of the classes; otherwise it is not looked at.
func (d *Density) Log(z, label []float32) float64 {
	x, scratch := make([]float64, len(z)), make([]float64, len(z))
	for i, v := range z {
		x[i] = float64(v)
	}
	logs := make([]float64, len(d.components))
	for k := range logs {
		weight := 1. // in units of the component's own
		if d.byClass {
			weight = float64(label[k]) * float64(len(logs))
		}
		logs[k] = math.Log(weight) + d.components[k].log(scratch, x)
	}
	return floats.LogSumExp(logs)
}

// density is a weighted component, ready to be evaluated.
type density struct {
	mean    []float64
	whiten  [][]float64 // the rows of the inverse of the covariance's lower Cholesky factor
	logNorm float64     // log weight - log of the normaliser
}

func (m *Mixture) densities() ([]density, error) {
	factors, err := m.Factors()
	if err != nil {
		return nil, err
	}
	densities := make([]density, len(factors))
	for k, factor := range factors {
		var inverse mat.TriDense
		if err := inverse.InverseTri(factor); err != nil && !errors.As(err, new(mat.Condition)) {
			return nil, fmt.Errorf("covariance %d cannot be inverted: %w", k, err)
		}
		d := density{mean: m.Means[k], logNorm: math.Log(m.Weights[k]) - float64(m.Latent)*math.Log(2*math.Pi)/2}
		for r := range m.Latent {
			row := make([]float64, r+1)
			for c := range row {
				row[c] = inverse.At(r, c)
			}
			d.whiten = append(d.whiten, row)
			d.logNorm += math.Log(row[r])
		}
		densities[k] = d
	}
	return densities, nil
}

// log returns the logarithm of the density at x. It uses d [L] for scratch.
func (g *density) log(d, x []float64) float64 {
	floats.SubTo(d, x, g.mean)
	squares := 0.
	for r, row := range g.whiten {
		v := floats.Dot(row, d[:r+1])
		squares += v * v
	}
	return g.logNorm - squares/2
}
