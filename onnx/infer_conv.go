package onnx

import (
	"fmt"
	"slices"
)

// window holds the attributes of a convolution or a pooling, for each of the
// spatial dimensions.
type window struct {
	kernel, strides, dilations []int64
	begin, end                 []int64 // pads
	autoPad                    string
}

// window reads the attributes of a node with that many spatial dimensions, whose
// kernel has the size kernel (-1 where it is unknown).
func (c *call) window(spatial int, kernel []int64) (*window, error) {
	w := &window{kernel: kernel}
	var err error
	if w.autoPad, err = c.oneOf("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"); err != nil {
		return nil, err
	}
	if w.strides, err = c.perDim("strides", spatial, 1, 1); err != nil {
		return nil, err
	}
	if w.dilations, err = c.perDim("dilations", spatial, 1, 1); err != nil {
		return nil, err
	}
	pads, err := c.perDim("pads", 2*spatial, 0, 0)
	if err != nil {
		return nil, err
	}
	w.begin, w.end = pads[:spatial], pads[spatial:]
	if w.autoPad == "VALID" {
		w.begin, w.end = make([]int64, spatial), make([]int64, spatial)
	}
	return w, nil
}

// perDim returns a list attribute of n numbers, def each if there is none. Numbers
// below least or of absurd size are errors.
func (c *call) perDim(name string, n int, def, least int64) ([]int64, error) {
	list := c.Ints(name)
	if !c.Has(name) {
		return slices.Repeat([]int64{def}, n), nil
	}
	if len(list) != n {
		return nil, fmt.Errorf("attribute %q has %d numbers, but there must be %d", name, len(list), n)
	}
	for _, v := range list {
		if v < least || v > 1<<30 {
			return nil, fmt.Errorf("attribute %q holds %d, which is out of range", name, v)
		}
	}
	return list, nil
}

// extent returns how far the kernel reaches in dimension i.
func (w *window) extent(i int) int64 { return (w.kernel[i]-1)*w.dilations[i] + 1 }

// slide returns the output size of dimension i where the window moves over the
// input. With ceil a last window that reaches over the end counts too, unless it
// starts beyond the input and the padding in front.
func (w *window) slide(i int, in Dim, ceil bool) (Dim, error) {
	if !in.Known() {
		return Unknown(), nil
	}
	stride := w.strides[i]
	if w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER" {
		return Size((in.Size + stride - 1) / stride), nil
	}
	if w.kernel[i] < 0 {
		return Unknown(), nil
	}
	room := in.Size + w.begin[i] + w.end[i] - w.extent(i)
	if room < 0 {
		return Dim{}, fmt.Errorf("the kernel reaches over %d elements of spatial dimension %d, which has %d with its padding",
			w.extent(i), i, room+w.extent(i))
	}
	n := room/stride + 1
	if ceil && room%stride != 0 && n*stride < in.Size+w.begin[i] {
		n++
	}
	return Size(n), nil
}

// images checks that x is [N, C, spatial...] and returns the number of spatial
// dimensions.
func images(x Shape) (int, error) {
	if len(x) < 3 {
		return 0, fmt.Errorf("input 0 has the shape %v, but there must be [N, C, spatial...]", x)
	}
	return len(x) - 2, nil
}

// convolution checks what Conv and ConvTranspose have in common and returns
// the window and the number of groups. The weight's dimension inAxis belongs to
// the input's channels.
func (c *call) convolution(x, weight Shape) (*window, int64, error) {
	spatial, err := images(x)
	if err != nil {
		return nil, 0, err
	}
	if len(weight) != len(x) {
		return nil, 0, fmt.Errorf("the weight has the shape %v, but input 0 has %v: the ranks differ", weight, x)
	}
	group := c.Int("group", 1)
	if group < 1 || group > 1<<30 {
		return nil, 0, fmt.Errorf("attribute \"group\" is %d", group)
	}
	kernel := make([]int64, spatial)
	for i, d := range weight[2:] {
		kernel[i] = -1
		if d.Known() {
			kernel[i] = d.Size
		}
		if d == Size(0) {
			return nil, 0, fmt.Errorf("the weight has the shape %v: an empty kernel", weight)
		}
	}
	if c.Has("kernel_shape") {
		named, err := c.perDim("kernel_shape", spatial, 1, 1)
		if err != nil {
			return nil, 0, err
		}
		if _, ok := merge(weight[2:], Sizes(named...)); !ok {
			return nil, 0, fmt.Errorf("attribute \"kernel_shape\" is %v, but the weight has the shape %v", named, weight)
		}
		kernel = named
	}
	w, err := c.window(spatial, kernel)
	return w, group, err
}

