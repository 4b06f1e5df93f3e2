package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// inferConcat is Concat: equal shapes but for one dimension, which adds up.
func inferConcat(c *call) error {
	var y Shape
	var contents []element
	allKnown := true
	for i, v := range c.in {
		if v.Shape == nil {
			return nil
		}
		at, err := c.axis(0, len(v.Shape))
		if err != nil {
			return err
		}
		allKnown = allKnown && v.elements != nil
		contents = append(contents, v.elements...)
		if i == 0 {
			y = slices.Clone(v.Shape)
			continue
		}
		part, total := slices.Clone(v.Shape), Unknown()
		if at < len(y) {
			if y[at].Known() && part[at].Known() {
				total = Size(y[at].Size + part[at].Size)
			}
			part[at] = y[at]
		}
		merged, ok := merge(y, part)
		if !ok {
			return fmt.Errorf("input %d has the shape %v, which does not fit %v before it", i, v.Shape, y)
		}
		merged[at] = total
		y = merged
		if err := checkSize(y); err != nil {
			return err
		}
	}
	c.out[0].Shape = y
	if allKnown && len(contents) <= maxElements {
		c.out[0].elements = append([]element{}, contents...)
	}
	return nil
}

// inferSplit is Split: into parts of given sizes, else into equal ones, of which
// the last may be smaller.
func inferSplit(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	at, err := c.axis(0, len(x))
	if err != nil {
		return err
	}
	n := int64(len(c.out))
	if c.Has("num_outputs") && c.Int("num_outputs", 0) != n {
		return fmt.Errorf("attribute \"num_outputs\" is %d, but there are %d outputs", c.Int("num_outputs", 0), n)
	}
	sizes, known := c.numbers(1)
	if known && int64(len(sizes)) != n {
		return fmt.Errorf("input \"split\" has %d sizes, but there are %d outputs", len(sizes), n)
	}
	if c.input(1) == nil && x[at].Known() {
		part := (x[at].Size + n - 1) / n
		if !c.Has("num_outputs") && x[at].Size%n != 0 {
			return fmt.Errorf("%v elements do not divide into %d equal parts", x[at], n)
		}
		sizes = slices.Repeat([]int64{part}, int(n))
		sizes[n-1] = x[at].Size - part*(n-1)
		known = true
	}
	total := int64(0)
	for i, v := range c.out {
		v.Shape = slices.Clone(x)
		v.Shape[at] = Unknown()
		if known {
			if sizes[i] < 0 || sizes[i] > math.MaxInt32 {
				return fmt.Errorf("part %d has %d elements", i, sizes[i])
			}
			v.Shape[at] = Size(sizes[i])
			total += sizes[i]
		}
	}
	if known && x[at].Known() && total != x[at].Size {
		return fmt.Errorf("the parts %v do not add up to the %v elements of axis %d", sizes, x[at], at)
	}
	return nil
}

// inferSplit18 is Split from operator set 18 on, where equal parts are asked for
// by their number.
func inferSplit18(c *call) error {
	if (c.input(1) == nil) != c.Has("num_outputs") {
		return errors.New("there must be either input \"split\" or attribute \"num_outputs\"")
	}
	return inferSplit(c)
}

// inferSlice is Slice: numpy's x[start:end:step] along some axes.
func inferSlice(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	starts, startsKnown := c.numbers(1)
	ends, endsKnown := c.numbers(2)
	list, axesKnown := c.numbers(3)
	steps, stepsKnown := c.numbers(4)
	switch all := c.input(3) == nil && startsKnown; {
	case all && len(starts) > len(x):
		return fmt.Errorf("there are %d starts for %d dimensions", len(starts), len(x))
	case all:
		c.Axes = firstAxes(len(starts))
	case !axesKnown:
		c.out[0].Shape = unknowns(len(x))
		return nil
	default:
		var err error
		if c.Axes, err = axesOf(list, len(x)); err != nil {
			return err
		}
	}
	if c.input(4) == nil {
		steps, stepsKnown = slices.Repeat([]int64{1}, len(c.Axes)), true
	}
	n := len(c.Axes)
	if startsKnown && len(starts) != n || endsKnown && len(ends) != n || stepsKnown && len(steps) != n {
		return fmt.Errorf("starts, ends and steps are not as many as the %d axes", n)
	}
	y := slices.Clone(x)
	for i, at := range c.Axes {
		if stepsKnown && steps[i] == 0 {
			return fmt.Errorf("step %d is 0", i)
		}
		y[at] = Unknown()
		switch {
		case !startsKnown || !endsKnown || !stepsKnown:
		case x[at].Known():
			first, step, count := stepped(x[at].Size, starts[i], ends[i], steps[i])
			y[at] = Size(count)
			c.Starts, c.Steps = append(c.Starts, int(first)), append(c.Steps, int(step))
		case starts[i] == 0 && ends[i] >= math.MaxInt32 && steps[i] == 1: // all of it
			y[at] = x[at]
		}
	}
	c.out[0].Shape = y
	if e := c.in[0].elements; e != nil && len(x) == 1 && len(c.Starts) == 1 && x[0] == Size(int64(len(e))) {
		c.out[0].elements = []element{}
		for i := range int(y[0].Size) {
			c.out[0].elements = append(c.out[0].elements, e[c.Starts[0]+i*c.Steps[0]])
		}
	}
	return nil
}

