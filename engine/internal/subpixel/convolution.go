package subpixel

import (
	"slices"

	"govae/onnx"
)

// convolution is a transposed convolution with a constant weight.
type convolution struct {
	in, out                        int64 // channels
	kernel, strides, outputPadding [2]int64
	pads                           [4]int64 // rows and columns at the begin, then at the end
	weight                         []float32
}

// read returns the transposed convolution that a node is, and false if it is none or
// not as [Rewrite] wants it.
func (r *rewriter) read(n *onnx.Node) (*convolution, bool) {
	if r.left < 0 || n.Op != "ConvTranspose" || n.Int("group", 1) != 1 || n.Has("auto_pad") && n.String("auto_pad", "") != "NOTSET" ||
		n.Has("output_shape") || slices.ContainsFunc(n.Ints("dilations"), func(d int64) bool { return d != 1 }) {
		return nil, false
	}
	output := r.values[n.Outputs[0]].Shape
	w := r.graph.Initializer(n.Inputs[1])
	if w == nil || w.Type != onnx.Float32 || len(output) != 4 || !output[2].Known() || !output[3].Known() {
		return nil, false
	}
	weight, err := w.Float32s()
	if err != nil {
		return nil, false
	}
	c := &convolution{
		in: w.Shape[0], out: w.Shape[1], kernel: [2]int64(w.Shape[2:]), weight: weight,
		strides: [2]int64{1, 1},
	}
	copy(c.strides[:], n.Ints("strides"))
	copy(c.outputPadding[:], n.Ints("output_padding"))
	copy(c.pads[:], n.Ints("pads"))
	return c, true
}

// overlaps reports whether more than one input adds to some output. Where none does
// ONNX Runtime's product per image is as fast.
func (c *convolution) overlaps() bool {
	return c.kernel[0] > c.strides[0] || c.kernel[1] > c.strides[1]
}

// at returns the weight from input channel i to output channel o at row y and column
// x of the kernel, 0 beyond its borders.
func (c *convolution) at(i, o, y, x int64) float32 {
	if y < 0 || y >= c.kernel[0] || x < 0 || x >= c.kernel[1] {
		return 0
	}
	return c.weight[((i*c.out+o)*c.kernel[0]+y)*c.kernel[1]+x]
}

// phase says how one dimension of a convolution makes one phase of the output.
type phase struct {
	taps       []int64 // places in the old kernel, in the order of the inputs that they meet
	begin, end int64   // pads
}

// split returns the phases of spatial dimension d, and false where it has none: the
// stride does not divide the output, a phase meets no tap, or it would have to leave
// out inputs at a border.
func (c *convolution) split(d int) ([]phase, bool) {
	stride, kernel, pad := c.strides[d], c.kernel[d], c.pads[d]
	// The output has stride (inputs - 1) + margin rows.
	margin := kernel + c.outputPadding[d] - pad - c.pads[2+d]
	if margin%stride != 0 {
		return nil, false
	}
	phases := make([]phase, stride)
	for r := range phases {
		p := &phases[r]
		var first, last int64 // input that taps meet, seen from that of the output
		for k := kernel - 1; k >= 0; k-- {
			if offset := int64(r) + pad - k; offset%stride == 0 {
				last = offset / stride
				if len(p.taps) == 0 {
					first = last
				}
				p.taps = append(p.taps, k)
			}
		}
		p.begin, p.end = -first, last-1+margin/stride
		if len(p.taps) == 0 || p.begin < 0 || p.end < 0 {
			return nil, false
		}
	}
	return phases, true
}
