package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// inferConstant is Constant, whose value is in one of several attributes.
func inferConstant(c *call) error {
	if len(c.Attributes) != 1 {
		return fmt.Errorf("has %d attributes, but there must be one, the value", len(c.Attributes))
	}
	y := c.out[0]
	switch v := c.Attributes[0].Value.(type) {
	case *Tensor:
		y.set(v)
	case int64:
		y.set(Int64Tensor("", []int64{}, []int64{v}))
	case []int64:
		y.set(Int64Tensor("", []int64{int64(len(v))}, v))
	case float32:
		y.Type, y.Shape = Float32, Shape{}
	case []float32:
		y.Type, y.Shape = Float32, Sizes(int64(len(v)))
	default:
		return errors.New("holds text, which is not supported")
	}
	return nil
}

// inferConstantOfShape is ConstantOfShape: one value, a float32 0 by default,
// everywhere in a tensor of the given shape.
func inferConstantOfShape(c *call) error {
	y := c.out[0]
	y.Type = Float32
	var filling element
	if t := c.Tensor("value"); t != nil {
		if n, err := t.Elements(); err != nil || n != 1 {
			return errors.New("attribute \"value\" must be a tensor of one element")
		}
		y.Type = t.Type
		if list, err := t.Int64s(); err == nil {
			filling = element{number: list[0], known: true}
		}
	}
	target, err := c.target(0)
	if target == nil || err != nil {
		return err
	}
	y.Shape = make(Shape, len(target))
	for i, e := range target {
		if e.known && e.number < 0 {
			return fmt.Errorf("the shape has the dimension %d", e.number)
		}
		y.Shape[i] = e.dim()
	}
	if n := product(y.Shape); len(y.Shape) == 1 && n.Known() && n.Size <= maxElements && filling.known {
		y.elements = slices.Repeat([]element{filling}, int(n.Size))
	}
	return nil
}

// inferCast is Cast.
func inferCast(c *call) error {
	to := c.Int("to", 0)
	y := c.out[0]
	y.Type, y.Shape = DataType(to), c.shape(0)
	if to < 0 || to > 1<<16 || y.Type.Size() == 0 {
		return fmt.Errorf("attribute \"to\" is %d, which names no supported element type", to)
	}
	if indices.has(y.Type) && indices.has(c.in[0].Type) {
		y.elements = c.in[0].elements
	}
	return nil
}

// inferQuantization is QuantizeLinear or DequantizeLinear: one scale and one zero
// point for the tensor, for each index of an axis, or for each block of indices.
func inferQuantization(c *call) error {
	x, scale, y := c.shape(0), c.shape(1), c.out[0]
	y.Shape = x
	if y.Type == Undefined { // QuantizeLinear without a zero point of that type
		y.Type = Uint8
		if zero := c.input(2); zero != nil {
			y.Type = zero.Type
		}
		if to := c.Int("output_dtype", 0); to != 0 && (c.input(2) == nil || int64(y.Type) == to) {
			y.Type = DataType(to)
		} else if to != 0 {
			return fmt.Errorf("attribute \"output_dtype\" is %d, but the zero point is %v", to, y.Type)
		}
		if !set(Int8, Uint8, Int16, Uint16).has(y.Type) {
			return fmt.Errorf("attribute \"output_dtype\" names %v, which is not supported", y.Type)
		}
	}
	if zero := c.shape(2); zero != nil && scale != nil {
		if _, ok := merge(scale, zero); !ok {
			return fmt.Errorf("the scale has the shape %v, but the zero point has %v", scale, zero)
		}
	}
	if x == nil || scale == nil || len(scale) == 0 || len(scale) == 1 && scale[0] == Size(1) {
		return nil
	}
	at, err := c.axis(1, len(x))
	if err != nil {
		return err
	}
	want := Shape{x[at]}
	switch block := c.Int("block_size", 0); {
	case block < 0 || block > math.MaxInt32:
		return fmt.Errorf("attribute \"block_size\" is %d", block)
	case block > 0:
		want = slices.Clone(x)
		want[at] = Unknown()
		if x[at].Known() {
			want[at] = Size((x[at].Size + block - 1) / block)
		}
	}
	if _, ok := merge(scale, want); !ok {
		return fmt.Errorf("the scale has the shape %v, but axis %d of %v takes %v", scale, at, x, want)
	}
	return nil
}
