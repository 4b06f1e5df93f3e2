package latent

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxCoordinate bounds the coordinates that people write: far beyond all that a model
// knows, and small enough for float32.
const MaxCoordinate = 1e6

// ParseNumber reads a coordinate, from -[MaxCoordinate] to MaxCoordinate.
func ParseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(v >= -MaxCoordinate && v <= MaxCoordinate) {
		return 0, fmt.Errorf("%q: want a number from %g to %g", text, -MaxCoordinate, MaxCoordinate)
	}
	return v, nil
}

// ParsePoint reads a latent point such as 0.5,-1.
func ParsePoint(text string) ([]float32, error) {
	var z []float32
	for field := range strings.SplitSeq(text, ",") {
		v, err := ParseNumber(field)
		if err != nil {
			return nil, err
		}
		z = append(z, float32(v))
	}
	return z, nil
}

// ParsePoints reads points of the space, each as [ParsePoint] does. Errors begin with the
// text that is wrong.
func (s Space) ParsePoints(texts ...string) ([][]float32, error) {
	var points [][]float32
	for _, text := range texts {
		if n := strings.Count(text, ",") + 1; n != s.Dims {
			return nil, fmt.Errorf("%.60s: has %d numbers, and the model %d latent dimensions", text, n, s.Dims)
		}
		z, err := ParsePoint(text)
		if err != nil {
			return nil, fmt.Errorf("%.60s: %w", text, err)
		}
		points = append(points, z)
	}
	return points, nil
}

// ParseCoordinate reads a dimension and its value, such as 0=1.5.
func ParseCoordinate(text string) (dimension int, value float64, err error) {
	k, v, _ := strings.Cut(text, "=")
	if dimension, err = strconv.Atoi(k); err == nil {
		value, err = ParseNumber(v)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%.60s: want a dimension and a number, as 0=1.5", text)
	}
	return dimension, value, nil
}
