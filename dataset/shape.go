package dataset

import (
	"cmp"
	"context"

	"govae/images"
	"govae/internal/parallel"
)

// Shape is the size of an image: height, width and channels (1 or 3).
type Shape = images.Shape

// shapeOf returns the shape that images of shape s get.
func (o Options) shapeOf(s Shape) Shape {
	return Shape{H: cmp.Or(o.Shape.H, s.H), W: cmp.Or(o.Shape.W, s.W), C: cmp.Or(o.Shape.C, s.C)}
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
