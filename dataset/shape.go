package dataset

import (
	"cmp"
	"context"
	"fmt"
	"image"

	"golang.org/x/image/draw"

	"govae/images"
)

// Shape is the size of an image: height, width and channels (1 or 3).
type Shape = images.Shape

// SizeError says that images have another height or width than [Options].Shape.
type SizeError struct {
	Name      string // the file or the source
	Got, Want Shape
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: is %dx%d (height x width), not %dx%d", e.Name, e.Got.H, e.Got.W, e.Want.H, e.Want.W)
}

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
	err := parallel(ctx, m.Len(), func(i int) error {
		fitted.draw(i, m.picture(i))
		return nil
	})
	return fitted, err
}

// picture returns image i.
func (m *Images) picture(i int) image.Image {
	area := image.Rect(0, 0, m.W, m.H)
	x := m.At(i)
	if m.C == 1 {
		return &image.Gray{Pix: x, Stride: m.W, Rect: area}
	}
	rgba := image.NewRGBA(area)
	for p := range m.H * m.W {
		copy(rgba.Pix[4*p:], x[3*p:3*p+3])
		rgba.Pix[4*p+3] = 255
	}
	return rgba
}

// draw sets image i to src, scaled if it has another size, on black where src is
// transparent.
func (m *Images) draw(i int, src image.Image) {
	area := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		paint(&image.Gray{Pix: m.At(i), Stride: m.W, Rect: area}, src)
		return
	}
	rgba := image.NewRGBA(area) // multiplied by alpha, which is what lies over black
	paint(rgba, src)
	x := m.At(i)
	for p := range m.H * m.W {
		copy(x[3*p:3*p+3], rgba.Pix[4*p:])
	}
}

// paint fills dst with src. Where a size changes, the cubic of E. Catmull and R. Rom
// ("A class of local interpolating splines", 1974) keeps edges sharp.
func paint(dst draw.Image, src image.Image) {
	if area := dst.Bounds(); area.Size() == src.Bounds().Size() {
		draw.Draw(dst, area, src, src.Bounds().Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(dst, area, src, src.Bounds(), draw.Src, nil)
	}
}
