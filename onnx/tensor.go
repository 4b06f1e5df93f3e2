package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Tensor is a constant array. Data holds its elements in row-major order,
// little endian, whatever form they had in a file; Shape is empty for a scalar.
type Tensor struct {
	Name, Doc string
	Type      DataType
	Shape     []int64
	Data      []byte
	Texts     [][]byte // the elements of a tensor of text, which has no Data
}

// SparseTensor is a tensor of the given shape that is zero but for Values, at the places
// that Indices tells.
type SparseTensor struct {
	Values, Indices *Tensor
	Shape           []int64
}

// Float32Tensor returns a tensor with a copy of data. It panics if shape does
// not hold that many elements.
func Float32Tensor(name string, shape []int64, data []float32) *Tensor {
	return newTensor("Float32Tensor", name, Float32, shape, data, len(data))
}

// Int64Tensor returns a tensor with a copy of data. It panics if shape does not
// hold that many elements.
func Int64Tensor(name string, shape []int64, data []int64) *Tensor {
	return newTensor("Int64Tensor", name, Int64, shape, data, len(data))
}

// Int8Tensor returns a tensor with a copy of data, such as the codes that
// DequantizeLinear reads. It panics if shape does not hold that many elements.
func Int8Tensor(name string, shape []int64, data []int8) *Tensor {
	return newTensor("Int8Tensor", name, Int8, shape, data, len(data))
}

// Float16Tensor returns a tensor of float16 elements with data, rounded to the
// nearest, of two equally near ones to the even one. Numbers from 65520 on become
// infinities, those up to 2^-25 zeros; [Tensor.Float32s] tells what is left. It
// panics if shape does not hold that many elements.
func Float16Tensor(name string, shape []int64, data []float32) *Tensor {
	halves := make([]uint16, len(data))
	for i, v := range data {
		halves[i] = toFloat16(v)
	}
	return newTensor("Float16Tensor", name, Float16, shape, halves, len(halves))
}

// newTensor returns a tensor with data, a slice of n fixed-size numbers.
func newTensor(fn, name string, t DataType, shape []int64, data any, n int) *Tensor {
	if count, ok := elements(shape); !ok || count != int64(n) {
		panic(fmt.Sprintf("onnx: %s: %q: got %d elements for the shape %v", fn, name, n, shape))
	}
	raw, err := binary.Append(make([]byte, 0, n*t.Size()), binary.LittleEndian, data)
	if err != nil {
		panic(err) // unreachable: the callers' element types have a fixed size
	}
	return &Tensor{Name: name, Type: t, Shape: append([]int64{}, shape...), Data: raw}
}

// elements returns the product of the dimensions, and false if one is negative
// or the product is beyond 2^53.
func elements(shape []int64) (int64, bool) {
	const limit = 1 << 53
	n := int64(1)
	for _, d := range shape {
		if d < 0 || d > limit || (d > 0 && n > limit/d) {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// bytes returns the length that Data must have.
func (t *Tensor) bytes() (int64, error) {
	n, ok := elements(t.Shape)
	switch {
	case !ok:
		return 0, fmt.Errorf("tensor %q: impossible shape %v", t.Name, t.Shape)
	case t.Type == text:
		return 0, nil
	case t.Type.bits() == 0:
		return 0, fmt.Errorf("tensor %q: the element type is %v, which the standard does not have", t.Name, t.Type)
	}
	return (n*t.Type.bits() + 7) / 8, nil
}

// check reports whether Data fits type and shape.
func (t *Tensor) check() error {
	size, err := t.bytes()
	if err != nil {
		return err
	}
	if n, _ := elements(t.Shape); t.Type == text && n != int64(len(t.Texts)) {
		return fmt.Errorf("tensor %q: has %d texts, but the shape %v takes %d", t.Name, len(t.Texts), t.Shape, n)
	}
	if size != int64(len(t.Data)) {
		return fmt.Errorf("tensor %q: has %d bytes of data, but the shape %v of type %v takes %d",
			t.Name, len(t.Data), t.Shape, t.Type, size)
	}
	return nil
}

// Elements returns the number of elements. It is an error if the shape is
// impossible, the type not supported or Data of another length.
func (t *Tensor) Elements() (int, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	n, _ := elements(t.Shape)
	return int(n), nil
}

// Float32s returns a copy of the elements of a float32 tensor, of a float16 or bfloat16
// one, widened, or of a float64 one, rounded.
func (t *Tensor) Float32s() ([]float32, error) {
	n, err := t.Elements()
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	switch t.Type {
	case Float32:
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
		}
	case Float16:
		for i := range out {
			out[i] = fromFloat16(binary.LittleEndian.Uint16(t.Data[2*i:]))
		}
	case BFloat16: // the upper half of a float32
		for i := range out {
			out[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(t.Data[2*i:])) << 16)
		}
	case Float64:
		for i := range out {
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:])))
		}
	default:
		return nil, fmt.Errorf("tensor %q: has type %v, no floating-point one", t.Name, t.Type)
	}
	return out, nil
}

// Int64s returns a copy of the elements of an int64 or int32 tensor.
func (t *Tensor) Int64s() ([]int64, error) {
	n, err := t.Elements()
	if err != nil {
		return nil, err
	}
	out := make([]int64, n)
	switch t.Type {
	case Int64:
		for i := range out {
			out[i] = int64(binary.LittleEndian.Uint64(t.Data[8*i:]))
		}
	case Int32:
		for i := range out {
			out[i] = int64(int32(binary.LittleEndian.Uint32(t.Data[4*i:])))
		}
	default:
		return nil, fmt.Errorf("tensor %q: has type %v, not int64 or int32", t.Name, t.Type)
	}
	return out, nil
}
