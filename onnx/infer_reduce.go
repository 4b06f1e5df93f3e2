package onnx

import (
	"fmt"
	"slices"
)

// inferReduce is ReduceMean or ReduceSum: over all axes where none are given,
// unless noop_with_empty_axes. The axes are an attribute or, in later operator
// sets, an input.
func inferReduce(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	list := c.Ints("axes")
	if c.input(1) != nil {
		var known bool
		if list, known = c.numbers(1); !known {
			if c.Int("keepdims", 1) != 0 {
				c.out[0].Shape = unknowns(len(x))
			}
			return nil
		}
	}
	if len(list) == 0 && c.Int("noop_with_empty_axes", 0) != 0 {
		c.out[0].Shape = x
		return nil
	}
	if err := c.axes(list, len(list) > 0, len(x)); err != nil {
		return err
	}
	y := Shape{}
	for i, d := range x {
		switch {
		case !slices.Contains(c.Axes, i):
			y = append(y, d)
		case c.Int("keepdims", 1) != 0:
			y = append(y, Size(1))
		}
	}
	c.out[0].Shape = y
	return nil
}

// inferArg is ArgMax or ArgMin.
func inferArg(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	at, err := c.axis(0, len(x))
	if err != nil {
		return err
	}
	if x[at] == Size(0) {
		return fmt.Errorf("axis %d of %v has no elements to choose from", at, x)
	}
	y := slices.Clone(x)
	if c.Int("keepdims", 1) != 0 {
		y[at] = Size(1)
	} else {
		y = slices.Delete(y, at, at+1)
	}
	c.out[0].Shape = y
	return nil
}
