package nn

import (
	"fmt"
	"math"
	"strings"

	"govae/onnx"
)

// Precision is the form in which a file holds weights. Arithmetic is float32 in
// all of them: a graph widens the weights before it uses them.
type Precision string

const (
	FP32 Precision = "fp32" // as they are
	FP16 Precision = "fp16" // as float16: half the size
	INT8 Precision = "int8" // as int8 with a float32 scale for each output channel: a third or a quarter of the size
)

// Precisions are all of them, from the largest file to the smallest.
func Precisions() []Precision { return []Precision{FP32, FP16, INT8} }

// smallest is the number of values from which on a weight is worth the node that
// widens it. Smaller ones, and biases, stay float32.
const smallest = 1024

// coded is what a file holds in place of a float32 tensor. The zero value stands
// for nothing.
type coded struct {
	values *onnx.Tensor // float16 or int8
	scale  *onnx.Tensor // of each output channel, if int8
}

// Round rounds p's values to what the precision holds, and makes p's ONNX form hold them
// so. Small tensors and vectors stay as they are. It is an error if a value is beyond the
// range of the precision.
func (p *Param) Round(to Precision) error {
	var code func(*Param, []float32) coded
	switch to {
	case "", FP32:
		return nil
	case FP16:
		code = codeFloat16
	case INT8:
		code = codeInt8
	default:
		return fmt.Errorf("unknown precision %q: choose one of %s", to, strings.Trim(fmt.Sprint(Precisions()), "[]"))
	}
	if len(p.Shape) < 2 || p.Len() < smallest {
		return nil
	}
	file := make([]float32, p.Len())
	p.ToFile(p.Value)(file, 0)
	c := code(p, file)
	left, err := c.decode(p)
	if err != nil {
		return err
	}
	for i, v := range left {
		if math.IsInf(float64(v), 0) || v != v {
			return fmt.Errorf("%s: the value %g is out of range for %s: choose another precision", p.Name, file[i], to)
		}
	}
	p.coded = c
	p.FromFile(p.Value, left)
	return nil
}

// codeFloat16 rounds to the nearest float16, ties to even. Values below its normal
// range (2^-14) keep an absolute precision of 2^-25.
func codeFloat16(p *Param, file []float32) coded {
	return coded{values: onnx.Float16Tensor(p.Name, p.shape64(), file)}
}

// codeInt8 rounds to multiples of a scale that puts the largest absolute value of
// an output channel at 127, so that zero stays zero (symmetric quantization). A
// channel of four values or fewer takes no more bytes as float16 than as int8 with
// its scale, and loses less.
func codeInt8(p *Param, file []float32) coded {
	channels := p.Shape[p.out]
	if len(file)/channels <= 4 {
		return codeFloat16(p, file)
	}
	scale := make([]float32, channels)
	for i, v := range file {
		c := p.channel(i)
		scale[c] = max(scale[c], float32(math.Abs(float64(v))))
	}
	for c := range scale {
		if scale[c] /= 127; scale[c] == 0 {
			scale[c] = 1 // all zeros, whatever the scale
		}
	}
	codes := make([]int8, len(file))
	for i, v := range file {
		q := math.RoundToEven(float64(v) / float64(scale[p.channel(i)]))
		codes[i] = int8(min(max(q, -127), 127)) // the scale is rounded, too
	}
	return coded{
		values: onnx.Int8Tensor(p.Name, p.shape64(), codes),
		scale:  onnx.Float32Tensor(p.Name+"/scale", []int64{int64(channels)}, scale),
	}
}

// decode returns the values of p, in file order, that the graph computes from c.
func (c coded) decode(p *Param) ([]float32, error) {
	if c.scale == nil {
		return c.values.Float32s()
	}
	scale, err := c.scale.Float32s()
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(c.values.Data))
	for i, code := range c.values.Data {
		out[i] = float32(int8(code)) * scale[p.channel(i)]
	}
	return out, nil
}

// emit adds p to a graph, as a float32 value.
func (p *Param) emit(g *onnx.Builder) onnx.Value {
	switch c := p.coded; {
	case c.values == nil:
		file := make([]float32, p.Len())
		p.ToFile(p.Value)(file, 0)
		return g.Float32(p.Name, p.Shape, file)
	case c.scale == nil:
		return g.Node("Cast", p.Name+"/cast", []onnx.Value{g.Tensor(c.values)}, onnx.Int("to", int64(onnx.Float32)))
	default:
		codes := []onnx.Value{g.Tensor(c.values), g.Tensor(c.scale)}
		return g.Node("DequantizeLinear", p.Name+"/dequantize", codes, onnx.Int("axis", int64(p.out)))
	}
}

// channel returns the output channel of value i in file order.
func (p *Param) channel(i int) int {
	return i / product(p.Shape[p.out+1:]) % p.Shape[p.out]
}

func (p *Param) shape64() []int64 {
	out := make([]int64, len(p.Shape))
	for i, n := range p.Shape {
		out[i] = int64(n)
	}
	return out
}
