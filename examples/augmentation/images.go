package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"govae/dataset"
)

// load reads a source of gray images with labels.
func load(ctx context.Context, spec string) (*dataset.Data, error) {
	source, err := dataset.Open(spec, dataset.Options{})
	if err != nil {
		return nil, err
	}
	data, err := source.Load(ctx)
	switch {
	case err != nil:
		return nil, err
	case data.Train.Labels == nil || data.Test.Labels == nil:
		return nil, fmt.Errorf("%s: has no labels; give a labelled data set", spec)
	case data.Train.C != 1:
		return nil, fmt.Errorf("%s: images are in colour; give gray ones", spec)
	}
	return data, nil
}

// toSet returns images as the classifier takes them.
func toSet(m *dataset.Images) set {
	return set{m.Batch().Pixels, m.Labels}
}

// choose returns k images of each class at random. A larger k gives the same images
// and more.
func choose(m *dataset.Images, classes, k int, r *rand.Rand) (*dataset.Images, error) {
	taken := make([]int, classes)
	var index []int
	for _, i := range r.Perm(m.Len()) {
		if class := m.Labels[i]; taken[class] < k {
			taken[class]++
			index = append(index, i)
		}
	}
	if len(index) < k*classes {
		return nil, fmt.Errorf("the data has fewer than %d images of some class", k)
	}
	return m.Select(index), nil
}

// shift makes n new images of each class by moving images by up to two pixels in both
// directions. All images of a class, of which there are equally many, serve equally
// often.
func shift(m *dataset.Images, n, classes int, r *rand.Rand) set {
	const most = 2
	real := toSet(m)
	copies := n * classes / m.Len()
	var made set
	for i, label := range real.labels {
		for range copies {
			dy, dx := r.IntN(2*most+1)-most, r.IntN(2*most+1)-most
			made.x = append(made.x, moved(real.x[i*m.H*m.W:(i+1)*m.H*m.W], m.H, m.W, dy, dx)...)
			made.labels = append(made.labels, label)
		}
	}
	return made
}

// shake moves each image by up to two pixels in both directions.
func shake(s set, h, w int, r *rand.Rand) set {
	const most = 2
	moves := set{labels: s.labels}
	for i := range s.labels {
		dy, dx := r.IntN(2*most+1)-most, r.IntN(2*most+1)-most
		moves.x = append(moves.x, moved(s.x[i*h*w:(i+1)*h*w], h, w, dy, dx)...)
	}
	return moves
}

// moved returns an image [h, w] moved down by dy and right by dx, with black behind it.
func moved(x []float32, h, w, dy, dx int) []float32 {
	y := make([]float32, len(x))
	for row := max(0, dy); row < min(h, h+dy); row++ {
		for column := max(0, dx); column < min(w, w+dx); column++ {
			y[row*w+column] = x[(row-dy)*w+column-dx]
		}
	}
	return y
}

// batches returns a function that draws batches at random: one half real images, one
// half synthetic ones, or all real where there are no others.
func batches(real, synthetic set, pixels int, r *rand.Rand) func() set {
	const size = 100
	b := set{make([]float32, size*pixels), make([]int, size)}
	return func() set {
		for i := range size {
			from := real
			if i%2 == 1 && len(synthetic.labels) > 0 {
				from = synthetic
			}
			j := r.IntN(len(from.labels))
			copy(b.x[i*pixels:(i+1)*pixels], from.x[j*pixels:])
			b.labels[i] = from.labels[j]
		}
		return b
	}
}
