package dataset

import (
	"fmt"
	"math"
)

// imageShape returns the shape of the images in an array of the dimensions d, and whether
// its channels come before its rows: [N, H, W], or [N, H, W, C] or [N, C, H, W] with 1 or
// 3 channels, which are last where both could be meant.
//
// Three dimensions do not say what they are, and two habits would be read as images of odd
// sizes: one picture, [H, W, C], and frames that come last, [H, W, N], as MATLAB's do. They
// are refused by what they look like:
//
//   - one picture ends in 1, 3 or 4 after two that are larger;
//   - frames come last if the first two are equal and the third is not, or if the first
//     two are alike, within a factor of 2, and the third is at most an eighth of the second.
//
// If those are the images nevertheless, such as 28 of 28x20, a dimension of channels says so:
// [28, 28, 20, 1].
func imageShape(d []int) (s Shape, channelsFirst bool, err error) {
	isChannels := func(n int) bool { return n == 1 || n == 3 }
	switch {
	case len(d) == 3 && min(d[0], d[1]) > 4 && (isChannels(d[2]) || d[2] == 4):
		return s, false, fmt.Errorf("the shape %v is that of one picture [H W C], where many are needed: save numpy.stack of pictures, or a[None] for one; if these are %d images of %dx%d, reshape to %v", d, d[0], d[1], d[2], append(d, 1))
	case len(d) == 3 && framesLast(d):
		return s, false, fmt.Errorf("the shape %v has the images last [H W N]: save numpy.moveaxis(a, -1, 0); if these are %d images of %dx%d, reshape to %v", d, d[0], d[1], d[2], append(d, 1))
	case len(d) == 3:
		return Shape{H: d[1], W: d[2], C: 1}, false, nil
	case len(d) == 4 && isChannels(d[3]):
		return Shape{H: d[1], W: d[2], C: d[3]}, false, nil
	case len(d) == 4 && isChannels(d[1]):
		return Shape{H: d[2], W: d[3], C: d[1]}, true, nil
	case len(d) == 4 && d[3] == 4:
		return s, false, fmt.Errorf("the shape %v has 4 channels: leave transparency out, as by a[..., :3]", d)
	case len(d) == 4 && isChannels(d[2]):
		return s, false, fmt.Errorf("the shape %v has the images last [H W C N]: save numpy.moveaxis(a, -1, 0)", d)
	case len(d) == 2:
		if side := int(math.Sqrt(float64(d[1]))); side > 4 && side*side == d[1] {
			return s, false, fmt.Errorf("the shape %v has its images in rows: save a.reshape(-1, %d, %d), if that is their size", d, side, side)
		}
	}
	return s, false, fmt.Errorf("the shape %v is not that of images: reshape to [N H W], [N H W C] or [N C H W] with 1 or 3 channels", d)
}

// framesLast reports whether three dimensions look like [H, W, N].
func framesLast(d []int) bool {
	if min(d[0], d[1]) <= 4 {
		return false
	}
	return d[0] == d[1] && d[2] != d[1] || d[0] <= 2*d[1] && d[1] <= 2*d[0] && 8*d[2] <= d[1]
}
