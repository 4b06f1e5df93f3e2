package infer

import (
	"context"
	"fmt"

	"govae/internal/parallel"

	"govae/engine"
)

// chunkRows is the number of rows that go through a model at once. It is part of
// every result: engines may round differently for other numbers.
const chunkRows = 8

// runRows maps n rows of the input to n rows of each output; a row has the shape
// given. Chunks run on several goroutines, one thread each: for a decoder that is
// about twice as fast as all threads on one large batch. ctx cancels between them.
func (s *Session) runRows(ctx context.Context, n int, input []float32, row []int, outputRows ...[]int) ([][]float32, error) {
	if len(input) != n*volume(row) {
		panic(fmt.Sprintf("infer: %s: got %d input values, want %d rows of %d", s.name, len(input), n, volume(row)))
	}
	outputs := make([][]float32, len(outputRows))
	for k, r := range outputRows {
		outputs[k] = make([]float32, n*volume(r))
	}

	chunks := (n + chunkRows - 1) / chunkRows
	err := parallel.For(ctx, chunks, s.threads, func(i int) error {
		first, end := i*chunkRows, min((i+1)*chunkRows, n)
		return s.runChunk(first, end, input, row, outputs, outputRows)
	})
	if err != nil {
		return nil, err
	}
	return outputs, nil
}

// runChunk runs the rows [first, end). The engine reads and writes them where they
// are, except in a last chunk that is not full: there zeros follow the rows, and
// what they give is dropped.
func (s *Session) runChunk(first, end int, input []float32, row []int, outputs [][]float32, outputRows [][]int) error {
	in := chunk(input, row, first, end)
	into := make([]engine.Tensor, len(outputs))
	for k, r := range outputRows {
		into[k] = chunk(outputs[k], r, first, end)
	}
	if _, err := s.program.Run([]engine.Tensor{in}, into...); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if end-first < chunkRows {
		for k, r := range outputRows {
			copy(outputs[k][first*volume(r):], into[k].Data)
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
