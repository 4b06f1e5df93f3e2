package onnx

import (
	"fmt"
	"math"
	"slices"
)

// inferShape is Shape: the input's dimensions, as a tensor.
func inferShape(c *call) error {
	x := c.shape(0)
	if x == nil {
		c.out[0].Shape = unknowns(1)
		return nil
	}
	rank := int64(len(x))
	bound := func(name string, def int64) int64 {
		i := c.Int(name, def)
		if i < 0 {
			i += rank
		}
		return min(max(i, 0), rank)
	}
	start, end := bound("start", 0), bound("end", rank)
	part := x[start:max(start, end)]
	c.out[0].Shape = Sizes(int64(len(part)))
	if len(part) > maxElements {
		return nil
	}
	c.out[0].elements = []element{}
	for _, d := range part {
		e := element{name: d.Name}
		if d.Known() {
			e = element{number: d.Size, known: true}
		}
		c.out[0].elements = append(c.out[0].elements, e)
	}
	return nil
}

// target returns the shape that integer input i describes, of unknown dimensions
// where its content is not known; nil if not even its length is.
func (c *call) target(i int) ([]element, error) {
	v := c.in[i]
	if v.Shape == nil {
		return nil, nil
	}
	if len(v.Shape) != 1 {
		return nil, fmt.Errorf("input %d has the shape %v, but it must be a list of dimensions", i, v.Shape)
	}
	if v.elements != nil {
		return v.elements, nil
	}
	if n := v.Shape[0]; n.Known() && n.Size <= maxElements {
		return make([]element, n.Size), nil
	}
	return nil, nil
}

// dim returns the dimension that an element stands for; a negative number is an
// unknown one.
func (e element) dim() Dim {
	if e.known {
		return Size(max(e.number, -1))
	}
	return Named(e.name)
}

// inferReshape is Reshape: a 0 copies the dimension of the input (unless
// allowzero), a -1 takes what is left.
func inferReshape(c *call) error {
	target, err := c.target(1)
	if target == nil || err != nil {
		return err
	}
	x := c.shape(0)
	y := make(Shape, len(target))
	rest := -1
	for i, e := range target {
		y[i] = e.dim()
		switch {
		case !e.known:
		case e.number < -1:
			return fmt.Errorf("the new shape has the dimension %d", e.number)
		case e.number == -1 && rest >= 0:
			return fmt.Errorf("the new shape has two dimensions -1")
		case e.number == -1:
			rest = i
		case e.number == 0 && c.Int("allowzero", 0) == 0:
			y[i] = Unknown()
			if x != nil && i >= len(x) {
				return fmt.Errorf("the new shape copies dimension %d, but the input's shape is %v", i, x)
			}
			if x != nil {
				y[i] = x[i]
			}
		}
	}
	c.out[0].Shape = y
	c.passElements(0)
	if x == nil {
		return nil
	}
	from, to := cancel(x, y, rest)
	if rest >= 0 {
		y[rest] = quotient(from, to)
	}
	known := x.Known() && y.Known()
	if known && product(x) != product(y) || x.Known() && rest >= 0 && !y[rest].Known() && to.Known() {
		return fmt.Errorf("the input's shape %v cannot become %v", x, y)
	}
	return nil
}

// cancel returns the products of the two shapes without the names that they
// share, and without dimension skip of y.
func cancel(x, y Shape, skip int) (from, to Dim) {
	a := slices.Clone(x)
	b := Shape{}
	for i, d := range y {
		if i == skip {
			continue
		}
		if at := slices.Index(a, d); at >= 0 && d.Name != "" {
			a = slices.Delete(a, at, at+1)
			continue
		}
		b = append(b, d)
	}
	// One name may be left among numbers: [batch,64] / 64 is batch.
	if at := slices.IndexFunc(a, func(d Dim) bool { return d.Name != "" }); at >= 0 {
		others := product(slices.Delete(slices.Clone(a), at, at+1))
		if others.Known() && others == product(b) {
			return a[at], Size(1)
		}
	}
	return product(a), product(b)
}

// quotient divides dimensions; unknown where that is not exact.
func quotient(a, b Dim) Dim {
	switch {
	case b == Size(1):
		return a
	case a.Known() && b.Known() && b.Size > 0 && a.Size%b.Size == 0:
		return Size(a.Size / b.Size)
	}
	return Unknown()
}

// passElements keeps the content of input i, where the operator only changes the
// shape between a scalar and a list. A list whose content is known has a known length,
// also where a name stood for it.
func (c *call) passElements(i int) {
	y, elements := c.out[0].Shape, c.in[i].elements
	if y == nil || len(y) > 1 || elements == nil {
		return
	}
	if len(y) == 1 && !y[0].Known() {
		y[0] = Size(int64(len(elements)))
	}
	c.out[0].elements = elements
}

