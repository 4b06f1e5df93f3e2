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
	w.begin, w.end = slices.Clone(pads[:spatial]), slices.Clone(pads[spatial:])
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

// halve splits the padding of dimension i, of which an odd element goes in front or
// behind.
func (w *window) halve(i int, total int64, front bool) {
	total = max(0, total)
	w.begin[i], w.end[i] = total/2, total-total/2
	if front {
		w.begin[i], w.end[i] = w.end[i], w.begin[i]
	}
}

// slide returns the output size of dimension i where the window moves over the
// input, and sets the padding if that is automatic. With ceil a last window that
// reaches over the end counts too, unless it starts beyond the input and the padding
// in front.
func (w *window) slide(i int, in Dim, ceil bool) (Dim, error) {
	if !in.Known() {
		return Unknown(), nil
	}
	stride := w.strides[i]
	if w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER" {
		n := (in.Size + stride - 1) / stride
		w.halve(i, (n-1)*stride+w.extent(i)-in.Size, w.autoPad == "SAME_LOWER")
		return Size(n), nil
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

// slideBack returns the output size of dimension i of a transposed convolution:
// the size of which the input's is the result of slide. extra is added at the end. A
// size that is given, or else automatic padding, settles the padding.
func (w *window) slideBack(i int, in Dim, extra int64, given Dim) (Dim, error) {
	full := (in.Size-1)*w.strides[i] + extra + w.extent(i)
	switch same := w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER"; {
	case given.Known():
	case !in.Known():
		return Unknown(), nil
	case same:
		given = Size(in.Size * w.strides[i])
	case w.kernel[i] < 0:
		return Unknown(), nil
	default:
		n := full - w.begin[i] - w.end[i]
		if n < 0 {
			return Dim{}, fmt.Errorf("the pads take more than all of spatial dimension %d", i)
		}
		return Size(n), nil
	}
	w.halve(i, full-given.Size, w.autoPad != "SAME_UPPER")
	return given, nil
}

// windows sets the geometry, in being the spatial dimensions under the filter and
// out those of the places where it stops.
func (c *call) windows(w *window, in, out Shape) {
	if !in.Known() || !out.Known() {
		return
	}
	for i := range in {
		c.Windows = append(c.Windows, Window{
			In: int(in[i].Size), Out: int(out[i].Size), Kernel: int(w.kernel[i]),
			Stride: int(w.strides[i]), Dilation: int(w.dilations[i]), Begin: int(w.begin[i]), End: int(w.end[i]),
		})
	}
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

// bias checks that input 2 has one number per channel.
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
	c.windows(w, x[2:], y[2:])
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
		given := Unknown()
		if c.Has("output_shape") {
			given = Size(outputShape[i])
		}
		out, err := w.slideBack(i, d, outputPadding[i], given)
		if err != nil {
			return err
		}
		y = append(y, out)
	}
	c.out[0].Shape = y
	c.windows(w, y[2:], x[2:])
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
	c.windows(w, x[2:], y[2:])
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
	c.Axes = firstAxes(len(x))[2:]
	c.out[0].Shape = slices.Concat(x[:2], slices.Repeat(Shape{Size(1)}, spatial))
	return nil
}
