package goengine

import (
	"math"
	"slices"

	"govae/internal/kernel"
	"govae/onnx"
)

// opSoftmax is e^x over the sum of e^x along an axis, or the logarithm of that.
func opSoftmax(c *call) *value {
	x := c.float(0)
	at := c.Axes[0]
	order := axisLast(len(x.shape), at)
	x = c.inOrder(x, order)
	n := x.shape[at]
	y := c.newValue(onnx.Float32, x.shape, order)
	if c.Op == "LogSoftmax" {
		c.emitInPlace(func(s *state) { logSoftmax(s.f(y), s.f(x), n) }, y, x)
		return y
	}
	c.emitInPlace(func(s *state) {
		dst, src := s.f(y), s.f(x)
		for i := 0; i < len(src); i += n {
			highest := slices.Max(src[i : i+n])
			for j, v := range src[i : i+n] {
				dst[i+j] = v - highest
			}
		}
		c.kernel.Exp(dst, dst)
		for i := 0; i < len(src); i += n {
			sum := 0.0
			for _, v := range dst[i : i+n] {
				sum += float64(v)
			}
			share := float32(1 / sum)
			for j := range dst[i : i+n] {
				dst[i+j] *= share
			}
		}
	}, y, x)
	return y
}

func logSoftmax(dst, src []float32, n int) {
	for i := 0; i < len(src); i += n {
		highest, sum := slices.Max(src[i:i+n]), 0.0
		for _, v := range src[i : i+n] {
			sum += math.Exp(float64(v - highest))
		}
		log := float64(highest) + math.Log(sum)
		for j, v := range src[i : i+n] {
			dst[i+j] = float32(float64(v) - log)
		}
	}
}

// opLpNormalization divides by the length along an axis, the sum of magnitudes where p is 1.
func opLpNormalization(c *call) *value {
	x, norm := c.float(0), "ReduceL2"
	switch p := c.Int("p", 2); p {
	case 1:
		norm = "ReduceL1"
	case 2:
	default:
		failf("attribute \"p\" is %d, but it must be 1 or 2", p)
	}
	return c.pair(x, c.reduce(x, c.Axes, reducers[norm]), pairwise(func(v, length float32) float32 {
		if length == 0 {
			return 0
		}
		return v / length
	}))
}

// opGroupNorm is InstanceNormalization (Ulyanov et al. 2016), of groups of one channel, or
// GroupNormalization.
//
// PyTorch writes a group normalization of images as an instance normalization of [N, groups,
// all else], between two reshapes. That is undone here, as it would have the images copied
// to another order and back.
func opGroupNorm(c *call) *value {
	x := c.float(0)
	groups := int(c.Int("num_groups", int64(x.shape[1])))
	if from := x.from; c.Op == "InstanceNormalization" && from != nil && len(from.shape) > 2 &&
		from.shape[0] == x.shape[0] && groups > 0 && from.shape[1]%groups == 0 {
		return c.reshaped(c.groupNorm(view(from, from.shape, from.order), groups), x.shape)
	}
	return c.groupNorm(x, groups)
}

// groupNorm normalizes images with the node's scales and offsets, one per group or per
// channel.
func (c *call) groupNorm(x *value, groups int) *value {
	x = c.images(x)
	channels := x.shape[1]
	perChannel := func(v *value) *value {
		if v.mem.n == channels {
			return v
		}
		return c.stretch(view(v, []int{v.mem.n, 1}, nil), []int{v.mem.n, channels / max(v.mem.n, 1)})
	}
	g := kernel.GroupNorm{Pixels: product(x.shape[2:]), C: channels, Groups: groups, Epsilon: c.number64("epsilon", 1e-5)}
	y, _ := c.normalized(x, g, perChannel(c.float(1)), perChannel(c.float(2)))
	return y
}

// normalized is x with groups of channels of mean 0 and variance 1, scaled and shifted by
// channel. stats are the means and the inverse deviations of each row's groups.
func (c *call) normalized(x *value, g kernel.GroupNorm, scale, shift *value) (y, stats *value) {
	y = c.newValue(onnx.Float32, x.shape, x.order)
	n := x.mem.n / max(g.Pixels*g.C, 1)
	stats = c.scratch(n * g.Stats())
	c.emitStep(step{inPlace: true, work: 4 * x.mem.n, run: func(s *state) {
		c.kernel.GroupNormForward(&g, n, s.f(y), s.f(stats), s.f(x), s.f(scale), s.f(shift))
	}}, []*value{y, stats}, []*value{x, scale, shift})
	return y, stats
}

// opLayerNorm is LayerNormalization (Ba, Kiros and Hinton 2016): the dimensions from an
// axis on are a group.
func opLayerNorm(c *call) *value {
	x := c.plain(c.float(0))
	size := x.shape[c.Axes[0]:]
	n := product(size)
	scale := c.stretch(c.float(1), size)
	shift := c.stretch(c.number(0), size)
	if b := c.operand(2); b != nil {
		shift = c.stretch(b, size)
	}
	if eps := c.number64("epsilon", 1e-5); n > 0 {
		y, stats := c.normalized(x, kernel.GroupNorm{Pixels: 1, C: n, Groups: 1, Epsilon: eps}, scale, shift)
		for i, out := range c.Out[1:] {
			if c.Outputs[i+1] != "" {
				rows := product(out.Shape)
				c.results[i+1] = c.newValue(onnx.Float32, out.Shape, nil)
				c.copy(c.results[i+1], 0, []int{1}, stats, i, []int{2}, []int{rows})
			}
		}
		return y
	}
	failf("there is nothing to normalize in the shape %v", x.shape)
	return nil
}
