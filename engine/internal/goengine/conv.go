package goengine

import (
	"slices"

	"gonum.org/v1/gonum/blas"

	"govae/internal/kernel"
	"govae/onnx"
)

// convolution is a Conv or, transposed, a ConvTranspose. Images lie in memory
// with the channels last.
//
// A transposed convolution is described by the convolution that it transposes:
// the filter slides over the images that are written, which are the window's
// "in", and finds the pixels that are read at its "out".
type convolution struct {
	*linear
	window
	transposed bool
	n, groups  int
	c, k       int // channels read and written
	x, y       *value
	patches    *value // scratch
	rows       int    // patches that it holds
}

func opConv(c *call) *value          { return c.convolution(false) }
func opConvTranspose(c *call) *value { return c.convolution(true) }

// convolution adds Conv with weights [K, C/group, rows, columns] or ConvTranspose
// with weights [C, K/group, rows, columns].
func (c *call) convolution(transposed bool) *value {
	x, w := c.float(0), c.float(1)
	images(x.shape)
	images(c.shape())
	if !w.mem.known {
		unsupported("the weights are not constant, which the pure-Go engine does not support")
	}
	v := &convolution{
		window: c.window(), transposed: transposed,
		n: x.shape[0], groups: int(c.Int("group", 1)), c: x.shape[1], k: c.shape()[1],
	}
	v.x, v.y = c.images(x), c.newValue(onnx.Float32, c.shape(), channelsLast(len(x.shape)))
	v.linear = v.describe(c.plain(w))
	c.addLinear(v.y, v.linear)
	c.emitConvolution(v)
	if b := c.operand(2); b != nil {
		return c.arithmetic("Add", v.y, view(b, append([]int{v.k}, slices.Repeat([]int{1}, len(x.shape)-2)...), nil))
	}
	return v.y
}

// describe says how the kernel wants the weights: [group][rows][columns][channels
// of the window's in][channels of its out], each of one group.
func (v *convolution) describe(w *value) *linear {
	first, second := w.shape[0]/v.groups, w.shape[1]
	taps := v.taps()
	l := &linear{weights: w, channels: 1}
	l.form = func() (sizes, order []int) {
		return []int{v.groups, first, second, v.kernel[0], v.kernel[1]}, []int{0, 3, 4, 2, 1}
	}
	l.channel = func(i int) int { return i / (second * taps) }
	if v.transposed {
		l.channel = func(i int) int { return i/(first*second*taps)*second + i/taps%second }
	}
	return l
}

// emitConvolution adds the step: with the kernel's own convolution where that can
// do it, else as a matrix product of patches.
func (c *call) emitConvolution(v *convolution) {
	geometry := kernel.Conv{
		H: v.in[0], W: v.in[1], C: v.c, OH: v.out[0], OW: v.out[1], K: v.k,
		KH: v.kernel[0], KW: v.kernel[1], Stride: v.stride[0], Pad: v.begin[0],
	}
	simple := v.stride[0] == v.stride[1] && v.begin[0] == v.begin[1] &&
		v.extent(0) == v.kernel[0] && v.extent(1) == v.kernel[1]
	if max(v.inPixels(), v.outPixels()) > maxTable/v.taps() {
		simple = false // the kernel keeps tables of all pixels under all taps
	}
	x, y, results := v.x, v.y, []*value{v.y}
	s := step{late: true, work: v.n * v.outPixels() * v.taps() * v.c / v.groups * v.k}
	if v.transposed {
		geometry.C, geometry.K = v.k, v.c
	}
	switch {
	case v.depthwise():
		v.patches = c.scratch(v.taps() * v.groups)
		results = append(results, v.patches)
		s.run = v.runDepthwise
	case simple && v.groups > 1:
		geometry.C, geometry.K = geometry.C/v.groups, geometry.K/v.groups
		v.patches = c.scratch(v.read()*v.c/v.groups + v.written()*v.k/v.groups)
		results = append(results, v.patches)
		s.run = func(s *state) { v.runGroups(c.kernel, s, &geometry) }
	case simple && v.transposed:
		s.run = func(s *state) { c.kernel.ConvBackwardInput(&geometry, v.n, s.f(y), s.f(x), v.w, v.bias, v.relu) }
	case simple:
		s.run = func(s *state) { c.kernel.ConvForward(&geometry, v.n, s.f(y), s.f(x), v.w, v.bias, v.relu) }
	default:
		patch := v.taps() * v.channels()
		v.rows = min(max(1, maxPatches/patch), v.outPixels())
		v.patches = c.scratch(v.rows * patch)
		results = append(results, v.patches)
		s.run = func(s *state) { v.run(c.kernel, s) }
	}
	c.emitStep(s, results, []*value{x})
}

