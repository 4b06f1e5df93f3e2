package onnx

import (
	"fmt"
	"math"
	"slices"
)

// inferBroadcastAll is for operators on the elements of any number of tensors.
func inferBroadcastAll(c *call) (err error) {
	y := c.shape(0)
	for i := range c.in[1:] {
		if y, err = Broadcast(y, c.shape(i+1)); err != nil {
			return err
		}
	}
	c.out[0].Shape = y
	return nil
}

// inferPRelu is PRelu, whose slope stretches to the input's shape.
func inferPRelu(c *call) error {
	x, slope := c.shape(0), c.shape(1)
	c.out[0].Shape = x
	y, err := Broadcast(x, slope)
	if err != nil || y == nil {
		return err
	}
	if _, ok := merge(x, y); !ok {
		return fmt.Errorf("the slope has the shape %v, which does not stretch to %v", slope, x)
	}
	return nil
}

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

// inferLayerNorm is LayerNormalization over all dimensions from an axis on. Its further results are statistics of what is in front.
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

// inferSpaceToDepth is SpaceToDepth: [N, C, b*H, b*W] to [N, b^2*C, H, W].
func inferSpaceToDepth(c *call) error {
	b := c.Int("blocksize", 0)
	if b < 1 || b > 1<<15 {
		return fmt.Errorf("attribute \"blocksize\" is %d", b)
	}
	x := c.shape(0)
	if x == nil {
		return nil
	}
	if len(x) != 4 {
		return fmt.Errorf("input 0 has the shape %v, but it must be [N, C, H, W]", x)
	}
	for _, d := range x[2:] {
		if d.Known() && d.Size%b != 0 {
			return fmt.Errorf("images of %vx%v do not divide into blocks of %dx%d", x[2], x[3], b, b)
		}
	}
	c.out[0].Shape = Shape{x[0], product(Shape{x[1], Size(b * b)}), quotient(x[2], Size(b)), quotient(x[3], Size(b))}
	return nil
}

// inferTile is Tile: each dimension a number of times.
func inferTile(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	c.out[0].Shape = unknowns(len(x))
	repeats, known := c.numbers(1)
	if !known {
		return nil
	}
	if len(repeats) != len(x) {
		return fmt.Errorf("there are %d numbers of repeats for %d dimensions", len(repeats), len(x))
	}
	for i, n := range repeats {
		if n < 0 || n > math.MaxInt32 {
			return fmt.Errorf("dimension %d is to be repeated %d times", i, n)
		}
		c.out[0].Shape[i] = product(Shape{x[i], Size(n)})
	}
	return nil
}

// inferRange is Range: start, start + delta and so on, below a limit.
func inferRange(c *call) error {
	y := c.out[0]
	y.Shape = unknowns(1)
	var numbers [3]float64
	integers := [3]int64{}
	for i := range 3 {
		if err := c.single(i); err != nil {
			return err
		}
		if list, ok := c.numbers(i); ok && len(list) == 1 {
			integers[i], numbers[i] = list[0], float64(list[0])
		} else if list := c.in[i].factors; len(list) == 1 {
			numbers[i] = float64(list[0])
		} else {
			return nil
		}
	}
	if numbers[2] == 0 {
		return fmt.Errorf("the step is 0")
	}
	n := max(math.Ceil((numbers[1]-numbers[0])/numbers[2]), 0)
	if !(n <= math.MaxInt32) {
		return fmt.Errorf("from %g to %g in steps of %g are too many numbers", numbers[0], numbers[1], numbers[2])
	}
	y.Shape = Sizes(int64(n))
	if n <= maxElements && indices.has(y.Type) {
		y.elements = []element{}
		for i := range int64(n) {
			y.elements = append(y.elements, element{number: integers[0] + i*integers[2], known: true})
		}
	}
	return nil
}

// inferSizeOf is Size: the number of elements.
func inferSizeOf(c *call) error {
	y := c.out[0]
	y.Shape = Shape{}
	if x := c.shape(0); x != nil {
		if n := product(x); n.Known() {
			y.elements = elementsOf([]int64{n.Size})
		}
	}
	return nil
}

// inferTrilu is Trilu: a triangle of each matrix, zeros elsewhere.
func inferTrilu(c *call) error {
	x := c.shape(0)
	c.out[0].Shape = x
	if x != nil && len(x) < 2 {
		return fmt.Errorf("input 0 has the shape %v, but it must hold matrices", x)
	}
	return c.single(1)
}
