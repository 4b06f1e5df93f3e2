package picture

import (
	"fmt"
	"math"

	"govae/images"
)

// Heat returns an image in colour, beside it the same with a heat map [H, W] laid over: the
// image shows through in grey where the heat is 0, and from yellow to red the heat rises to
// 1 and twice that, the most that colours tell. Small images are enlarged, each pixel a
// square. It panics where the sizes do not fit.
func Heat(m images.Image, heat []float32) images.Image {
	must(checkShape(m.Shape))
	if len(heat) != m.H*m.W || len(m.Pixels) != m.Len() {
		panic(fmt.Sprintf("picture: a heat map of %d places for an image of %v with %d values", len(heat), m.Shape, len(m.Pixels)))
	}
	const side = 192 // of a small image, about
	scale := max(1, side/max(m.H, m.W))
	area := m.H * m.W
	dst := images.Image{Shape: images.Shape{H: m.H * scale, W: (2*m.W)*scale + gap, C: 3}}
	dst.Pixels = make([]float32, dst.Len())
	for i, h := range heat {
		var plain, hot [3]float32
		for c := range plain {
			plain[c] = m.Pixels[c%m.C*area+i]
		}
		grey := (plain[0] + plain[1] + plain[2]) / 3
		// Below half of what is odd there is no colour, so that normal pictures stay grey.
		strength := float32(math.Min(math.Max(float64(h)-0.5, 0), 1))
		green := float32(math.Min(math.Max(2-float64(h), 0), 1))
		for c, colour := range [3]float32{1, green, 0} {
			hot[c] = grey + 0.8*strength*(colour-grey)
		}
		x, y := i%m.W*scale, i/m.W*scale
		square(dst, x, y, scale, plain)
		square(dst, x+m.W*scale+gap, y, scale, hot)
	}
	return dst
}

// square fills a square with its top left corner at (x, y).
func square(dst images.Image, x, y, side int, colour [3]float32) {
	for c, v := range colour {
		for row := y; row < y+side; row++ {
			line := dst.Pixels[(c*dst.H+row)*dst.W+x:]
			for i := range side {
				line[i] = v
			}
		}
	}
}