// stepped returns the first index, the step and the number of the indices from
// start to before end by steps, in a dimension of n elements. Negative bounds count
// from the end, and those outside are brought in, as numpy does.
func stepped(n, start, end, by int64) (first, step, count int64) {
	if start < 0 {
		start += n
	}
	if end < 0 {
		end += n
	}
	if by > 0 {
		start, end = min(max(start, 0), n), min(max(end, 0), n)
		step = min(by, n+1)
		return start, step, max(0, (end-start+step-1)/step)
	}
	start, end = min(max(start, -1), n-1), min(max(end, -1), n-1)
	step = max(by, -n-1)
	return start, step, max(0, (start-end-step-1)/-step)
}

// inferGather is Gather: the parts of the data along one axis that the indices
// name, whose shape takes that axis' place.
func inferGather(c *call) error {
	x, indices := c.shape(0), c.shape(1)
	if x == nil || indices == nil {
		return nil
	}
	at, err := c.axis(0, len(x))
	if err != nil {
		return err
	}
	c.out[0].Shape = append(append(append(Shape{}, x[:at]...), indices...), x[at+1:]...) // never nil
	list, known := c.numbers(1)
	if !known {
		return nil
	}
	var contents []element
	for _, i := range list {
		if n := x[at]; n.Known() && (i < -n.Size || i >= n.Size) {
			return fmt.Errorf("index %d is outside the %v elements of axis %d", i, n, at)
		}
		if e := c.in[0].elements; e != nil && len(x) == 1 {
			contents = append(contents, e[(i+int64(len(e)))%int64(len(e))])
		}
	}
	if len(contents) > 0 {
		c.out[0].elements = contents
	}
	return nil
}

// inferPad is Pad: elements in front and behind, along all axes or those given.
func inferPad(c *call) error {
	if _, err := c.oneOf("mode", "constant", "reflect", "edge", "wrap"); err != nil {
		return err
	}
	x := c.shape(0)
	if x == nil {
		return nil
	}
	if err := c.single(2); err != nil {
		return err
	}
	c.out[0].Shape = unknowns(len(x))
	pads, known := c.numbers(1)
	list, axesKnown := c.numbers(3)
	if !known || c.input(3) != nil && !axesKnown {
		return nil
	}
	if err := c.axes(list, axesKnown, len(x)); err != nil {
		return err
	}
	n := len(c.Axes)
	if len(pads) != 2*n {
		return fmt.Errorf("there are %d pads for %d axes", len(pads), n)
	}
	y := slices.Clone(x)
	for i, at := range c.Axes {
		begin, end := pads[i], pads[i+n]
		c.Starts, c.Steps = append(c.Starts, int(-begin)), append(c.Steps, 1)
		if max(begin, end) > 1<<30 || min(begin, end) < -1<<30 {
			return fmt.Errorf("the pads %v are out of range", pads)
		}
		switch {
		case x[at].Known() && x[at].Size+begin+end < 0:
			return fmt.Errorf("the pads %v take more than all of axis %d", pads, at)
		case x[at].Known():
			y[at] = Size(x[at].Size + begin + end)
		case begin != 0 || end != 0:
			y[at] = Unknown()
		}
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

// inferTrilu is Trilu: a triangle of each matrix, zeros elsewhere.
func inferTrilu(c *call) error {
	x := c.shape(0)
	c.out[0].Shape = x
	if x != nil && len(x) < 2 {
		return fmt.Errorf("input 0 has the shape %v, but it must hold matrices", x)
	}
	return c.single(1)
}
