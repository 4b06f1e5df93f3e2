package dataset

import (
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // lets image.Decode read GIF
	_ "image/jpeg" // and JPEG
	_ "image/png"  // and PNG
	"io"

	"govae/internal/parallel"
)

// The largest areas of an image that is used as it is, for far larger ones could not
// be trained on, and of one that is resized. A damaged header shall not cost gigabytes.
const (
	maxImagePixels = 1 << 22
	maxPhotoPixels = 1 << 26
)

// readImageFiles reads images, which are called by their paths. Unless o says
// otherwise they must be of one size, and are gray if every file has a gray colour
// model, else have three channels. Transparent ones lie on black. No pixel is
// decoded before all sizes are known to agree.
func (o Options) readImageFiles(ctx context.Context, files []imageFile) (*Images, error) {
	configs := make([]image.Config, len(files))
	err := parallel.For(ctx, len(files), 0, func(i int) (err error) {
		configs[i], err = readFile(ctx, files[i].path, decodeConfig)
		return err
	})
	if err != nil {
		return nil, err
	}
	first := Shape{H: configs[0].Height, W: configs[0].Width, C: 1}
	limit := maxImagePixels
	if o.Resize {
		limit = maxPhotoPixels
	}
	for i, c := range configs {
		if c.Height < 1 || c.Width < 1 || c.Height > limit/c.Width {
			return nil, fmt.Errorf("%s: is %dx%d (height x width): scale the images to at most %d pixels", files[i].path, c.Height, c.Width, limit)
		}
		if c.ColorModel != color.GrayModel && c.ColorModel != color.Gray16Model {
			first.C = 3
		}
	}
	shape := o.shapeOf(first)
	if shape.H > maxImagePixels/shape.W {
		return nil, fmt.Errorf("%s: is %dx%d (height x width): scale the images to at most %d pixels", files[0].path, shape.H, shape.W, maxImagePixels)
	}
	for i, c := range configs {
		switch size := (Shape{H: c.Height, W: c.Width, C: shape.C}); {
		case size == shape || o.Resize:
		case o.Shape.H > 0:
			return nil, &SizeError{files[i].path, size, shape}
		default:
			return nil, fmt.Errorf("%s: is %dx%d (height x width), but %s is %dx%d: make all images one size", files[i].path, c.Height, c.Width, files[0].path, shape.H, shape.W)
		}
	}

	m := &Images{Shape: shape, Pixels: make([]byte, len(files)*shape.Len()), Names: make([]string, len(files))}
	err = parallel.For(ctx, len(files), 0, func(i int) error {
		m.Names[i] = files[i].path
		decoded, err := readFile(ctx, files[i].path, decode)
		if err != nil {
			return err
		}
		if size := decoded.Bounds().Size(); size != image.Pt(configs[i].Width, configs[i].Height) {
			return fmt.Errorf("%s: changed while it was read: try again", files[i].path)
		}
		m.Draw(i, decoded)
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
