package dataset

import (
	"cmp"
	"fmt"
	"slices"

	"govae/internal/photo"
)

const (
	defaultSide = 64  // pixels of the longer side, at most: what trains in minutes
	alike       = 1.1 // ratio of two proportions that count as the same
	oblong      = 1.2 // ratio of sides from which on an image is wide or tall
)

// chooseSize returns the height and the width of images that have these headers, at least one,
// where nobody names them, and why. Images of one small size keep it. Others get the middle
// proportions where nine of ten have these, are wide, or are tall, or else are square, with sides
// that are multiples of 8, which networks halve without a rest: of at most 64, and no longer than
// those of the middle image.
func chooseSize(headers []photo.Header) (s Shape, why string) {
	s = Shape{H: headers[0].H, W: headers[0].W}
	one, proportions, short, long := true, make([]float64, len(headers)), make([]int, len(headers)), make([]int, len(headers))
	for i, h := range headers {
		one = one && h.H == s.H && h.W == s.W
		proportions[i] = float64(h.W) / float64(h.H)
		short[i], long[i] = min(h.H, h.W), max(h.H, h.W)
	}
	if one && max(s.H, s.W) <= defaultSide {
		return s, "their size"
	}
	middle := median(proportions)
	near, wide, tall := 0, 0, 0
	for _, p := range proportions {
		if p <= alike*middle && middle <= alike*p {
			near++
		}
		if p >= oblong {
			wide++
		}
		if p <= 1/oblong {
			tall++
		}
	}
	if 10*max(near, wide, tall) < 9*len(headers) {
		side := min(defaultSide, eights(float64(median(short))))
		return Shape{H: side, W: side}, "chosen for mixed proportions"
	}
	side := min(defaultSide, eights(float64(median(long))))
	if s.H, s.W = side, side; middle > 1 {
		s.H = nearestEights(float64(side) / middle)
	} else {
		s.W = nearestEights(float64(side) * middle)
	}
	return s, "chosen for their proportions"
}

func median[T cmp.Ordered](x []T) T {
	slices.Sort(x)
	return x[len(x)/2]
}

// eights returns the largest multiple of 8 up to x, at least 8.
func eights(x float64) int { return max(8, int(x)/8*8) }

// nearestEights returns the nearest multiple of 8, at least 8.
func nearestEights(x float64) int { return eights(x + 4) }

// sizeText is a size as users read it.
func sizeText(h, w int) string { return fmt.Sprintf("%dx%d", h, w) }
