package onnx

import "slices"

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