// bias checks that input 2 has one number a channel.
func (c *call) bias(channels Dim) error {
	if b := c.shape(2); b != nil {
		if _, ok := merge(b, Shape{channels}); !ok {
			return fmt.Errorf("the bias has the shape %v, but the output has %v channels", b, channels)
		}
	}
	return nil
}

// inferConv is Conv: X [N, C, ...], W [M, C/group, kernel...], Y [N, M, ...].
func inferConv(c *call) error {
	x, weight := c.shape(0), c.shape(1)
	if x == nil || weight == nil {
		return nil
	}
	w, group, err := c.convolution(x, weight)
	if err != nil {
		return err
	}
	if x[1].Known() && weight[1].Known() && x[1].Size != weight[1].Size*group {
		return fmt.Errorf("the input has %v channels, but the weight %v with %d groups takes %d",
			x[1], weight, group, weight[1].Size*group)
	}
	if weight[0].Known() && weight[0].Size%group != 0 {
		return fmt.Errorf("%v output channels do not divide into %d groups", weight[0], group)
	}
	y := Shape{x[0], weight[0]}
	for i, d := range x[2:] {
		out, err := w.slide(i, d, false)
		if err != nil {
			return err
		}
		y = append(y, out)
	}
	c.out[0].Shape = y
	return c.bias(y[1])
}

// inferConvTranspose is ConvTranspose: X [N, C, ...], W [C, M/group, kernel...],
// Y [N, M, ...].
func inferConvTranspose(c *call) error {
	x, weight := c.shape(0), c.shape(1)
	if x == nil || weight == nil {
		return nil
	}
	w, group, err := c.convolution(x, weight)
	if err != nil {
		return err
	}
	if x[1].Known() && weight[0].Known() && x[1] != weight[0] {
		return fmt.Errorf("the input has %v channels, but the weight %v takes %v", x[1], weight, weight[0])
	}
	if weight[0].Known() && weight[0].Size%group != 0 {
		return fmt.Errorf("%v input channels do not divide into %d groups", weight[0], group)
	}
	spatial := len(x) - 2
	outputPadding, err := c.perDim("output_padding", spatial, 0, 0)
	if err != nil {
		return err
	}
	outputShape, err := c.perDim("output_shape", spatial, 0, 1)
	if err != nil {
		return err
	}
	y := Shape{x[0], product(Shape{weight[1], Size(group)})}
	for i, d := range x[2:] {
		out := Unknown()
		switch {
		case c.Has("output_shape"):
			out = Size(outputShape[i])
		case !d.Known():
		case w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER":
			out = Size(d.Size * w.strides[i])
		case w.kernel[i] >= 0:
			out = Size((d.Size-1)*w.strides[i] + outputPadding[i] + w.extent(i) - w.begin[i] - w.end[i])
			if out.Size < 0 {
				return fmt.Errorf("the pads take more than all of spatial dimension %d", i)
			}
		}
		y = append(y, out)
	}
	c.out[0].Shape = y
	return c.bias(y[1])
}

// inferPool is MaxPool or AveragePool.
func inferPool(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	spatial, err := images(x)
	if err != nil {
		return err
	}
	kernel, err := c.perDim("kernel_shape", spatial, 1, 1)
	if err != nil {
		return err
	}
	w, err := c.window(spatial, kernel)
	if err != nil {
		return err
	}
	y := Shape{x[0], x[1]}
	for i, d := range x[2:] {
		out, err := w.slide(i, d, c.Int("ceil_mode", 0) != 0)
		if err != nil {
			return err
		}
		y = append(y, out)
	}
	for _, v := range c.out { // values and, for MaxPool, their places
		v.Shape = y
	}
	return nil
}

// inferGlobalPool is GlobalAveragePool.
func inferGlobalPool(c *call) error {
	x := c.shape(0)
	if x == nil {
		return nil
	}
	spatial, err := images(x)
	if err != nil {
		return err
	}
	c.out[0].Shape = slices.Concat(x[:2], slices.Repeat(Shape{Size(1)}, spatial))
	return nil
}
