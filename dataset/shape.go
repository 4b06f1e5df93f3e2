package dataset

import (
	"cmp"
	"context"
	"fmt"

	"govae/images"
	"govae/internal/parallel"
)

// Shape is the size of an image: height, width and channels (1 or 3).
type Shape = images.Shape

// shapeOf returns the shape that images of shape s get.
func (o Options) shapeOf(s Shape) Shape {
	return Shape{H: cmp.Or(o.Shape.H, s.H), W: cmp.Or(o.Shape.W, s.W), C: cmp.Or(o.Shape.C, s.C)}
}

// checkShape refuses a Shape that images cannot have, and an unknown Fit.
func (o Options) checkShape() error {
	s := o.Shape
	if s.H < 0 || s.W < 0 || max(s.H, 1) > MaxPixels/max(s.W, 1) || s.C != 0 && s.C != 1 && s.C != 3 {
		return fmt.Errorf("dataset: the shape %dx%dx%d is not that of images: want a height and a width of at most %d pixels, or 0, and 1 or 3 channels, or 0", s.H, s.W, s.C, MaxPixels)
	}
	if err := o.Fit.Check(); err != nil {
		return fmt.Errorf("dataset: the fit %q: %w", o.Fit, err)
	}
	return nil
}

// framing says how pictures get the shape that o wants, on the given background if o names none.
func (o Options) framing(background images.RGB) images.Framing {
	if o.Background != nil {
		background = *o.Background
	}
	return images.Framing{Fit: o.Fit, Background: background, Scale: o.Scale}
}

// fit returns m, of the source called name, in the shape that o wants, scaled.
func (o Options) fit(ctx context.Context, name string, m *Images) (*Images, error) {
	shape := o.shapeOf(m.Shape)
	if shape == m.Shape && o.Scale == 0 {
		return m, nil
	}
	framing := o.framing(images.RGB{})
	fitted := &Images{Shape: shape, Pixels: make([]byte, m.Len()*shape.Len()), Labels: m.Labels, Names: m.Names}
	err := parallel.For(ctx, m.Len(), 0, func(i int) error {
		if err := fitted.Draw(i, m.Picture(i), framing); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	return fitted, err
}
