package onnx

import (
	"fmt"
	"slices"
)

// inferGroupNorm is InstanceNormalization or GroupNormalization, with scales and
// offsets of one number per channel.
func inferGroupNorm(c *call) error { return c.groupNorm(false) }

// inferGroupNorm18 is GroupNormalization of operator sets 18 to 20, with scales and
// offsets of one number per group.
func inferGroupNorm18(c *call) error { return c.groupNorm(true) }

func (c *call) groupNorm(perGroup bool) error {
	x := c.shape(0)
	c.out[0].Shape = x
	if x == nil {
		return nil
	}
	if len(x) < 2 {
		return fmt.Errorf("input 0 has the shape %v, but there must be a channel dimension", x)
	}
	groups := c.Int("num_groups", 1)
	if groups < 1 || x[1].Known() && x[1].Size%groups != 0 {
		return fmt.Errorf("%v channels do not divide into %d groups", x[1], groups)
	}
	want := x[1:2]
	if perGroup {
		want = Sizes(groups)
	}
	for i := 1; i <= 2; i++ {
		if s := c.shape(i); s != nil {
			if _, ok := merge(s, want); !ok {
				return fmt.Errorf("input %d has the shape %v, but it must have %v", i, s, want)
			}
		}
	}
	return nil
}

// inferLayerNorm is LayerNormalization over all dimensions from an axis on. Its further results are
// statistics of what is in front.
func inferLayerNorm(c *call) error {
	x := c.shape(0)
	c.out[0].Shape = x
	if x == nil {
		return nil
	}
	at, err := axis(c.Int("axis", -1), len(x))
	if err != nil {
		return err
	}
	for i := at; i < len(x); i++ {
		c.Axes = append(c.Axes, i)
	}
	for i := 1; i < len(c.in); i++ {
		if s := c.shape(i); s != nil {
			if y, err := Broadcast(x[at:], s); err != nil || len(y) != len(x[at:]) {
				return fmt.Errorf("input %d has the shape %v, which does not stretch to %v", i, s, x[at:])
			} else if _, ok := merge(x[at:], y); !ok {
				return fmt.Errorf("input %d has the shape %v, which does not stretch to %v", i, s, x[at:])
			}
		}
	}
	for _, v := range c.out[1:] {
		v.Shape = append(slices.Clone(x[:at]), slices.Repeat(Sizes(1), len(x)-at)...)
	}
	return nil
}
