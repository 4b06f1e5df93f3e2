package onnx

import (
	"fmt"
	"slices"
)

// inferSame is for functions applied to each element.
func inferSame(c *call) error {
	c.out[0].Shape = c.shape(0)
	return nil
}

// inferCopy is Identity.
func inferCopy(c *call) error {
	c.out[0].Shape = c.shape(0)
	c.out[0].elements = c.in[0].elements
	return nil
}

// inferClip is Clip, whose limits are numbers.
func inferClip(c *call) error {
	c.out[0].Shape = c.shape(0)
	if err := c.single(1); err != nil {
		return err
	}
	return c.single(2)
}

func inferSoftmax(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	c.out[0].Shape = x
	_, err := c.axis(-1, len(x))
	return err
}

// inferBroadcast is for operators on the elements of two tensors.
func inferBroadcast(c *call) error {
	y, err := Broadcast(c.shape(0), c.shape(1))
	c.out[0].Shape = y
	return err
}

// inferArithmetic is Add, Sub, Mul or Div. Exporters compute shapes with them.
func inferArithmetic(c *call) error {
	if err := inferBroadcast(c); err != nil {
		return err
	}
	a, aKnown := c.numbers(0)
	b, bKnown := c.numbers(1)
	if !aKnown || !bKnown || len(a) == 0 || len(b) == 0 {
		return nil
	}
	result := []element{}
	for i := range max(len(a), len(b)) {
		result = append(result, arithmetic(c.Op, a[i%len(a)], b[i%len(b)])) // one may have a single element
	}
	c.out[0].elements = result
	return nil
}

// arithmetic applies an operator to two integers.
func arithmetic(op string, a, b int64) element {
	switch {
	case op == "Add":
		return element{number: a + b, known: true}
	case op == "Sub":
		return element{number: a - b, known: true}
	case op == "Mul":
		return element{number: a * b, known: true}
	case b != 0:
		return element{number: a / b, known: true}
	}
	return element{}
}

// Broadcast returns the shape of an operator's result on tensors of the shapes a
// and b, by numpy's rule: aligned at the last dimension, a 1 stretches. The result
// is nil where the rank of a or b is not known.
func Broadcast(a, b Shape) (Shape, error) {
	if a == nil || b == nil {
		return nil, nil
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	y := slices.Clone(a)
	for i := range b {
		at := len(a) - len(b) + i
		d, ok := broadcastDim(a[at], b[i])
		if !ok {
			return nil, fmt.Errorf("the shapes %v and %v do not broadcast", a, b)
		}
		y[at] = d
	}
	return y, nil
}

// broadcastDim is Broadcast for one dimension.
func broadcastDim(a, b Dim) (Dim, bool) {
	switch {
	case a == b, b == Size(1):
		return a, true
	case a == Size(1):
		return b, true
	case a.Known() && b.Known():
		return Dim{}, false
	case a.Known(): // the other is this or 1
		return a, true
	case b.Known():
		return b, true
	}
	return Unknown(), true
}

// inferBatchNorm is BatchNormalization: statistics of one number per channel.
func inferBatchNorm(c *call) error {
	x := c.shape(0)
	c.out[0].Shape = x
	for i, v := range c.in[1:] {
		if !bfloats.has(v.Type) {
			return fmt.Errorf("input %d is %v, not a floating-point type", i+1, v.Type)
		}
		if v.Shape == nil || x == nil {
			continue
		}
		if len(x) < 2 {
			return fmt.Errorf("input 0 has the shape %v, but there must be a channel dimension", x)
		}
		if _, ok := merge(v.Shape, x[1:2]); !ok {
			return fmt.Errorf("input %d has the shape %v, but the channels are %v", i+1, v.Shape, x[1])
		}
	}
	for _, v := range c.out[1:] { // the statistics after a step of training
		v.Type, v.Shape = c.in[3].Type, c.in[3].Shape
	}
	return nil
}

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
