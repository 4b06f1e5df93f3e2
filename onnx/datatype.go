package onnx

import "fmt"

// DataType is the type of a tensor's elements, by the standard's numbers
// (TensorProto.DataType).
type DataType int32

// The element types that this package reads and writes.
const (
	Undefined DataType = 0
	Float32   DataType = 1
	Uint8     DataType = 2
	Int8      DataType = 3
	Uint16    DataType = 4
	Int16     DataType = 5
	Int32     DataType = 6
	Int64     DataType = 7
	Bool      DataType = 9 // one byte, 0 or 1
	Float16   DataType = 10
	Float64   DataType = 11
	Uint32    DataType = 12
	Uint64    DataType = 13
	BFloat16  DataType = 16
)

// Types that are read and written, but that nothing here computes with.
const (
	text           DataType = 8
	complex64bits  DataType = 14
	complex128bits DataType = 15
)

// bits returns the size of an element, 0 for text and for what is no type of the standard.
func (t DataType) bits() int64 {
	switch t {
	case complex64bits:
		return 64
	case complex128bits:
		return 128
	case 17, 18, 19, 20, 24: // five kinds of float8
		return 8
	case 21, 22, 23: // uint4, int4, float4
		return 4
	case 25, 26: // uint2, int2
		return 2
	}
	return 8 * int64(t.Size())
}

// String returns the type's name, in Go's spelling where Go has the type.
func (t DataType) String() string {
	switch t {
	case Undefined:
		return "undefined"
	case Float32:
		return "float32"
	case Uint8:
		return "uint8"
	case Int8:
		return "int8"
	case Uint16:
		return "uint16"
	case Int16:
		return "int16"
	case Int32:
		return "int32"
	case Int64:
		return "int64"
	case Bool:
		return "bool"
	case Float16:
		return "float16"
	case Float64:
		return "float64"
	case Uint32:
		return "uint32"
	case Uint64:
		return "uint64"
	case BFloat16:
		return "bfloat16"
	case text:
		return "string"
	}
	return fmt.Sprintf("data type %d", int32(t))
}

// Size returns the bytes that one element takes, 0 for a type that this package
// does not support.
func (t DataType) Size() int {
	switch t {
	case Uint8, Int8, Bool:
		return 1
	case Uint16, Int16, Float16, BFloat16:
		return 2
	case Float32, Int32, Uint32:
		return 4
	case Float64, Int64, Uint64:
		return 8
	}
	return 0
}
