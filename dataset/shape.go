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

// checkShape refuses a Shape that images cannot have.
func (o Options) checkShape() error {
	s := o.Shape
	if s.H < 0 || s.W < 0 || max(s.H, 1) > maxImagePixels/max(s.W, 1) || s.C != 0 && s.C != 1 && s.C != 3 {
		return fmt.Errorf("dataset: the shape %dx%dx%d is not that of images: want a height and a width of at most %d pixels, or 0, and 1 or 3 channels, or 0", s.H, s.W, s.C, maxImagePixels)
	}
	return nil
}

// fit returns m in the shape that o wants.
func (o Options) fit(ctx context.Context, name string, m *Images) (*Images, error) {
	shape := o.shapeOf(m.Shape)
	switch {
	case shape == m.Shape:
		return m, nil
	case !o.Resize && (shape.H != m.H || shape.W != m.W):
		return nil, &SizeError{name, m.Shape, shape}
	}
	fitted := &Images{Shape: shape, Pixels: make([]byte, m.Len()*shape.Len()), Labels: m.Labels, Names: m.Names}
	err := parallel.For(ctx, m.Len(), 0, func(i int) error {
		fitted.Draw(i, m.Picture(i))
		return nil
	})
	return fitted, err
}
