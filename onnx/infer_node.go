package onnx

import (
	"errors"
	"fmt"
)

// Known is what is known of a tensor before a model runs.
type Known struct {
	Type  DataType
	Shape []int // outermost first; empty for a scalar
	// The content, in row-major order, of an int32 or int64 tensor or of a float32
	// one; nil where it is not known. Only tensors of rank 0 and 1 are looked into.
	Ints   []int64
	Floats []float32
}

// Inference is what [InferNode] finds out about a node.
type Inference struct {
	Out []Known // the results, as many as the node has; zero where one is left out
	Geometry
}

// Geometry says where an operator finds the elements of its results, with
// everything resolved that the node may leave open: defaults, axes counted from
// the end, automatic padding, bounds outside the input. Fields that an operator
// does not need are empty.
type Geometry struct {
	// Axes are the dimensions of the first input that the operator works along.
	//
	//	Concat, Split, Gather, Softmax                 one
	//	QuantizeLinear, DequantizeLinear               one, if there are several scales
	//	ReduceMean, ReduceSum, GlobalAveragePool       those that are reduced
	//	Slice, Pad, Resize                             those listed, else all
	//	Transpose                                      all, in the order of the result
	Axes []int
	// Starts and Steps are for Slice and Pad: element j of the result along Axes[i]
	// is element Starts[i] + j*Steps[i] of the input. Pad has places outside.
	Starts, Steps []int
	// Scales are how many times larger Resize makes each of the Axes.
	Scales []float32
	// Windows are for Conv, ConvTranspose, MaxPool and AveragePool: one for each
	// spatial dimension.
	Windows []Window
}

// Window says how a filter moves along one dimension of images. A transposed
// convolution has the window of the convolution that it transposes: In is the size
// of its results, and Out that of its input.
type Window struct {
	In, Out    int // elements under the filter, and places where it stops
	Kernel     int // elements of the filter
	Stride     int // from place to place
	Dilation   int // from one element under the filter to the next
	Begin, End int // padding in front of the images and behind
}

// ErrDependsOnData is why [InferNode] cannot tell the shape of a result: it follows
// from the content of an input, which is not known.
var ErrDependsOnData = errors.New("depends on the data")

// InferNode applies the shape rule of a node of a checked model to inputs of known
// shapes, as many as the node names, nil for those that are left out. It returns the
// types and the shapes of the results and how the operator gets there. An error says
// what does not go together, or is [ErrDependsOnData], wrapped.
func InferNode(n *Node, opset int64, in []*Known) (*Inference, error) {
	s, ok := lookup(n.Op, opset)
	if !ok {
		return nil, fmt.Errorf("the operator %q is not supported", n.Op)
	}
	if len(in) != len(n.Inputs) {
		return nil, fmt.Errorf("%d inputs are given to a node that names %d", len(in), len(n.Inputs))
	}
	c := newCall(n)
	for i, k := range in {
		if k != nil {
			c.in[i] = k.value(n.Inputs[i], max(maxElements, len(n.Outputs)))
		}
	}
	if err := c.infer(&s); err != nil {
		return nil, err
	}
	result := &Inference{Out: make([]Known, len(c.out)), Geometry: c.Geometry}
	for i, v := range c.out {
		if v.Name == "" {
			continue
		}
		shape, ok := v.Shape.Sizes()
		if !ok {
			return nil, fmt.Errorf("the shape of output %q %w", v.Name, ErrDependsOnData)
		}
		result.Out[i] = Known{Type: v.Type, Shape: shape}
		result.Out[i].Ints, _ = v.numbers()
	}
	return result, nil
}

// value is k as the rules see it. Content longer than a limit is left out.
func (k *Known) value(name string, longest int) *value {
	v := &value{ValueInfo: ValueInfo{Name: name, Type: k.Type, Shape: Sizes(k.Shape...)}}
	if len(k.Shape) > 1 || max(len(k.Ints), len(k.Floats)) > longest {
		return v
	}
	if indices.has(k.Type) {
		v.elements = elementsOf(k.Ints)
	}
	v.factors = k.Floats
	return v
}
