package latent

import (
	"fmt"
	"slices"
)

// Edit changes a latent point z [L] in place, or returns an error if z lacks a dimension. [Set],
// [Shift] and [Attribute.Add] are edits.
type Edit func(z []float32) error

// Set gives a dimension a value. [Space.CheckDims] says whether a model has the dimension.
func Set(dimension int, value float64) Edit {
	return change(dimension, func(float32) float32 { return float32(value) })
}

// Shift adds to a dimension.
func Shift(dimension int, by float64) Edit {
	return change(dimension, func(v float32) float32 { return v + float32(by) })
}

func change(dimension int, f func(float32) float32) Edit {
	return func(z []float32) error {
		if dimension < 0 || dimension >= len(z) {
			return fmt.Errorf("an edit of dimension %d of a latent point that has %d", dimension, len(z))
		}
		z[dimension] = f(z[dimension])
		return nil
	}
}

// Edited yields, for each latent point, one changed point per strength. The edits are made one
// after the other; strength 0 leaves the point where it is, 1 is the whole change, and others lie
// on the line through both. No strengths means 1.
func Edited(points Points, edits []Edit, strengths ...float64) Points {
	return EditedBy(points, func(int) []Edit { return edits }, strengths...)
}

// EditedBy is [Edited] with edits for each point, by its number from 0 on.
func EditedBy(points Points, edits func(row int) []Edit, strengths ...float64) Points {
	if len(strengths) == 0 {
		strengths = []float64{1}
	}
	return func(yield func([]float32, error) bool) {
		row := 0
		for z, err := range points {
			if err != nil {
				yield(nil, err)
				return
			}
			changed := slices.Clone(z)
			for _, edit := range edits(row) {
				if err := edit(changed); err != nil {
					yield(nil, err)
					return
				}
			}
			row++
			for _, strength := range strengths {
				if !yield(Linear(z, changed, strength), nil) {
					return
				}
			}
		}
	}
}
