package main

import (
	"context"
	"fmt"

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
	if m.Shape != shape(c) {
		return infer.Images{}, fmt.Errorf("%s: images are %v (height, width, channels), but the model takes %v; give it such images", spec, m.Shape, shape(c))
	}
	if limit > 0 {
		m = m.Head(limit)
	}
	return channelsFirst(m), nil
}

// loadFiles reads image files; a model of one channel gets colours as gray.
func loadFiles(ctx context.Context, c infer.Contract, paths []string) (infer.Images, error) {
	m, err := dataset.ReadFiles(ctx, paths, shape(c))
	if err != nil {
		return infer.Images{}, err
	}
	return channelsFirst(m), nil
}

// shape is the shape of the images that a model takes.
func shape(c infer.Contract) dataset.Shape { return dataset.Shape{H: c.H, W: c.W, C: c.C} }

// channelsFirst turns bytes [n, H, W, C] into the numbers [n, C, H, W] that models
// take.
func channelsFirst(m *dataset.Images) infer.Images {
	x := infer.Images{C: m.C, H: m.H, W: m.W, Pixels: make([]float32, len(m.Pixels))}
	area := m.H * m.W
	for i := range m.Len() {
		dst := x.At(i)
		for j, v := range m.At(i) {
			dst[j%m.C*area+j/m.C] = float32(v) / 255
		}
	}
	return x
}