// maxTable bounds the kernel's tables, in entries.
const maxTable = 1 << 22

// maxPatches bounds the memory of patches, in elements, where one is not larger.
const maxPatches = 1 << 17

// channels is the number of channels of a group in the images under the filter.
func (v *convolution) channels() int {
	if v.transposed {
		return v.k / v.groups
	}
	return v.c / v.groups
}

// read and written are the pixels of an image that are read and written.
func (v *convolution) read() int {
	if v.transposed {
		return v.outPixels()
	}
	return v.inPixels()
}

func (v *convolution) written() int { return v.inPixels() + v.outPixels() - v.read() }

// run computes the convolution image by image.
func (v *convolution) run(k *kernel.Kernel, s *state) {
	xSize, ySize := s.f(v.x), s.f(v.y)
	for i := range v.n {
		x := xSize[i*len(xSize)/v.n : (i+1)*len(xSize)/v.n]
		y := ySize[i*len(ySize)/v.n : (i+1)*len(ySize)/v.n]
		if v.transposed {
			clear(y)
		}
		for first := 0; first < v.outPixels(); first += v.rows {
			rows := min(v.rows, v.outPixels()-first)
			for g := range v.groups {
				w := v.w[g*len(v.w)/v.groups : (g+1)*len(v.w)/v.groups]
				v.multiply(k, s.f(v.patches), x, y, w, first, rows, g)
			}
		}
		v.addBias(y)
	}
}

// multiply does some rows of patches of one group. Output pixels are rows of
// patches times the weights; transposed, input pixels times the weights are rows
// of patches, which are added up where they overlap.
func (v *convolution) multiply(k *kernel.Kernel, patches, x, y, w []float32, first, rows, g int) {
	depth, read, written := v.taps()*v.channels(), v.c/v.groups, v.k/v.groups
	if v.transposed {
		k.Sgemm(blas.NoTrans, blas.Trans, rows, depth, read, 1, x[first*v.c+g*read:], v.c, w, read, 0, patches, depth)
		v.eachPixel(patches, first, rows, func(patch []float32, pixel int) {
			dst := y[pixel*v.k+g*written:]
			for j, value := range patch {
				dst[j] += value
			}
		})
		return
	}
	clear(patches[:rows*depth])
	v.eachPixel(patches, first, rows, func(patch []float32, pixel int) {
		copy(patch, x[pixel*v.c+g*read:])
	})
	k.Sgemm(blas.NoTrans, blas.NoTrans, rows, written, depth, 1, patches, depth, w, written, 0, y[first*v.k+g*written:], v.k)
}

// eachPixel calls f for each part of the patches that is inside the image, with
// the pixel under it.
func (v *convolution) eachPixel(patches []float32, first, rows int, f func(patch []float32, pixel int)) {
	channels := v.channels()
	for o := first; o < first+rows; o++ {
		for t := range v.taps() {
			row, ok1 := v.at(0, o/v.out[1], t/v.kernel[1])
			col, ok2 := v.at(1, o%v.out[1], t%v.kernel[1])
			if ok1 && ok2 {
				f(patches[:channels], row*v.in[1]+col)
			}
			patches = patches[channels:]
		}
	}
}

// addBias finishes an image: bias and ReLU.
func (v *convolution) addBias(y []float32) {
	for ; len(y) > 0; y = y[v.k:] {
		for j, b := range v.bias {
			y[j] += b
		}
		if v.relu {
			for j, value := range y[:v.k] {
				if value < 0 {
					y[j] = 0
				}
			}
		}
	}
}
