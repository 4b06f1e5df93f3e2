package goengine

import (
	"math"

	"govae/onnx"
)

// pool returns the images of a pooling operator, channels last, and the place for
// its results.
func (c *call) pool() (w window, x, y *value) {
	x = c.float(0)
	images(x.shape)
	images(c.shape())
	return c.window(), c.images(x), c.newValue(onnx.Float32, c.shape(), channelsLast(len(x.shape)))
}

// slideOver calls begin for each result pixel with its number, and then tap for
// each pixel under the filter. It visits no taps outside of the image: a filter of any
// size costs a file a few bytes.
func (w *window) slideOver(images int, begin func(out int), tap func(out, row, col, image int)) {
	for image := range images {
		for o := range w.outPixels() {
			out := image*w.outPixels() + o
			begin(out)
			top, bottom := w.taken(0, o/w.out[1], 0, w.in[0])
			left, right := w.taken(1, o%w.out[1], 0, w.in[1])
			for i := top; i < bottom; i++ {
				for j := left; j < right; j++ {
					row, _ := w.at(0, o/w.out[1], i)
					col, _ := w.at(1, o%w.out[1], j)
					tap(out, row, col, image)
				}
			}
		}
	}
}

// pooling is about the work of pooling to y. No more taps are inside of the image than it has pixels.
func (w *window) pooling(y *value) int {
	return y.mem.n * min(w.kernel[0], w.in[0]) * min(w.kernel[1], w.in[1])
}

// opMaxPool is the largest element under the filter and, as a second result, its
// place in the whole input in row-major order, or with storage_order 1 with each
// image in column-major order.
func opMaxPool(c *call) *value {
	w, x, y := c.pool()
	images, channels := x.shape[0], x.shape[1]
	results := []*value{y}
	var places *value
	if len(c.Outputs) > 1 && c.Outputs[1] != "" {
		places = c.newValue(onnx.Int64, y.shape, y.order)
		results = append(results, places)
		c.results[1] = places
	}
	rowStep, colStep := w.in[1], 1
	if c.Int("storage_order", 0) != 0 {
		rowStep, colStep = 1, w.in[0]
	}
	lowest := float32(math.Inf(-1))
	c.emitStep(step{work: w.pooling(y), run: func(s *state) {
		dst, src := s.f(y), s.f(x)
		w.slideOver(images, func(out int) {
			for ch := range channels {
				dst[out*channels+ch] = lowest
			}
			if places != nil { // where nothing is above the lowest
				clear(s.i(places)[out*channels : (out+1)*channels])
			}
		}, func(out, row, col, image int) {
			best := dst[out*channels : (out+1)*channels]
			pixel := src[(image*w.inPixels()+row*w.in[1]+col)*channels:]
			for ch, old := range best {
				if v := pixel[ch]; v > old || v != v {
					best[ch] = v
					if places != nil {
						s.i(places)[out*channels+ch] = int64((image*channels+ch)*w.inPixels() + row*rowStep + col*colStep)
					}
				}
			}
		})
	}}, results, []*value{x})
	return y
}

// opAveragePool is the mean of the elements under the filter. With
// count_include_pad the padding counts as zeros, but not what lies beyond it.
func opAveragePool(c *call) *value {
	w, x, y := c.pool()
	images, channels := x.shape[0], x.shape[1]
	counts := w.counts(c.Int("count_include_pad", 0) != 0)
	c.emitStep(step{work: w.pooling(y), run: func(s *state) {
		dst, src := s.f(y), s.f(x)
		w.slideOver(images, func(out int) {
			clear(dst[out*channels : (out+1)*channels])
		}, func(out, row, col, image int) {
			pixel := src[(image*w.inPixels()+row*w.in[1]+col)*channels:]
			for ch := range channels {
				dst[out*channels+ch] += pixel[ch]
			}
		})
		for out := range images * w.outPixels() {
			for ch := range channels {
				dst[out*channels+ch] /= counts[out%w.outPixels()]
			}
		}
	}}, []*value{y}, []*value{x})
	return y
}

// counts returns the number of elements that each result of one image is the mean of.
func (w *window) counts(padding bool) []float32 {
	counts := make([]float32, w.outPixels())
	along := func(i, o int) int { // elements along one dimension
		from, to := 0, w.in[i]
		if padding {
			from, to = -w.begin[i], to+w.end[i]
		}
		first, end := w.taken(i, o, from, to)
		return end - first
	}
	for o := range counts {
		counts[o] = float32(along(0, o/w.out[1]) * along(1, o%w.out[1]))
	}
	return counts
}
