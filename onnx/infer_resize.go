package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// inferResize is Resize: an output of given sizes, or of the input's sizes times
// scales, rounded down.
func inferResize(c *call) error {
	if _, err := c.oneOf("mode", "nearest", "linear", "cubic"); err != nil {
		return err
	}
	if _, err := c.oneOf("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"); err != nil {
		return err
	}
	policy, err := c.oneOf("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller")
	if err != nil {
		return err
	}
	scales, sizes := present(c.input(2)), present(c.input(3))
	if (scales == nil) == (sizes == nil) {
		return errors.New("there must be either scales or sizes")
	}
	x := c.shape(0)
	if x == nil {
		return nil
	}
	axes, err := axesOf(c.Ints("axes"), len(x))
	if err != nil {
		return err
	}
	if !c.Has("axes") {
		for i := range x {
			axes = append(axes, i)
		}
	}
	y := slices.Clone(x)
	for _, at := range axes {
		y[at] = Unknown()
	}
	c.out[0].Shape = y
	factors := sizes
	if sizes == nil {
		factors = scales
	}
	if _, ok := merge(factors.Shape, Sizes(int64(len(axes)))); factors.Shape != nil && !ok {
		return fmt.Errorf("scales or sizes have the shape %v for %d axes", factors.Shape, len(axes))
	}
	if sizes != nil && policy == "stretch" && len(sizes.elements) == len(axes) {
		for i, at := range axes {
			e := sizes.elements[i]
			if e.known && (e.number < 0 || e.number > math.MaxInt32) {
				return fmt.Errorf("size %d is %d", i, e.number)
			}
			y[at] = e.dim()
		}
	}
	if sizes != nil {
		return nil
	}
	for i, at := range axes {
		if i >= len(scales.factors) {
			break
		}
		s := scales.factors[i]
		if !(s > 0) || s > math.MaxInt32 {
			return fmt.Errorf("scale %d is %v", i, s)
		}
		switch {
		case s == 1:
			y[at] = x[at]
		case x[at].Known():
			y[at] = Size(int64(math.Floor(float64(float32(x[at].Size) * s))))
		}
	}
	return nil
}

// present returns v unless it is left out or empty. Operator set 11 had no other
// way to leave scales out, and exporters have kept to it.
func present(v *value) *value {
	if v == nil || len(v.Shape) == 1 && v.Shape[0] == Size(0) {
		return nil
	}
	return v
}
