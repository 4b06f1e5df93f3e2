package goengine

import "slices"

// window says how a filter moves over images. 1-D images have one column and
// move along the rows only.
type window struct {
	in, out        [2]int // sizes of the images: rows, columns
	kernel, stride [2]int
	dilation       [2]int
	begin, end     [2]int // padding
}

// images checks that shape is [N, C, rows] or [N, C, rows, columns] with pixels.
func images(shape []int) {
	if n := len(shape) - 2; n != 1 && n != 2 {
		unsupported("input 0 has the shape %v, but the pure-Go engine takes [N, C, W] or [N, C, H, W]", shape)
	}
	if slices.Contains(shape[1:], 0) {
		failf("the shape %v holds no images", shape)
	}
	checkTables(shape[1:])
}

// window is how the node's filter moves.
func (c *call) window() window {
	w := window{
		in: [2]int{1, 1}, out: [2]int{1, 1}, kernel: [2]int{1, 1}, stride: [2]int{1, 1}, dilation: [2]int{1, 1},
	}
	for i, along := range c.Windows {
		w.in[i], w.out[i], w.kernel[i] = along.In, along.Out, along.Kernel
		w.stride[i], w.dilation[i] = along.Stride, along.Dilation
		w.begin[i], w.end[i] = along.Begin, along.End
	}
	return w
}

// extent is how far the filter reaches along dimension i.
func (w *window) extent(i int) int { return (w.kernel[i]-1)*w.dilation[i] + 1 }

// at returns the row or column (dimension i) of the image under tap t of the
// filter at output o, and whether that is inside.
func (w *window) at(i, o, t int) (int, bool) {
	p := o*w.stride[i] + t*w.dilation[i] - w.begin[i]
	return p, 0 <= p && p < w.in[i]
}

// taken returns the taps [first, end) of the filter at output o that are at the rows or columns
// (dimension i) [from, to).
func (w *window) taken(i, o, from, to int) (first, end int) {
	start := o*w.stride[i] - w.begin[i] // where tap 0 is
	tap := func(place int) int {        // the first one at or behind a place
		return min(max((place-start+w.dilation[i]-1)/w.dilation[i], 0), w.kernel[i])
	}
	return tap(from), tap(to)
}

// taps is the size of the filter, and pixels those of the images.
func (w *window) taps() int      { return w.kernel[0] * w.kernel[1] }
func (w *window) inPixels() int  { return w.in[0] * w.in[1] }
func (w *window) outPixels() int { return w.out[0] * w.out[1] }
