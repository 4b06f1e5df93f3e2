package goengine

// window says how a filter moves over images. 1-D images have one column and
// move along the rows only.
type window struct {
	in, out        [2]int // sizes of the images: rows, columns
	kernel, stride [2]int
	dilation       [2]int
	begin, end     [2]int // padding
}

// spatial checks that x is [N, C, rows] or [N, C, rows, columns] and returns the
// number of spatial dimensions.
func spatial(x *value) int {
	n := len(x.shape) - 2
	if n != 1 && n != 2 {
		lackf("input 0 has the shape %v, but the engine takes [N, C, W] or [N, C, H, W]", x.shape)
	}
	for _, size := range x.shape[1:] {
		if size == 0 || size > maxDimension {
			failf("input 0 has the shape %v, which holds no image", x.shape)
		}
	}
	return n
}

// pair returns two numbers of a list attribute from position at on, def where the
// attribute or the second dimension is missing.
func (c *call) pair(name string, at, spatial, def int) [2]int {
	p := [2]int{def, def}
	if !c.Has(name) {
		return p
	}
	for i, v := range c.Ints(name)[at : at+spatial] {
		p[i] = int(v)
	}
	return p
}

// window reads the attributes of an operator on x. The sizes of the results are
// left open. kernel are the sizes of the filter.
func (c *call) window(x *value, kernel []int) *window {
	n := len(kernel)
	w := &window{in: [2]int{1, 1}, kernel: [2]int{1, 1}}
	copy(w.in[:], x.shape[2:])
	copy(w.kernel[:], kernel)
	w.stride = c.pair("strides", 0, n, 1)
	w.dilation = c.pair("dilations", 0, n, 1)
	if c.String("auto_pad", "NOTSET") == "NOTSET" {
		w.begin, w.end = c.pair("pads", 0, n, 0), c.pair("pads", n, n, 0)
		if n == 1 { // nothing beside the only column
			w.begin[1], w.end[1] = 0, 0
		}
	}
	if n == 1 {
		w.stride[1], w.dilation[1] = 1, 1
	}
	return w
}

// extent is how far the filter reaches along dimension i.
func (w *window) extent(i int) int { return (w.kernel[i]-1)*w.dilation[i] + 1 }

// slide sets the sizes of the results where the filter slides over the images,
// and the padding where it is automatic. With ceil a last window that reaches
// beyond the end counts, unless it begins there.
func (w *window) slide(autoPad string, ceil bool) {
	for i := range w.in {
		if autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER" {
			w.out[i] = (w.in[i] + w.stride[i] - 1) / w.stride[i]
			total := max(0, (w.out[i]-1)*w.stride[i]+w.extent(i)-w.in[i])
			w.begin[i], w.end[i] = halves(total, autoPad == "SAME_LOWER")
			continue
		}
		room := w.in[i] + w.begin[i] + w.end[i] - w.extent(i)
		if room < 0 {
			failf("the filter reaches over %d elements, but the images have %d with their padding", w.extent(i), room+w.extent(i))
		}
		w.out[i] = room/w.stride[i] + 1
		if ceil && room%w.stride[i] != 0 && w.out[i]*w.stride[i] < w.in[i]+w.begin[i] {
			w.out[i]++
		}
		if w.out[i] > maxDimension {
			failf("the padding makes the images %d elements long", w.out[i])
		}
	}
}

// halves splits a number; an odd one has its larger part first or last.
func halves(n int, largerFirst bool) (first, last int) {
	if largerFirst {
		return n - n/2, n / 2
	}
	return n / 2, n - n/2
}

// at returns the row or column (dimension i) of the image under tap t of the
// filter at output o, and whether that is inside.
func (w *window) at(i, o, t int) (int, bool) {
	p := o*w.stride[i] + t*w.dilation[i] - w.begin[i]
	return p, 0 <= p && p < w.in[i]
}

// taps is the size of the filter, and pixels those of the images.
func (w *window) taps() int      { return w.kernel[0] * w.kernel[1] }
func (w *window) inPixels() int  { return w.in[0] * w.in[1] }
func (w *window) outPixels() int { return w.out[0] * w.out[1] }
