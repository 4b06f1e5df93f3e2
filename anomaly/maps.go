package anomaly

import (
	"math"

	"govae/images"
)

// finestGrid is the largest number of rows and columns of a map: what is learnt of each
// place stays small for pictures of any size.
const finestGrid = 32

// plane is a map of numbers by place, [H, W].
type plane struct {
	h, w int
	v    []float32
}

// shrink returns the means of cells of k x k places; those at the far edges may be smaller.
func (p plane) shrink(k int) plane {
	if k == 1 {
		return p
	}
	s := plane{h: ceil(p.h, k), w: ceil(p.w, k)}
	s.v = make([]float32, s.h*s.w)
	for i := range s.v {
		top, left := i/s.w*k, i%s.w*k
		bottom, right := min(top+k, p.h), min(left+k, p.w)
		var sum float32
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				sum += p.v[y*p.w+x]
			}
		}
		s.v[i] = sum / float32((bottom-top)*(right-left))
	}
	return s
}

// smooth returns p convolved with a Gaussian of the standard deviation sigma, at most 1;
// the edges are continued by their own values.
func (p plane) smooth(sigma float64) plane {
	const reach = 3
	var taps [2*reach + 1]float32
	var sum float32
	for i := range taps {
		d := float64(i - reach)
		taps[i] = float32(math.Exp(-d * d / (2 * sigma * sigma)))
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	across := func(n, step, lines, stride int, src, dst []float32) {
		for line := range lines {
			at := line * stride
			for i := range n {
				var v float32
				for k, t := range taps {
					j := min(max(i+k-reach, 0), n-1)
					v += t * src[at+j*step]
				}
				dst[at+i*step] = v
			}
		}
	}
	rows, s := make([]float32, len(p.v)), plane{p.h, p.w, make([]float32, len(p.v))}
	across(p.w, 1, p.h, p.w, p.v, rows)
	across(p.h, p.w, p.w, 1, rows, s.v)
	return s
}

// addEnergy adds the square of the gradient of p at each place to e. Differences are
// central, and one-sided at the edges.
func (p plane) addEnergy(e plane) {
	slope := func(at, i, n, step int) float32 {
		before, after := at, at
		if i > 0 {
			before -= step
		}
		if i < n-1 {
			after += step
		}
		if before == after {
			return 0
		}
		return (p.v[after] - p.v[before]) / float32((after-before)/step)
	}
	for y := range p.h {
		for x := range p.w {
			at := y*p.w + x
			dx, dy := slope(at, x, p.w, 1), slope(at, y, p.h, p.w)
			e.v[at] += dx*dx + dy*dy
		}
	}
}

// channels returns the channels of an image as planes, which share its memory.
func channels(m images.Image) []plane {
	planes := make([]plane, m.C)
	for c := range planes {
		planes[c] = plane{m.H, m.W, m.Pixels[c*m.H*m.W : (c+1)*m.H*m.W]}
	}
	return planes
}

// detail returns how much structure an image has at each place, at two scales: the energy
// of its gradient, over all channels, in cells that are the finer the smaller the image is.
func detail(m images.Image) []plane {
	levels := make([]plane, detailLevels)
	fine := channels(m)
	cell := cellSize(m.Shape)
	for i := range levels {
		e := plane{fine[0].h, fine[0].w, make([]float32, len(fine[0].v))}
		for _, p := range fine {
			p.addEnergy(e)
		}
		levels[i] = e.smooth(0.7).shrink(cell)
		next := make([]plane, len(fine))
		for c, p := range fine {
			next[c] = p.shrink(2)
		}
		fine = next
	}
	return levels
}

// differences returns an image of differences at three scales, by channel.
func differences(m images.Image) []plane {
	var levels []plane
	for _, p := range channels(m) {
		p = p.shrink(cellSize(m.Shape))
		levels = append(levels, p, p.shrink(2), p.shrink(4))
	}
	return levels
}

const detailLevels = 2

// detailPlanes are the sizes of the maps that [detail] makes of a shape.
func detailPlanes(s images.Shape) []plane {
	cell := cellSize(s)
	levels := make([]plane, detailLevels)
	for i := range levels {
		levels[i] = plane{h: ceil(s.H, cell), w: ceil(s.W, cell)}
		s.H, s.W = ceil(s.H, 2), ceil(s.W, 2)
	}
	return levels
}

// differencePlanes are the sizes of the maps that [differences] makes of a shape.
func differencePlanes(s images.Shape) []plane {
	h, w := ceil(s.H, cellSize(s)), ceil(s.W, cellSize(s))
	var levels []plane
	for range s.C {
		levels = append(levels, plane{h: h, w: w}, plane{h: ceil(h, 2), w: ceil(w, 2)}, plane{h: ceil(h, 4), w: ceil(w, 4)})
	}
	return levels
}

func ceil(a, b int) int { return (a + b - 1) / b }

// cellSize is the side of the cells that cut an image into the finest grid.
func cellSize(s images.Shape) int {
	return ceil(max(s.H, s.W), finestGrid)
}

// flatten returns the values of all planes, one after the other.
func flatten(planes []plane) []float32 {
	var all []float32
	for _, p := range planes {
		all = append(all, p.v...)
	}
	return all
}

// minus returns the differences of two images of one shape.
func minus(a, b images.Image) images.Image {
	d := images.Image{Shape: a.Shape, Pixels: make([]float32, len(a.Pixels))}
	for i, v := range a.Pixels {
		d.Pixels[i] = v - b.Pixels[i]
	}
	return d
}
