package infer

import (
	"fmt"
	"math"
)

// RangeError says that a model made numbers that are not those of an image, which are in
// [0, 1], or that are not finite.
type RangeError struct {
	Name      string // of the model
	What      string // "image", "code", "row of probabilities" or "log weight"
	Values    int    // of the first one that is wrong
	NotFinite int    // how many of them are infinite or not a number
	Min, Max  float32
}

func (e *RangeError) Error() string {
	if e.NotFinite > 0 {
		return fmt.Sprintf("%s: %d of the %d values of an output %s are not finite; the file is damaged, or it was given numbers far from all that it has learned", e.Name, e.NotFinite, e.Values, e.What)
	}
	if e.What != "image" {
		return fmt.Sprintf("%s: an output %s has values from %.6g to %.6g, and they should be in [0, 1]; the file is damaged", e.Name, e.What, e.Min, e.Max)
	}
	return fmt.Sprintf("%s: an output image has values from %.6g to %.6g, and those of images are in [0, 1]; the file is not what it says, or damaged", e.Name, e.Min, e.Max)
}

// rounding is how far values may be outside [0, 1].
const rounding = 1e-4

// check returns an error for the first of some rows of an output that is wrong.
func (s *session) check(output []float32, width int) error {
	lo, hi, what := float32(-rounding), float32(1+rounding), "image"
	switch s.contract.Role {
	case RoleEncoder:
		lo, hi, what = -math.MaxFloat32, math.MaxFloat32, "code"
	case RoleScorer:
		lo, hi, what = -math.MaxFloat32, math.MaxFloat32, "log weight"
	case RoleClassifier:
		what = "row of probabilities"
	}
	wrong := firstOutside(output, lo, hi)
	if wrong < 0 {
		return nil
	}
	first := wrong - wrong%width
	e := &RangeError{Name: s.name, What: what, Values: width, Min: math.MaxFloat32, Max: -math.MaxFloat32}
	for _, v := range output[first : first+width] {
		if d := v - v; d != 0 { // of what is infinite or not a number, NaN
			e.NotFinite++
			continue
		}
		e.Min, e.Max = min(e.Min, v), max(e.Max, v)
	}
	return e
}

// firstOutside returns the place of the first value that is not in [lo, hi], or -1.
func firstOutside(x []float32, lo, hi float32) int {
	for i, v := range x {
		if !(v >= lo && v <= hi) {
			return i
		}
	}
	return -1
}
