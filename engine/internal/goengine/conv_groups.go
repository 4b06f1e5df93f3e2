package goengine

import "govae/internal/kernel"

// depthwise reports whether each channel has a filter of its own.
func (v *convolution) depthwise() bool { return v.groups > 1 && v.c == v.groups && v.k == v.groups }

// runDepthwise computes a depthwise convolution channel beside channel, with the weights of a
// tap side by side, in v.patches. All windows are taken, as only the pixels under the taps
// differ.
func (v *convolution) runDepthwise(s *state) {
	taps, w := v.taps(), s.f(v.patches)
	for t := range taps {
		for g := range v.groups {
			w[t*v.groups+g] = v.w[g*taps+t]
		}
	}
	x, y := s.f(v.x), s.f(v.y)
	for i := range v.n {
		v.depthwiseImage(y[i*len(y)/v.n:(i+1)*len(y)/v.n], x[i*len(x)/v.n:(i+1)*len(x)/v.n], w)
	}
}

func (v *convolution) depthwiseImage(y, x, w []float32) {
	clear(y)
	c := v.groups
	for o := range v.outPixels() {
		for t := range v.taps() {
			row, ok1 := v.at(0, o/v.out[1], t/v.kernel[1])
			col, ok2 := v.at(1, o%v.out[1], t%v.kernel[1])
			if !ok1 || !ok2 {
				continue
			}
			from, to := row*v.in[1]+col, o
			if v.transposed {
				from, to = to, from
			}
			dst, src, weights := y[to*c:][:c], x[from*c:][:c], w[t*c:][:c]
			for j, value := range src {
				dst[j] += value * weights[j]
			}
		}
	}
	v.addBias(y)
}

// runGroups computes each group's convolution of an image with the kernel's, from and to
// copies of its channels, which lie one after the other in v.patches. g has the sizes of one
// group.
func (v *convolution) runGroups(k *kernel.Kernel, s *state, g *kernel.Conv) {
	c, n := v.c/v.groups, v.k/v.groups
	read, written := v.read(), v.written()
	from, to := s.f(v.patches)[:read*c], s.f(v.patches)[read*c:]
	for i := range v.n {
		x, y := s.f(v.x)[i*read*v.c:], s.f(v.y)[i*written*v.k:]
		for group := range v.groups {
			w := v.w[group*len(v.w)/v.groups : (group+1)*len(v.w)/v.groups]
			var bias []float32
			if v.bias != nil {
				bias = v.bias[group*n : (group+1)*n]
			}
			k.CopyColumns(read, c, from, c, x[group*c:], v.c)
			if v.transposed {
				k.ConvBackwardInput(g, 1, to, from, w, bias, v.relu)
			} else {
				k.ConvForward(g, 1, to, from, w, bias, v.relu)
			}
			k.CopyColumns(written, n, y[group*n:], v.k, to, n)
		}
	}
}
