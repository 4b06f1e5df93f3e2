package dataset

import (
	"context"
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

// scaled returns images whose bytes are those of m times a factor, or m itself for 0 and
// 1. It fails if one would not fit in a byte, for then the factor was meant for other data.
func scaled(name string, m *Images, factor float64) (*Images, error) {
	if m == nil || factor == 0 || factor == 1 {
		return m, nil
	}
	var times [256]float64
	for v := range times {
		times[v] = math.Round(float64(v) * factor)
	}
	bright := &Images{Shape: m.Shape, Pixels: make([]byte, 0, m.Len()*m.Shape.Len()), Labels: m.Labels, Names: m.Names}
	for i := range m.Len() {
		for _, v := range m.At(i) {
			if times[v] > 255 {
				return nil, fmt.Errorf("%s: has a pixel of %d, which the scale %g makes more than 255: want a scale of %d at most", name, v, factor, 255/int(brightest(m, 255)))
			}
			bright.Pixels = append(bright.Pixels, byte(times[v]))
		}
	}
	return bright, nil
}

// finished is a source whose images are scaled, and looked at.
type finished struct {
	Source
	scale float64
}

func (s finished) Load(ctx context.Context) (*Data, error) {
	d, err := s.Source.Load(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range []**Images{&d.Train, &d.Unlabelled, &d.Validation, &d.Test} {
		if *m, err = scaled(d.Name, *m, s.scale); err != nil {
			return nil, err
		}
	}
	d.Warnings = append(d.Warnings, lookForAlike(d.Name, d.Train)...)
	if s.scale == 0 || s.scale == 1 { // else the user knows
		d.Warnings = append(d.Warnings, lookForDark(d.Name, d.Train)...)
	}
	return d, nil
}
