package infer

import (
	"fmt"
	"iter"
	"slices"
)

// Edit changes a latent point z [L] in place. [Set], [Shift] and
// [Attribute.Add] are edits.
type Edit func(z []float32)

// Set gives a dimension a value. [Session.CheckDimensions] says whether a model
// has the dimension.
func Set(dimension int, value float64) Edit {
	return func(z []float32) { *at(z, dimension) = float32(value) }
}

// Shift adds to a dimension.
func Shift(dimension int, by float64) Edit {
	return func(z []float32) { *at(z, dimension) += float32(by) }
}

func at(z []float32, dimension int) *float32 {
	if dimension < 0 || dimension >= len(z) {
		panic(fmt.Sprintf("infer: edit of dimension %d of a latent point that has %d", dimension, len(z)))
	}
	return &z[dimension]
}

// Edited yields, for each latent point, one changed point a strength, for
// [Session.DecodeAll]. The edits are made one after the other; strength 0 leaves
// the point where it is, 1 is the whole change, and others lie on the line through
// both. No strengths means 1.
func Edited(points iter.Seq2[[]float32, error], edits []Edit, strengths ...float64) iter.Seq2[[]float32, error] {
	if len(strengths) == 0 {
		strengths = []float64{1}
	}
	return func(yield func([]float32, error) bool) {
		for z, err := range points {
			if err != nil {
				yield(nil, err)
				return
			}
			changed := slices.Clone(z)
			for _, edit := range edits {
				edit(changed)
			}
			for _, strength := range strengths {
				if !yield(Linear(z, changed, strength), nil) {
					return
				}
			}
		}
	}
}

// CheckDimensions returns an error unless the model has all of these latent
// dimensions, which are counted from 0.
func (s *Session) CheckDimensions(dimensions ...int) error {
	for _, k := range dimensions {
		if k < 0 || k >= s.Latent {
			return fmt.Errorf("%s: has no latent dimension %d; give one from 0 to %d", s.name, k, s.Latent-1)
		}
	}
	return nil
}
