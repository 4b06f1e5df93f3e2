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
	if err := c.axes(c.Ints("axes"), c.Has("axes"), len(x)); err != nil {
		return err
	}
	y := slices.Clone(x)
	for _, at := range c.Axes {
		y[at] = Unknown()
	}
	c.out[0].Shape = y
	factors := sizes
	if sizes == nil {
		factors = scales
	}
	if _, ok := merge(factors.Shape, Sizes(int64(len(c.Axes)))); factors.Shape != nil && !ok {
		return fmt.Errorf("scales or sizes have the shape %v for %d axes", factors.Shape, len(c.Axes))
	}
	if sizes != nil {
		return c.resizeTo(y, x, sizes.elements, policy)
	}
	if len(scales.factors) != len(c.Axes) {
		return nil
	}
	c.Scales = scales.factors
	for i, at := range c.Axes {
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

// resizeTo sets the sizes of y, what x becomes, along the axes. With a policy they
// are the largest within the sizes given, or the smallest around them, at one scale
// for all axes.
func (c *call) resizeTo(y, x Shape, sizes []element, policy string) error {
	if len(sizes) != len(c.Axes) {
		return nil
	}
	known := true
	for i, at := range c.Axes {
		e := sizes[i]
		if e.known && (e.number < 0 || e.number > math.MaxInt32) {
			return fmt.Errorf("size %d is %d", i, e.number)
		}
		if policy == "stretch" {
			y[at] = e.dim()
		}
		known = known && e.known && x[at].Known()
	}
	if !known || len(sizes) == 0 {
		return nil
	}
	for i, at := range c.Axes {
		c.Scales = append(c.Scales, float32(sizes[i].number)/max(float32(x[at].Size), 1))
	}
	if policy == "stretch" {
		return nil
	}
	scale := slices.Min(c.Scales)
	if policy == "not_smaller" {
		scale = slices.Max(c.Scales)
	}
	for i, at := range c.Axes {
		c.Scales[i] = scale
		y[at] = Size(int64(math.Floor(float64(scale)*float64(x[at].Size) + 0.5)))
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
