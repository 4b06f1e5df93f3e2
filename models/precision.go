package models

import (
	"slices"

	"govae/internal/nn"
)

// Precision is the form in which a file holds weights. Arithmetic is float32 in
// all of them: a graph widens the weights before it uses them.
type Precision = nn.Precision

const (
	FP32 = nn.FP32 // as they are
	FP16 = nn.FP16 // as float16: half the size
	INT8 = nn.INT8 // as int8 with a float32 scale for each output channel: a third or a quarter of the size
)

// Precisions are all of them, from the largest file to the smallest.
func Precisions() []Precision { return nn.Precisions() }

// AtPrecision returns the model that a file of that precision holds: one like m,
// with the weights that are left once m's are rounded, which its Emit methods write
// in that form. It is an error if a weight is beyond the range of the form.
func (m *VAE) AtPrecision(p Precision) (*VAE, error) {
	if p == "" || p == FP32 {
		return m, nil
	}
	rounded, err := build(m.Config)
	if err != nil {
		return nil, err
	}
	copy(rounded.Theta, m.Theta)
	copy(rounded.State, m.State)
	rounded.LatentStats = m.LatentStats
	params := rounded.Params()
	if c := m.Classifier; c != nil {
		if rounded.Classifier, err = buildClassifier(m.Config); err != nil {
			return nil, err
		}
		copy(rounded.Classifier.Theta, c.Theta)
		params = slices.Concat(params, rounded.Classifier.Params())
	}
	for _, q := range params {
		if err := q.Round(p); err != nil {
			return nil, err
		}
	}
	return rounded, nil
}
