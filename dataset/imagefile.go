package dataset

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"  // lets image.Decode read GIF
	_ "image/jpeg" // and JPEG
	_ "image/png"  // and PNG
	"io"
)

// ReadFiles reads PNG, JPEG or GIF files whose images have the height and width of
// shape. If it has one channel, colours become gray; if it has three, gray ones get
// three equal channels. Transparent images lie on black.
func ReadFiles(ctx context.Context, paths []string, shape Shape) (*Images, error) {
	files := make([]imageFile, len(paths))
	for i, path := range paths {
		files[i].path = path
	}
	err := parallel(ctx, len(files), func(i int) error {
		c, err := readFile(ctx, paths[i], decodeConfig)
		if err == nil && (c.Height != shape.H || c.Width != shape.W) {
			err = fmt.Errorf("%s: is %dx%d (height x width), not %dx%d: scale or crop it first", paths[i], c.Height, c.Width, shape.H, shape.W)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return decodeFiles(ctx, files, shape)
}

// decodeFiles reads images whose headers have shown the height and width of shape.
func decodeFiles(ctx context.Context, files []imageFile, shape Shape) (*Images, error) {
	m := &Images{Shape: shape, Pixels: make([]byte, len(files)*shape.Len())}
	err := parallel(ctx, len(files), func(i int) error {
		decoded, err := readFile(ctx, files[i].path, decode)
		if err != nil {
			return err
		}
		if size := decoded.Bounds().Size(); size != image.Pt(m.W, m.H) {
			return fmt.Errorf("%s: changed while it was read: try again", files[i].path)
		}
		m.draw(i, decoded)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func decodeConfig(r io.Reader) (image.Config, error) {
	c, _, err := image.DecodeConfig(r)
	return c, badImage(err)
}

func decode(r io.Reader) (image.Image, error) {
	m, _, err := image.Decode(r)
	return m, badImage(err)
}

func badImage(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot be read as PNG, JPEG or GIF (%w): mend the file or move it away", err)
}

// draw sets image i, on black where src is transparent.
func (m *Images) draw(i int, src image.Image) {
	area := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		gray := &image.Gray{Pix: m.At(i), Stride: m.W, Rect: area}
		draw.Draw(gray, area, src, src.Bounds().Min, draw.Src)
		return
	}
	rgba := image.NewRGBA(area) // multiplied by alpha, which is what lies over black
	draw.Draw(rgba, area, src, src.Bounds().Min, draw.Src)
	x := m.At(i)
	for p := range m.H * m.W {
		copy(x[3*p:3*p+3], rgba.Pix[4*p:])
	}
}
