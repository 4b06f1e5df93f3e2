package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats that readImage decodes
	_ "image/jpeg"
	_ "image/png"
	"os"

	"govae/dataset"
	"govae/infer"
)

// loadSource reads images from a source, as the model takes them: the first ones
// of its test split, or all if limit is 0.
func loadSource(ctx context.Context, c infer.Contract, spec string, limit int) (infer.Images, error) {
	source, err := dataset.Open(spec, dataset.Options{})
	if err != nil {
		return infer.Images{}, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return infer.Images{}, err
	}
	m := data.Test
	if m.C != c.C || m.H != c.H || m.W != c.W {
		return infer.Images{}, fmt.Errorf("%s: images are %v (height, width, channels), but the model takes %dx%dx%d; give it such images", spec, m.Shape, c.H, c.W, c.C)
	}
	if limit > 0 {
		m = m.Head(limit)
	}
	x := newImages(c, m.Len())
	for i := range m.Len() {
		pixels := m.At(i)
		fill(x, i, func(y, x, channel int) byte { return pixels[(y*c.W+x)*c.C+channel] })
	}
	return x, nil
}

// loadFiles reads image files; a model of one channel gets colours as grey.
func loadFiles(ctx context.Context, c infer.Contract, paths []string) (infer.Images, error) {
	x := newImages(c, len(paths))
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return infer.Images{}, err
		}
		img, err := readImage(path, c)
		if err != nil {
			return infer.Images{}, fmt.Errorf("%s: %w", path, err)
		}
		corner := img.Bounds().Min
		fill(x, i, func(y, x, channel int) byte {
			pixel := img.At(corner.X+x, corner.Y+y)
			if c.C == 1 {
				return color.GrayModel.Convert(pixel).(color.Gray).Y
			}
			rgb := color.RGBAModel.Convert(pixel).(color.RGBA) // on black, where transparent
			return [3]byte{rgb.R, rgb.G, rgb.B}[channel]
		})
	}
	return x, nil
}

// readImage decodes a file after its header has shown the size that the model takes.
func readImage(path string, c infer.Contract) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err.(*os.PathError).Err
	}
	defer f.Close()
	header, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("cannot be read as PNG, JPEG or GIF (%w); give another file", err)
	}
	if header.Height != c.H || header.Width != c.W {
		return nil, fmt.Errorf("the image is %dx%d (height, width), but the model takes %dx%d; convert it first", header.Height, header.Width, c.H, c.W)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("the image is damaged (%w); give another file", err)
	}
	return img, nil
}

func newImages(c infer.Contract, n int) infer.Images {
	return infer.Images{C: c.C, H: c.H, W: c.W, Pixels: make([]float32, n*c.C*c.H*c.W)}
}

// fill sets image i of m, whose bytes at gives by row, column and channel.
func fill(m infer.Images, i int, at func(y, x, channel int) byte) {
	dst := m.At(i)
	for channel := range m.C {
		for y := range m.H {
			for x := range m.W {
				dst[(channel*m.H+y)*m.W+x] = float32(at(y, x, channel)) / 255
			}
		}
	}
}
