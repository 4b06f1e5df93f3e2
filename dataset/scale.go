package dataset

import (
	"fmt"
	"math"
)

// checkScale refuses a Scale that makes no images.
func (o Options) checkScale() error {
	if o.Scale < 0 || o.Scale > 255 || math.IsNaN(o.Scale) {
		return fmt.Errorf("dataset: a scale of %g: want a factor up to 255, or 0 for none", o.Scale)
	}
	return nil
}

// scaleOrNone is a scale, and 0 for 1, which changes nothing.
func scaleOrNone(scale float64) float64 {
	if scale == 1 {
		return 0
	}
	return scale
}
