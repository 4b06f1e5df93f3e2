package goengine

import (
	"math"
	"slices"

	"govae/onnx"
)

// resampling says how Resize finds the elements of one dimension.
type resampling struct {
	in, out    int
	scale      float32
	transform  string  // coordinate_transformation_mode
	start, end float32 // of the region, for tf_crop_and_resize
}

// opResize resamples dimensions one after the other, as nearest neighbours, linearly or by
// cubic convolution.
func opResize(c *call) *value {
	x := c.in[0]
	mode := c.String("mode", "nearest")
	weighted := mode != "nearest"
	crop := c.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize"
	if weighted && c.Int("antialias", 0) != 0 {
		unsupported("mode %q with antialias %d is not supported by the pure-Go engine", mode, c.Int("antialias", 0))
	}
	filling := c.number(c.Float("extrapolation_value", 0))
	if weighted {
		c.float(0)
	} else if x.mem.ints {
		filling = c.known(x.typ, nil, nil, []int64{int64(c.Float("extrapolation_value", 0))})
	}
	nearest := make([][]int, len(x.shape))
	checkTables(c.shape())
	for i, r := range c.resamplings() {
		d := c.Axes[i]
		switch {
		case !crop && r.in == r.out && r.scale == 1:
		case r.in == 0:
			failf("there is nothing to resize in a dimension of no elements")
		case weighted:
			x = c.interpolate(x, d, r, filling)
		default:
			nearest[d] = make([]int, r.out)
			for i := range nearest[d] {
				at := r.origin(i)
				if crop && (at < 0 || at > float32(r.in-1)) {
					nearest[d][i] = -1
				} else {
					nearest[d][i] = min(max(round(c.String("nearest_mode", "round_prefer_floor"), at), 0), r.in-1)
				}
			}
		}
	}
	if weighted {
		return alias(x)
	}
	return c.take(x, nearest, filling)
}

// resamplings are those along the node's axes.
func (c *call) resamplings() []*resampling {
	list := make([]*resampling, len(c.Axes))
	roi := c.numbers(1)
	for i, d := range c.Axes {
		r := &resampling{
			in: c.in[0].shape[d], out: c.shape()[d], scale: c.Scales[i],
			transform: c.String("coordinate_transformation_mode", "half_pixel"), end: 1,
		}
		if r.transform == "tf_crop_and_resize" && len(roi) == 2*len(list) { // elsewhere it has no meaning
			r.start, r.end = roi[i], roi[len(list)+i]
			for _, v := range []float32{r.start, r.end} {
				if !(v >= -math.MaxInt32 && v <= math.MaxInt32) { // so that places are numbers
					failf("the region from %g to %g is out of range", r.start, r.end)
				}
			}
		}
		list[i] = r
	}
	return list
}

// numbers returns the content of a float32 list that does not depend on the data.
func (c *call) numbers(i int) []float32 {
	v := c.operand(i)
	if v == nil {
		return nil
	}
	if !v.mem.known || v.mem.ints || len(v.shape) != 1 {
		unsupported("input %d is no list of numbers, or depends on the data, which the pure-Go engine does not support", i)
	}
	return c.state.f(v)
}

// origin returns where result i lies among the elements.
func (r *resampling) origin(i int) float32 {
	x, in, out := float32(i), float32(r.in), float32(r.out)
	halfPixel := (x+0.5)/r.scale - 0.5
	switch r.transform {
	case "half_pixel":
		return halfPixel
	case "half_pixel_symmetric":
		return in/2*(1-out/(r.scale*in)) + halfPixel
	case "pytorch_half_pixel":
		if r.out > 1 {
			return halfPixel
		}
		return 0
	case "align_corners": // by the size of the result, as ONNX Runtime and PyTorch do
		if r.out > 1 {
			return x * (in - 1) / (out - 1)
		}
		return 0
	case "asymmetric":
		return x / r.scale
	case "tf_crop_and_resize":
		if r.out > 1 {
			return r.start*(in-1) + x*(r.end-r.start)*(in-1)/(out-1)
		}
		return 0.5 * (r.start + r.end) * (in - 1)
	}
	failf("coordinate_transformation_mode %q is not known", r.transform)
	return 0
}

// round turns a place into an index.
func round(mode string, at float32) int {
	x := float64(at)
	switch mode {
	case "round_prefer_ceil":
		x = math.Floor(x + 0.5)
	case "floor":
		x = math.Floor(x)
	case "ceil":
		x = math.Ceil(x)
	default: // round_prefer_floor
		x = math.Ceil(x - 0.5)
	}
	return int(x)
}

// tap is an element that a result is made of, and its weight.
type tap struct {
	at     int
	weight float32
}

// linear returns the two elements that a result at a place lies between.
func (r *resampling) linear(at float32) []tap {
	at = min(max(at, 0), float32(r.in-1))
	first := min(int(at), r.in-1)
	second := at - float32(first)
	return []tap{{first, 1 - second}, {min(first+1, r.in-1), second}}
}

// cubic returns the four elements around a place, weighted by the cubic convolution with the
// parameter a (R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981,
// equation 15). Beyond an edge are copies of the element there, or, if they are excluded, nothing.
func (r *resampling) cubic(at, a float32, exclude bool) []tap {
	floor := float32(math.Floor(float64(at)))
	s := at - floor
	near := func(x float32) float32 { return ((a+2)*x-(a+3))*x*x + 1 }
	far := func(x float32) float32 { return ((a*x-5*a)*x+8*a)*x - 4*a }
	first := int(min(max(floor, -4), float32(r.in)+4)) - 1 // as far outside as can matter
	taps := []tap{{first, far(s + 1)}, {first + 1, near(s)}, {first + 2, near(1 - s)}, {first + 3, far(2 - s)}}
	var sum float32
	for i := range taps {
		t := &taps[i]
		if exclude && (t.at < 0 || t.at >= r.in) {
			t.weight = 0
		}
		t.at = min(max(t.at, 0), r.in-1)
		sum += t.weight
	}
	for i := range taps {
		if exclude && sum != 0 {
			taps[i].weight /= sum
		}
	}
	return taps
}

// interpolate resamples dimension d by weights.
func (c *call) interpolate(x *value, d int, r *resampling, filling *value) *value {
	results := make([][]tap, r.out) // nil is outside
	for i := range results {
		at := r.origin(i)
		switch outside := r.transform == "tf_crop_and_resize" && (at < 0 || at > float32(r.in-1)); {
		case outside:
		case c.String("mode", "") == "cubic":
			results[i] = r.cubic(at, c.Float("cubic_coeff_a", -0.75), c.Int("exclude_outside", 0) != 0)
		default:
			results[i] = r.linear(at)
		}
	}
	shape := slices.Clone(x.shape)
	shape[d] = r.out
	y := c.newValue(onnx.Float32, shape, x.order)
	behind := product(x.stored()[slices.Index(x.order, d)+1:]) // elements that lie side by side
	c.emit(func(s *state) {
		dst, src := s.f(y), s.f(x)
		for len(src) > 0 {
			for _, taps := range results {
				row := dst[:behind]
				if taps == nil {
					for j := range row {
						row[j] = s.f(filling)[0]
					}
				}
				for i, t := range taps {
					from := src[t.at*behind:][:behind]
					for j, v := range from {
						if i == 0 {
							row[j] = t.weight * v
						} else {
							row[j] += t.weight * v
						}
					}
				}
				dst = dst[behind:]
			}
			src = src[r.in*behind:]
		}
	}, []*value{y}, []*value{x, filling})
	return y
}
