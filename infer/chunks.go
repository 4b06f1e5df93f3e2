package infer

import (
	"context"
	"fmt"

	"govae/engine"
	"govae/internal/parallel"
)

// chunkRows is the number of rows that go through a model at once. It is part of
// every result: engines may round differently for other numbers.
const chunkRows = engine.Rows

// rows are rows of an input or output, and the shape of each.
type rows struct {
	data []float32
	row  []int
}

// run maps rows of the input to rows of the outputs: latent points to images, or images to
// images, to probabilities of classes, or to means and, if the model gives them, log variances.
// first is the number of the first row, for its label.
func (s *session) run(ctx context.Context, input []float32, first int) ([][]float32, error) {
	label, err := s.labels(first, len(input)/s.contract.inputSize())
	if err != nil {
		return nil, err
	}
	return s.runLabelled(ctx, input, label)
}

// runLabelled is run for rows whose labels are given, nil where the model has none.
func (s *session) runLabelled(ctx context.Context, input, label []float32) ([][]float32, error) {
	c := s.contract
	code, image := []int{c.Latent}, s.imageShape()
	row, outputs := image, [][]int{image}
	switch {
	case c.Role == RoleDecoder:
		row = code
	case c.Role == RoleClassifier:
		outputs = [][]int{{c.Classes}}
	case c.Role == RoleEncoder && c.noLogVar:
		outputs = [][]int{code}
	case c.Role == RoleEncoder:
		outputs = [][]int{code, code}
	}
	width := volume(row)
	if len(input)%width != 0 {
		return nil, fmt.Errorf("%s: %d input values are no rows of %d", s.name, len(input), width)
	}
	inputs := []rows{{input, row}}
	if label != nil {
		inputs = append(inputs, rows{label, []int{c.Classes}})
	}
	return s.runRows(ctx, len(input)/width, inputs, outputs...)
}

// runRows maps n rows of the inputs to n rows of each output; a row has the shape
// given. Chunks run on several goroutines, one thread each: for a decoder that is
// about twice as fast as all threads on one large batch. ctx cancels between them.
func (s *session) runRows(ctx context.Context, n int, inputs []rows, outputRows ...[]int) ([][]float32, error) {
	outputs := make([][]float32, len(outputRows))
	for k, r := range outputRows {
		outputs[k] = make([]float32, n*volume(r))
	}

	chunks := (n + chunkRows - 1) / chunkRows
	err := parallel.For(ctx, chunks, s.threads, func(i int) error {
		first, end := i*chunkRows, min((i+1)*chunkRows, n)
		return s.runChunk(first, end, inputs, outputs, outputRows)
	})
	if err != nil {
		return nil, err
	}
	return outputs, nil
}

// runChunk runs the rows [first, end). The engine reads and writes them where they
// are, except in a last chunk that is not full: there zeros follow the rows, and
// what they give is dropped.
func (s *session) runChunk(first, end int, inputs []rows, outputs [][]float32, outputRows [][]int) error {
	in, into := make([]engine.Tensor, len(inputs)), make([]engine.Tensor, len(outputs))
	for k, r := range inputs {
		in[k] = chunk(r.data, r.row, first, end)
	}
	for k, r := range outputRows {
		into[k] = chunk(outputs[k], r, first, end)
	}
	if _, err := s.program.Run(in, into...); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if end-first < chunkRows {
		for k, r := range outputRows {
			copy(outputs[k][first*volume(r):], into[k].Data)
		}
	}
	if s.unchecked {
		return nil
	}
	for k, r := range outputRows {
		if err := s.check(outputs[k][first*volume(r):end*volume(r)], volume(r)); err != nil {
			return err
		}
	}
	return nil
}

// chunk returns the rows [first, end) of x as a tensor of chunkRows rows: in place
// if there are as many, else a copy that is filled up with zeros.
func chunk(x []float32, row []int, first, end int) engine.Tensor {
	width := volume(row)
	t := engine.Tensor{Shape: append([]int{chunkRows}, row...), Data: x[first*width : end*width]}
	if end-first < chunkRows {
		t.Data = make([]float32, chunkRows*width)
		copy(t.Data, x[first*width:end*width])
	}
	return t
}

// volume returns the number of values of a shape.
func volume(shape []int) int {
	v := 1
	for _, d := range shape {
		v *= d
	}
	return v
}
