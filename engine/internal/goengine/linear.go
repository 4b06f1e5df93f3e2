package goengine

import (
	"fmt"
	"slices"
)

// linear is a product or a convolution with constant weights, y = x*w + bias. As
// long as nobody has read y, operations behind it may become part of it: a scale
// and a bias of one number per channel, and at last ReLU.
type linear struct {
	weights *value
	// form says how the weights are permuted: seen as a tensor of the given sizes,
	// dimension order[0] is to lie outermost, and so on.
	form    func() (sizes, order []int)
	channel func(i int) int // of element i in the file

	channels int // dimension of y
	count    int // size of that dimension
	scale    []float32
	bias     []float32
	relu     bool

	w []float32 // ready for the kernel; set when the program is complete
}

// packedWeights keeps permuted weights, which programs for other batch sizes
// need too.
type packedWeights struct{ of map[packing][]float32 }

type packing struct {
	weights *memory
	form    string
}

// addLinear makes y the result of l.
func (c *compiler) addLinear(y *value, l *linear) {
	y.linear = l
	l.count = y.shape[l.channels]
	c.linears = append(c.linears, l)
}

// finish puts the weights into the form that the kernel reads.
func (l *linear) finish(c *compiler) {
	w := c.state.f(l.weights)
	sizes, order := l.form()
	if l.scale != nil {
		scaled := make([]float32, len(w))
		for i, x := range w {
			scaled[i] = x * l.scale[l.channel(i)]
		}
		l.w = permuted(scaled, sizes, order)
		return
	}
	if l.weights.mem.id >= c.shared {
		l.w = permuted(w, sizes, order)
		return
	}
	key := packing{l.weights.mem, fmt.Sprint(sizes, order)}
	if c.packed.of == nil {
		c.packed.of = map[packing][]float32{}
	}
	if l.w = c.packed.of[key]; l.w == nil {
		l.w = permuted(w, sizes, order)
		c.packed.of[key] = l.w
	}
}

// open returns the operation that computes v if more can become part of it.
func open(v *value) *linear {
	if v.linear == nil || v.uses != 1 || v.linear.relu {
		return nil
	}
	return v.linear
}

// absorb makes an arithmetic operation on x, which l computes, and a constant
// part of l. It returns nil if that cannot be.
func (c *compiler) absorb(op string, x, constant *value) *value {
	l := open(x)
	if l == nil {
		return nil
	}
	k := c.perChannel(constant, x.shape, l.channels)
	if k == nil {
		return nil
	}
	if l.bias == nil {
		l.bias = make([]float32, l.count)
	}
	l.bias = slices.Clone(l.bias) // it may be the file's
	switch op {
	case "Add":
		for i := range k {
			l.bias[i] += k[i]
		}
	case "Sub":
		for i := range k {
			l.bias[i] -= k[i]
		}
	case "Mul", "Div":
		if l.scale == nil {
			l.scale = slices.Repeat([]float32{1}, l.count)
		}
		for i := range k {
			if op == "Div" {
				k[i] = 1 / k[i]
			}
			l.scale[i] *= k[i]
			l.bias[i] *= k[i]
		}
	default:
		return nil
	}
	return alias(x)
}

// perChannel returns a copy of a known tensor that differs along one dimension of
// shape only when it is broadcast; nil if it is no such tensor.
func (c *compiler) perChannel(v *value, shape []int, channels int) []float32 {
	if !v.mem.known || !isFloat(v.typ) || len(v.shape) > len(shape) {
		return nil
	}
	for i, size := range v.shape {
		if at := len(shape) - len(v.shape) + i; size != 1 && (at != channels || size != shape[at]) {
			return nil
		}
	}
	data := c.state.f(v)
	if len(data) == 1 {
		return slices.Repeat(data, shape[channels])
	}
	return slices.Clone(data)
}

// alias is another name for v. What may become part of v may become part of the
// alias if nobody else reads v.
func alias(v *value) *value {
	w := *v
	if v.uses != 1 {
		w.linear = nil
	}
	w.uses = 1
	return &w
}
