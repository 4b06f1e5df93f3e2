package infer

import (
	"errors"
	"fmt"
	"iter"
)

// SquaredErrors adds to errs, for each of a stream of images as it goes by, the mean over
// its values of its squared difference from the original of the same place.
func SquaredErrors(errs *[]float64, images, originals iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		next, stop := iter.Pull2(originals)
		defer stop()
		for image, err := range images {
			if err == nil {
				var square float64
				if square, err = squaredError(image, next); err == nil {
					*errs = append(*errs, square)
				}
			}
			if !yield(image, err) || err != nil {
				return
			}
		}
	}
}

// squaredError compares an image with the next original.
func squaredError(image Image, next func() (Image, error, bool)) (float64, error) {
	original, err, ok := next()
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, errors.New("more images than originals to compare them with")
	case len(original.Pixels) != len(image.Pixels):
		return 0, fmt.Errorf("an image of %d values, and its original of %d", len(image.Pixels), len(original.Pixels))
	}
	return meanSquare(original.Pixels, image.Pixels), nil
}

// meanSquare is the mean squared difference of two images.
func meanSquare(a, b []float32) float64 {
	sum := 0.0
	for j, v := range a {
		d := float64(v - b[j])
		sum += d * d
	}
	return sum / float64(len(a))
}
