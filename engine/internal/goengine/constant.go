package goengine

import (
	"encoding/binary"
	"math"
	"slices"

	"govae/onnx"
)

// constant is a tensor of the file. Real numbers become float32, integers int64.
func (c *compiler) constant(t *onnx.Tensor) *value {
	shape := make([]int, len(t.Shape))
	for i, size := range t.Shape {
		shape[i] = int(size)
	}
	if isFloat(t.Type) {
		data, err := t.Float32s()
		if err != nil {
			failf("%w", err)
		}
		return c.known(t.Type, shape, data, nil)
	}
	data, ok := integers(t)
	if !ok {
		unsupported("weight %q is %v, which the pure-Go engine does not support", t.Name, t.Type)
	}
	return c.known(t.Type, shape, nil, data)
}

// integers returns the elements of an integer or boolean tensor.
func integers(t *onnx.Tensor) ([]int64, bool) {
	var read func(b []byte) int64
	switch t.Type {
	case onnx.Int8, onnx.Uint8, onnx.Bool:
		read = func(b []byte) int64 { return int64(b[0]) }
	case onnx.Int16, onnx.Uint16:
		read = func(b []byte) int64 { return int64(binary.LittleEndian.Uint16(b)) }
	case onnx.Int32, onnx.Uint32:
		read = func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
	case onnx.Int64:
		read = func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }
	default:
		return nil, false
	}
	size := t.Type.Size()
	data := make([]int64, len(t.Data)/size)
	for i := range data {
		data[i] = wrap(t.Type, read(t.Data[i*size:]))
	}
	return data, true
}

// opConstant is a value in one of several attributes.
func opConstant(c *call) *value {
	switch v := c.Attributes[0].Value.(type) {
	case *onnx.Tensor:
		return c.constant(v)
	case int64:
		return c.known(onnx.Int64, nil, nil, []int64{v})
	case []int64:
		return c.known(onnx.Int64, []int{len(v)}, nil, v)
	case float32:
		return c.number(v)
	case []float32:
		return c.known(onnx.Float32, []int{len(v)}, v, nil)
	}
	failf("holds text, which is not supported")
	return nil
}

// opConstantOfShape is one value, 0 by default, everywhere.
func opConstantOfShape(c *call) *value {
	one := c.number(0)
	if t := c.Tensor("value"); t != nil {
		one = view(c.constant(t), nil, nil)
	}
	y := c.newValue(one.typ, c.shape(), nil)
	c.copy(y, 0, y.strides(), one, 0, make([]int, len(y.shape)), y.shape)
	return y
}

// opCast changes the type of elements.
func opCast(c *call) *value { return c.cast(c.in[0], onnx.DataType(c.Int("to", 0))) }

func (c *compiler) cast(x *value, to onnx.DataType) *value {
	if x.typ == to {
		return alias(x)
	}
	if isFloat(x.typ) && isFloat(to) { // all are kept as float32
		y := alias(x)
		y.typ = to
		return y
	}
	if !isFloat(to) && !slices.Contains([]onnx.DataType{onnx.Bool, onnx.Int8, onnx.Int16, onnx.Int32, onnx.Int64, onnx.Uint8, onnx.Uint16, onnx.Uint32}, to) {
		unsupported("%v cannot become %v in the pure-Go engine", x.typ, to)
	}
	y := c.newValue(to, x.shape, x.order)
	c.emit(func(s *state) {
		switch {
		case x.mem.ints && y.mem.ints:
			for i, v := range s.i(x) {
				s.i(y)[i] = narrow(to, v)
			}
		case y.mem.ints:
			for i, v := range s.f(x) {
				if to == onnx.Bool && v != 0 {
					v = 1
				}
				s.i(y)[i] = narrow(to, int64(v))
			}
		default:
			for i, v := range s.i(x) {
				s.f(y)[i] = float32(v)
			}
		}
	}, []*value{y}, []*value{x})
	return y
}

// narrow is wrap with booleans.
func narrow(t onnx.DataType, v int64) int64 {
	if t == onnx.Bool {
		return min(max(v, -v), 1)
	}
	return wrap(t, v)
}

// opDequantize is (x - zero point) * scale.
func opDequantize(c *call) *value {
	x, scale := c.in[0], c.float(1)
	zero := c.operand(2)
	if zero == nil {
		zero = c.known(x.typ, nil, nil, []int64{0})
	}
	zero = c.alongAxis(zero, x)
	difference, w, _ := c.broadcast(onnx.Int64, x, zero)
	c.emit(func(s *state) {
		combine(w, s.i(difference), s.i(x), s.i(zero), func(dst, a, b []int64, aStep, bStep int) {
			for i := range dst {
				dst[i] = a[i*aStep] - b[i*bStep]
			}
		})
	}, []*value{difference}, []*value{x, zero})
	return c.arithmetic("Mul", c.cast(difference, onnx.Float32), c.alongAxis(scale, x))
}

// opQuantize is x / scale + zero point, rounded half to even and limited to the
// type's range.
func opQuantize(c *call) *value {
	x, scale, zero := c.float(0), c.float(1), c.operand(2)
	to := c.Out[0].Type
	if zero == nil {
		zero = c.known(to, nil, nil, []int64{0})
	}
	low, high := int64(0), int64(1)<<(8*to.Size())-1
	if to == onnx.Int8 || to == onnx.Int16 {
		low, high = -(high+1)/2, high/2
	}
	quotient := c.arithmetic("Div", x, c.alongAxis(scale, x))
	rounded := c.newValue(onnx.Int64, x.shape, quotient.order)
	c.emit(func(s *state) {
		for i, v := range s.f(quotient) {
			s.i(rounded)[i] = int64(math.RoundToEven(min(max(float64(v), -1<<32), 1<<32)))
		}
	}, []*value{rounded}, []*value{quotient})
	zero = c.alongAxis(zero, x)
	y, w, _ := c.broadcast(to, rounded, zero)
	c.emit(func(s *state) {
		combine(w, s.i(y), s.i(rounded), s.i(zero), func(dst, a, b []int64, aStep, bStep int) {
			for i := range dst {
				dst[i] = min(max(a[i*aStep]+b[i*bStep], low), high)
			}
		})
	}, []*value{y}, []*value{rounded, zero})
	return y
}

// alongAxis returns the scales or zero points of x in a shape that broadcasts to
// x: one for all, one for each index of an axis, or one for each block of them.
func (c *call) alongAxis(v, x *value) *value {
	if v.mem.n == 1 && len(v.shape) <= 1 {
		return view(v, nil, nil)
	}
	at := c.Axes[0]
	if block := int(c.Int("block_size", 0)); block > 0 {
		indices := make([][]int, len(x.shape))
		checkTables(x.shape)
		indices[at] = make([]int, x.shape[at])
		for i := range indices[at] {
			indices[at][i] = i / block
		}
		return c.take(v, indices, nil)
	}
	shape := slices.Repeat([]int{1}, len(x.shape)-at)
	shape[0] = v.shape[0]
	return view(v, shape, nil)
}