// inferFlatten is Flatten: a matrix of the dimensions before axis and the rest.
func inferFlatten(c *call) error {
	x := c.shape(0)
	if x == nil {
		c.out[0].Shape = unknowns(2)
		return nil
	}
	at := c.Int("axis", 1)
	if at < -int64(len(x)) || at > int64(len(x)) {
		return fmt.Errorf("attribute \"axis\" is %d, but the input's shape is %v", at, x)
	}
	if at < 0 {
		at += int64(len(x))
	}
	c.out[0].Shape = Shape{product(x[:at]), product(x[at:])}
	return nil
}

// inferTranspose is Transpose; without perm the dimensions are reversed.
func inferTranspose(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	y := slices.Clone(x)
	if !c.Has("perm") {
		c.Axes = firstAxes(len(x))
		slices.Reverse(c.Axes)
		slices.Reverse(y)
		c.out[0].Shape = y
		return nil
	}
	perm := c.Ints("perm")
	seen := make([]bool, len(x))
	for i, p := range perm {
		if len(perm) != len(x) || p < 0 || p >= int64(len(x)) || seen[p] {
			return fmt.Errorf("attribute \"perm\" is %v, which does not permute the %d dimensions of %v", perm, len(x), x)
		}
		seen[p] = true
		y[i] = x[p]
		c.Axes = append(c.Axes, int(p))
	}
	if len(perm) != len(x) {
		return fmt.Errorf("attribute \"perm\" is empty, but the input's shape is %v", x)
	}
	c.out[0].Shape = y
	return nil
}

// inferSqueeze is Squeeze: it drops dimensions of size 1, all of them where no
// axes are given.
func inferSqueeze(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	var drop []int
	if c.input(1) == nil {
		for i, d := range x {
			if !d.Known() { // it may be 1
				return nil
			}
			if d == Size(1) {
				drop = append(drop, i)
			}
		}
	} else {
		list, ok := c.numbers(1)
		if !ok {
			return nil
		}
		var err error
		if drop, err = axesOf(list, len(x)); err != nil {
			return err
		}
	}
	y := Shape{}
	for i, d := range x {
		if !slices.Contains(drop, i) {
			y = append(y, d)
		} else if d.Known() && d != Size(1) {
			return fmt.Errorf("dimension %d of %v is not 1 and cannot be dropped", i, x)
		}
	}
	c.out[0].Shape = y
	c.passElements(0)
	return nil
}

// inferUnsqueeze is Unsqueeze: it adds dimensions of size 1, which are at axes in
// the result.
func inferUnsqueeze(c *call) error {
	x := c.shape(0)
	list, ok := c.numbers(1)
	if x == nil || !ok {
		return nil
	}
	added, err := axesOf(list, len(x)+len(list))
	if err != nil {
		return err
	}
	y := make(Shape, len(x)+len(list))
	for i := range y {
		if slices.Contains(added, i) {
			y[i] = Size(1)
		} else {
			y[i], x = x[0], x[1:]
		}
	}
	c.out[0].Shape = y
	c.passElements(0)
	return nil
}

// inferExpand is Expand: the input broadcast with a shape.
func inferExpand(c *call) error {
	target, err := c.target(1)
	if target == nil || err != nil {
		return err
	}
	shape := make(Shape, len(target))
	for i, e := range target {
		shape[i] = e.dim()
		if e.known && e.number < 0 {
			return fmt.Errorf("the new shape has the dimension %d", e.number)
		}
	}
	c.out[0].Shape, err = Broadcast(c.shape(0), shape)
	return err
}

// inferDepthToSpace is DepthToSpace: [N, C, H, W] to [N, C/b^2, b*H, b*W].
func inferDepthToSpace(c *call) error {
	b := c.Int("blocksize", 0)
	if b < 1 || b > 1<<15 {
		return fmt.Errorf("attribute \"blocksize\" is %d", b)
	}
	if _, err := c.oneOf("mode", "DCR", "CRD"); err != nil {
		return err
	}
	x := c.shape(0)
	if x == nil {
		return nil
	}
	if len(x) != 4 {
		return fmt.Errorf("input 0 has the shape %v, but it must be [N, C, H, W]", x)
	}
	if x[1].Known() && x[1].Size%(b*b) != 0 {
		return fmt.Errorf("%v channels do not divide into blocks of %dx%d", x[1], b, b)
	}
	c.out[0].Shape = Shape{x[0], quotient(x[1], Size(b*b)), product(Shape{x[2], Size(b)}), product(Shape{x[3], Size(b)})}
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
